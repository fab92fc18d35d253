// One authorization server: oidc-provider, configured as a server that MCP clients meet.
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
import { createTokenLedger, type TokenIssuer } from './tokens.ts';

/** What tells one authorization server from the other, and what they share. */
export interface AuthorizationServerOptions extends Policy {
  readonly issuer: string;
  readonly clients: ServerClients;
  /** What a device is told to wait between two questions, in seconds; told nothing, it waits 5. */
  readonly devicePollSeconds: number | undefined;
  /** Asked once for each consent without a browser; true denies it. */
  readonly deniesNext: () => boolean;
}

/** A server, ready to listen. */
export interface AuthorizationServer extends TokenIssuer {
  readonly listener: RequestListener;
  /** Dynamic registrations so far. */
  registrations(): number;
  /** Every grant made so far is gone, with its codes and tokens. */
  revokeGrants(): void;
  /** No nonce for DPoP proofs that was handed out so far is good any more. */
  rotateNonces(): void;
  /** Whether a device got this code here. */
  hasUserCode(userCode: string): boolean;
  /** What a person does who has an account here; see {@link decideDevice}. */
  decideDevice(userCode: string, decision: Decision): Promise<void>;
}

/** Makes an authorization server with keys of its own. */
export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { Provider, errors } = await loadProvider();
  const records = createRecords();
  const ledger = createTokenLedger();
  const itself = await identity(options.clients);
  let registrations = 0;

  /** The secret of its nonces is given to oidc-provider for good: new nonces need a new one, with the same memory. */
  function start(): RequestListener {
    const provider = new Provider(options.issuer, {
      ...itself,
      ...policies(options, randomBytes(32), (description) => new errors.InvalidTarget(description)),
      adapter: records.adapter,
    });
    provider.on('registration_create.success', () => {
      registrations += 1;
    });
    provider.on('access_token.issued', (token) => ledger.add(token.jti, token.grantId));
    provider.on('client_credentials.issued', (token) => ledger.add(token.jti, undefined));
    provider.on('grant.revoked', (_context, grantId) => ledger.dropGrant(grantId));
    addConsent(provider, options.name, options.deniesNext);
    if (options.devicePollSeconds !== undefined) addInterval(provider, options.devicePollSeconds);
    return provider.callback();
  }
  let listener = start();

  return {
    issuer: options.issuer,
    jwksUri: `${options.issuer}${ROUTES.jwks}`,
    ledger,
    listener: (request, response) => void listener(request, response),
    registrations: () => registrations,
    revokeGrants() {
      records.forgetGrants();
      ledger.dropAll();
    },
    rotateNonces() {
      listener = start();
    },
    hasUserCode: (userCode) => records.hasUserCode(userCode),
    decideDevice: (userCode, decision) =>
      decideDevice(`${options.issuer}${ROUTES.code_verification}`, userCode, decision),
  };
}

/** Adds what oidc-provider leaves out of its answer to a device. @see RFC 8628 §3.2 */
function addInterval(provider: Provider, interval: number): void {
  provider.use(async (context, next) => {
    await next();
    if (context.path !== ROUTES.device_authorization || context.status !== 200) return;
    context.body = { ...(context.body as object), interval };
  });
}

/** Who the server and its clients are: keys, cookies, accounts, the clients registered beforehand. */
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
