// One authorization server: oidc-provider, configured as a server that MCP clients meet.
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import type { Client, Context, Provider } from 'oidc-provider';
import { fetchClientMetadata } from './clientMetadata.ts';
import { ACCOUNT, addConsent, interactionPath, wantsPage } from './consent.ts';
import { errorPage, PAGE_POLICY } from './consentPage.ts';
import { loadProvider } from './loadProvider.ts';
import { createRecords } from './records.ts';
import { RESOURCE_SCOPES, SERVER_SCOPES } from './scopes.ts';
import { createTokenLedger, type TokenIssuer } from './tokens.ts';

/** A client that an administrator set up at one server beforehand. */
export interface PreRegistered {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What tells one authorization server from the other, and what they share. */
export interface AuthorizationServerOptions {
  /** Name that a person sees. */
  readonly name: string;
  readonly issuer: string;
  readonly preRegistered: PreRegistered;
  /** The one resource that tokens are issued for. */
  readonly resource: string;
  readonly accessTokenSeconds: number;
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
}

const ROUTES = {
  authorization: '/authorize',
  jwks: '/jwks',
  registration: '/register',
  revocation: '/revoke',
  token: '/token',
};

const HOUR = 60 * 60;
const FORTNIGHT = 14 * 24 * HOUR;

/** Makes an authorization server with keys of its own. */
export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { Provider, errors } = await loadProvider();
  const records = createRecords();
  const ledger = createTokenLedger();
  const provider = new Provider(options.issuer, {
    ...(await identity(options)),
    ...policies(options, (description) => new errors.InvalidTarget(description)),
    adapter: records.adapter,
  });
  let registrations = 0;
  provider.on('registration_create.success', () => {
    registrations += 1;
  });
  provider.on('access_token.issued', (token) => ledger.add(token.jti, token.grantId));
  provider.on('grant.revoked', (_context, grantId) => ledger.dropGrant(grantId));
  addConsent(provider, options.name, options.deniesNext);
  return {
    issuer: options.issuer,
    jwksUri: `${options.issuer}${ROUTES.jwks}`,
    ledger,
    listener: listenerOf(provider),
    registrations: () => registrations,
    revokeGrants() {
      records.forgetGrants();
      ledger.dropAll();
    },
  };
}

function listenerOf(provider: Provider): RequestListener {
  const callback = provider.callback();
  return (request, response) => void callback(request, response);
}

/** Who the server and its clients are: keys, cookies, accounts, the client registered beforehand. */
async function identity({ preRegistered }: AuthorizationServerOptions): Promise<object> {
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
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: [
      {
        client_id: preRegistered.clientId,
        client_secret: preRegistered.clientSecret,
        client_name: 'Field Notebook',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
  };
}

/** What the server allows and for how long. */
function policies(
  options: AuthorizationServerOptions,
  invalidTarget: (description: string) => Error,
): object {
  return {
    routes: ROUTES,
    scopes: Object.keys(SERVER_SCOPES),
    responseTypes: ['code'],
    pkce: { required: () => true },
    features: features(options, invalidTarget),
    // A public client can do without `offline_access`: the grant type that it registered is what it asks for.
    issueRefreshToken: async (_context: Context, client: Client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // A grant outlives the browser session that it was given in.
    expiresWithSession: async () => false,
    loadExistingGrant,
    interactions: { url: async (_context: Context, { uid }: { uid: string }) => interactionPath(uid) },
    // Metadata that a client registers may name scopes; a client that steps up later must not be held to these.
    extraClientMetadata: { properties: ['scope'], validator: dropScope },
    // Apps in a browser on this machine may talk to it too.
    clientBasedCORS: () => true,
    renderError: renderErrorOf(options.name),
    ttl: {
      AccessToken: options.accessTokenSeconds,
      AuthorizationCode: 60,
      IdToken: HOUR,
      RefreshToken: FORTNIGHT,
      Interaction: HOUR,
      Session: FORTNIGHT,
      Grant: FORTNIGHT,
    },
  };
}

function features(
  options: AuthorizationServerOptions,
  invalidTarget: (description: string) => Error,
): object {
  return {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    // The resource takes bearer tokens only: a server that offered DPoP would promise what it does not check.
    dPoP: { enabled: false },
    registration: { enabled: true },
    revocation: { enabled: true, allowedPolicy: ownTokensOnly },
    clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    resourceIndicators: {
      enabled: true,
      // RFC 8707 §2: a client says what the token is for; nothing is guessed for one that does not.
      defaultResource: async (_context: Context, _client: Client, oneOf?: string) => {
        if (oneOf === undefined) throw invalidTarget('resource is missing');
        return oneOf;
      },
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_context: Context, indicator: string) => {
        if (indicator !== options.resource) throw invalidTarget('resource is not known here');
        return {
          scope: Object.keys(RESOURCE_SCOPES).join(' '),
          audience: options.resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: options.accessTokenSeconds,
        };
      },
    },
  };
}

/** Each consent makes a grant of its own, so only the one just made counts. */
async function loadExistingGrant(context: {
  oidc: {
    result?: { consent?: { grantId?: string } };
    provider: { Grant: { find(id: string): Promise<unknown> } };
  };
}): Promise<unknown> {
  const grantId = context.oidc.result?.consent?.grantId;
  return grantId === undefined ? undefined : context.oidc.provider.Grant.find(grantId);
}

function dropScope(_context: Context, key: string, _value: unknown, metadata: Record<string, unknown>): void {
  delete metadata[key];
}

/** RFC 7009 §2.1: a token is revoked by the client that it was issued to. */
async function ownTokensOnly(
  _context: Context,
  client: Client,
  token: { clientId?: string },
): Promise<boolean> {
  return token.clientId === client.clientId;
}

function renderErrorOf(server: string) {
  return async (context: Context, out: { error: string; error_description?: string }) => {
    if (wantsPage(context)) {
      context.set('content-security-policy', PAGE_POLICY);
      context.type = 'html';
      context.body = errorPage(server, out.error, out.error_description ?? '');
    } else {
      context.body = out;
    }
  };
}
