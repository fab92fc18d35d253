// One authorization server: oidc-provider, configured like the servers that MCP clients use.
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import type { Context, Provider } from 'oidc-provider';
import { fetchClientMetadata } from './clientMetadata.ts';
import { registrationsOf, type ServerClients } from './clients.ts';
import { ACCOUNT, addConsent } from './consent.ts';
import { loadProvider } from './loadProvider.ts';
import { type Decision, decideDevice } from './person.ts';
import { type Policy, policies, ROUTES } from './policies.ts';
import { createRecords } from './records.ts';
import { createValidTokens, type TokenIssuer } from './tokens.ts';

/** The options of one authorization server. */
export interface AuthorizationServerOptions extends Policy {
  readonly issuer: string;
  readonly clients: ServerClients;
  /** The `interval` in the answer to a device, in seconds. Undefined: there is none, and the device waits 5 seconds. */
  readonly devicePollSeconds: number | undefined;
  /** Called once for each consent without a browser. True denies it. */
  readonly deniesNext: () => boolean;
}

/** A server, ready to listen. */
export interface AuthorizationServer extends TokenIssuer {
  readonly listener: RequestListener;
  /** Dynamic registrations so far. */
  registrations(): number;
  /** Revokes all grants so far, with their codes and tokens. */
  revokeGrants(): void;
  /** Makes all nonces for DPoP proofs so far invalid. */
  rotateNonces(): void;
  /** Whether this server gave this code to a device. */
  hasUserCode(userCode: string): boolean;
  /** Lets the person of this server decide about a device. See {@link decideDevice}. */
  decideDevice(userCode: string, decision: Decision): Promise<void>;
}

/** Makes an authorization server with keys of its own. */
export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { Provider, errors } = await loadProvider();
  const records = createRecords();
  const validTokens = createValidTokens();
  const own = await identity(options.clients);
  let registrations = 0;

  /** The secret of the nonces is fixed in a provider. New nonces need a new provider, with the same records. */
  function start(): RequestListener {
    const provider = new Provider(options.issuer, {
      ...own,
      ...policies(options, randomBytes(32), (description) => new errors.InvalidTarget(description)),
      adapter: records.adapter,
    });
    provider.on('registration_create.success', () => {
      registrations += 1;
    });
    provider.on('access_token.issued', (token) => validTokens.add(token.jti, token.grantId));
    provider.on('client_credentials.issued', (token) => validTokens.add(token.jti, undefined));
    provider.on('grant.revoked', (_context, grantId) => validTokens.dropGrant(grantId));
    addConsent(provider, options.name, options.deniesNext);
    if (options.devicePollSeconds !== undefined) addInterval(provider, options.devicePollSeconds);
    return provider.callback();
  }
  let listener = start();

  return {
    issuer: options.issuer,
    jwksUri: `${options.issuer}${ROUTES.jwks}`,
    validTokens,
    listener: (request, response) => void listener(request, response),
    registrations: () => registrations,
    revokeGrants() {
      records.forgetGrants();
      validTokens.dropAll();
    },
    rotateNonces() {
      listener = start();
    },
    hasUserCode: (userCode) => records.hasUserCode(userCode),
    decideDevice: (userCode, decision) =>
      decideDevice(`${options.issuer}${ROUTES.code_verification}`, userCode, decision),
  };
}

/** Adds `interval` to the answer to a device, which oidc-provider leaves out. @see RFC 8628 §3.2 */
function addInterval(provider: Provider, interval: number): void {
  provider.use(async (context, next) => {
    await next();
    if (context.path !== ROUTES.device_authorization || context.status !== 200) return;
    context.body = { ...(context.body as object), interval };
  });
}

/** The part of the configuration that differs between servers: keys, cookies, accounts, pre-registered clients. */
async function identity(clients: ServerClients): Promise<object> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = {
    ...(await exportJWK(privateKey)),
    kid: randomBytes(8).toString('hex'),
    alg: 'ES256',
    use: 'sig',
  };
  return {
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    findAccount: async (_context: Context, sub: string) =>
      sub === ACCOUNT ? { accountId: sub, claims: async () => ({ sub }) } : undefined,
    fetch: fetchClientMetadata,
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: registrationsOf(clients),
  };
}
