// The part of the configuration of oidc-provider that says what is allowed, for whom, and for how long.
import type { Client, Context } from 'oidc-provider';
import type { DpopMode } from './accessCheck.ts';
import { interactionPath, wantsPage } from './consent.ts';
import { errorPage } from './consentPage.ts';
import { devicePages } from './devicePages.ts';
import { showPage } from './page.ts';
import { RESOURCE_SCOPES, SERVER_SCOPES } from './scopes.ts';

/** What a server allows. */
export interface Policy {
  /** The name on its pages. */
  readonly name: string;
  /** The only resource that tokens are issued for. */
  readonly resource: string;
  readonly accessTokenSeconds: number;
  /** Whether authorization requests must be pushed (RFC 9126). */
  readonly requirePushedAuthorization: boolean;
  readonly dpop: DpopMode;
}

/** Makes the error for a request for an unknown resource. @see RFC 8707 §2 */
type InvalidTarget = (description: string) => Error;

/** The paths of the endpoints. */
export const ROUTES = {
  authorization: '/authorize',
  code_verification: '/device',
  device_authorization: '/device/authorize',
  jwks: '/jwks',
  pushed_authorization_request: '/par',
  registration: '/register',
  revocation: '/revoke',
  token: '/token',
};

const HOUR = 60 * 60;
const FORTNIGHT = 14 * 24 * HOUR;

/** Makes the configuration. @param nonceSecret 32 bytes, from which the nonces for DPoP proofs are made. */
export function policies(policy: Policy, nonceSecret: Buffer, invalidTarget: InvalidTarget): object {
  return {
    routes: ROUTES,
    scopes: Object.keys(SERVER_SCOPES),
    responseTypes: ['code'],
    pkce: { required: () => true },
    features: features(policy, nonceSecret, invalidTarget),
    enabledJWA: { clientAuthSigningAlgValues: ['ES256', 'RS256'], dPoPSigningAlgValues: ['ES256'] },
    // A client gets refresh tokens when it has registered the grant type. It need not ask for `offline_access`.
    issueRefreshToken: async (_context: Context, client: Client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // A grant stays valid when the browser session ends.
    expiresWithSession: async () => false,
    loadExistingGrant,
    interactions: { url: async (_context: Context, { uid }: { uid: string }) => interactionPath(uid) },
    // The scopes in a registration are dropped, so that the client can later ask for others.
    extraClientMetadata: { properties: ['scope'], validator: dropScope },
    // Apps in a browser may send requests, too.
    clientBasedCORS: () => true,
    renderError: renderErrorOf(policy.name),
    ttl: {
      AccessToken: policy.accessTokenSeconds,
      AuthorizationCode: 60,
      ClientCredentials: policy.accessTokenSeconds,
      DeviceCode: HOUR / 6,
      IdToken: HOUR,
      RefreshToken: FORTNIGHT,
      Interaction: HOUR,
      Session: FORTNIGHT,
      Grant: FORTNIGHT,
    },
  };
}

function features(policy: Policy, nonceSecret: Buffer, invalidTarget: InvalidTarget): object {
  return {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true, ...devicePages(policy.name) },
    dPoP: dPoP(policy.dpop, nonceSecret),
    pushedAuthorizationRequests: {
      enabled: true,
      requirePushedAuthorizationRequests: policy.requirePushedAuthorization,
    },
    registration: { enabled: true },
    revocation: { enabled: true, allowedPolicy: ownTokensOnly },
    clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    resourceIndicators: {
      enabled: true,
      // RFC 8707 §2: a client has to name the resource of the token. There is no default.
      defaultResource: async (_context: Context, _client: Client, oneOf?: string) => {
        if (oneOf === undefined) throw invalidTarget('resource is missing');
        return oneOf;
      },
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_context: Context, indicator: string) => {
        if (indicator !== policy.resource) throw invalidTarget('resource is not known here');
        return {
          scope: Object.keys(RESOURCE_SCOPES).join(' '),
          audience: policy.resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: policy.accessTokenSeconds,
        };
      },
    },
  };
}

/** DPoP is off when the resource does not check proofs. */
function dPoP(mode: DpopMode, nonceSecret: Buffer): object {
  if (mode === 'off') return { enabled: false };
  return mode === 'nonces' ? { enabled: true, nonceSecret, requireNonce: () => true } : { enabled: true };
}

/** Each consent makes a new grant, and only that one is used. */
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

/** RFC 7009 §2.1: only the client that a token was issued to may revoke it. */
async function ownTokensOnly(
  _context: Context,
  client: Client,
  token: { clientId?: string },
): Promise<boolean> {
  return token.clientId === client.clientId;
}

function renderErrorOf(server: string) {
  return async (context: Context, out: { error: string; error_description?: string }) => {
    if (wantsPage(context)) showPage(context, errorPage(server, out.error, out.error_description ?? ''));
    else context.body = out;
  };
}
