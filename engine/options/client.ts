// The options that say who the client is, and how it gets grants.
import type {
  ClientOptions,
  GrantOptions,
  PreRegisteredClient,
  PrivateKey,
} from '../../actors/tools/hostOptions.ts';
import type { ClientAuthMethod } from '../../contract/facts.ts';
import type { DpopMode } from '../../protocol/dpopPolicy.ts';
import {
  implementation,
  invalid,
  type Judge,
  list,
  membersOf,
  must,
  object,
  oneOf,
  optional,
  type Shape,
} from '../../protocol/options.ts';
import {
  address,
  callback,
  flag,
  id,
  issuer,
  isText,
  name,
  token,
  webPage,
} from '../../protocol/optionValues.ts';
import { isSecretText } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';

/** A secret is a value, or a function that gets it. */
const secret = must(
  'a text without control characters, not empty, or a function that gets it',
  (value) => typeof value === 'function' || isSecretText(value),
);

/** The beginning of a key that `private_key_jwt` can be signed with. @see RFC 7468 §10 */
const PKCS8 = /^-----BEGIN PRIVATE KEY-----/;

const signingKey: Judge = (value, path) => {
  const what = 'the PEM text of a private key (PKCS #8), or a CryptoKey that may sign';
  must(what, (key) => typeof key === 'object' || isText(key, PKCS8))(value, path);
  if (typeof value === 'string') return;
  const { type, usages } = membersOf(value, path);
  if (type !== 'private' || !Array.isArray(usages) || !usages.includes('sign'))
    invalid(`${path} must be ${what}.`);
};

/** Options of a private key. */
export const privateKeyShape: Shape<PrivateKey> = {
  key: signingKey,
  algorithm: optional(oneOf({ ES256: true, RS256: true })),
  keyId: optional(id),
};

const privateKey: Judge = (value, path) => {
  if (typeof value !== 'function') object(privateKeyShape)(value, path);
};

/** Options of a client that was registered by hand. */
export const preRegisteredShape: Shape<PreRegisteredClient> = {
  issuer: optional(issuer),
  clientId: id,
  clientSecret: optional(secret),
  privateKey: optional(privateKey),
  authMethod: optional(
    oneOf<ClientAuthMethod>({
      none: true,
      client_secret_basic: true,
      client_secret_post: true,
      private_key_jwt: true,
    }),
  ),
  resource: optional(address),
  dangerouslyTrustFirstIssuer: optional(must('true, or left out', (value) => value === true)),
};

/** What each method of authentication needs. */
const proofs: Readonly<Record<ClientAuthMethod, 'clientSecret' | 'privateKey' | undefined>> = {
  none: undefined,
  client_secret_basic: 'clientSecret',
  client_secret_post: 'clientSecret',
  private_key_jwt: 'privateKey',
};

const preRegistered: Judge = (value, path) => {
  object(preRegisteredShape)(value, path);
  const one = value as PreRegisteredClient;
  if (one.issuer !== undefined && one.dangerouslyTrustFirstIssuer)
    invalid(`${path}.dangerouslyTrustFirstIssuer must be left out where ${path}.issuer is given.`);
  if (one.authMethod === undefined) return;
  const needed = proofs[one.authMethod];
  if (needed !== undefined && one[needed] === undefined)
    invalid(`${path}.${needed} must be given where ${path}.authMethod is ${one.authMethod}.`);
  const isProofLost = one.clientSecret !== undefined || one.privateKey !== undefined;
  if (needed === undefined && isProofLost)
    invalid(`${path}.authMethod must not be none where a secret or a key is given.`);
};

/** Options of a token for dynamic registration. */
export const initialAccessTokenShape: Shape<NonNullable<ClientOptions['initialAccessTokens']>[number]> = {
  issuer,
  token,
};

type Grant<Kind extends GrantOptions['kind']> = Extract<GrantOptions, { readonly kind: Kind }>;

/** Options of an identity provider. @see RFC 8693 */
export const identityProviderShape: Shape<Grant<'enterprise'>['identityProvider']> = {
  tokenEndpoint: address,
  clientId: id,
  clientSecret: optional(secret),
};

const kind = oneOf<GrantOptions['kind']>({
  'client-credentials': true,
  enterprise: true,
  workload: true,
  device: true,
});

/** Options of each way to get a grant. */
export const grantShapes: { readonly [Kind in GrantOptions['kind']]: Shape<Grant<Kind>> } = {
  'client-credentials': { kind },
  enterprise: { kind, identityProvider: object(identityProviderShape), idToken: callback },
  workload: { kind, assertion: callback },
  device: { kind, show: callback },
};

const grant: Judge = (value, path) => {
  // An unknown kind must not become another one: it would ask for a grant that nobody meant.
  implementation({ kind })(value, path);
  object(grantShapes[(value as GrantOptions).kind])(value, path);
};

/** The options under `client`. */
export const clientShape: Shape<ClientOptions> = {
  name,
  uri: optional(webPage),
  softwareId: optional(name),
  softwareVersion: optional(name),
  metadataUrl: optional(
    must(
      'an https URL with a path, and without fragment, user name or dot segments, as the URL parser writes it',
      isMetadataUrl,
    ),
  ),
  preRegistered: optional(list('clients that were registered by hand', preRegistered)),
  dynamicRegistration: optional(flag),
  initialAccessTokens: optional(list('tokens, each with its issuer', object(initialAccessTokenShape))),
  grant: optional(grant),
  dpop: optional(oneOf<DpopMode>({ off: true, preferred: true, required: true })),
};

/** REG-2. @see draft-ietf-oauth-client-id-metadata-document-00 §3 */
function isMetadataUrl(value: unknown): boolean {
  const url = typeof value === 'string' ? urlOf(value) : undefined;
  return (
    url?.protocol === 'https:' &&
    url.pathname !== '/' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '' &&
    url.href === value
  );
}
