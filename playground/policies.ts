// What an authorization server of the playground allows, for whom and for how long: its part of the configuration.
import type { Client, Context } from 'oidc-provider';
import { interactionPath, wantsPage } from './consent.ts';
import { errorPage } from './consentPage.ts';
import { devicePages } from './devicePages.ts';
import type { DpopMode } from './gate.ts';
import { showPage } from './page.ts';
import { RESOURCE_SCOPES, SERVER_SCOPES } from './scopes.ts';

/** What a server is told about its duties. */
export interface Policy {
  /** Name that a person sees. */
  readonly name: string;
  /** The one resource that tokens are issued for. */
  readonly resource: string;
  readonly accessTokenSeconds: number;
  /** RFC 9126: authorization requests are pushed first, or refused. */
  readonly requirePushedAuthorization: boolean;
  readonly dpop: DpopMode;
}

/** Makes the error for a token that nobody serves. @see RFC 8707 §2 */
type InvalidTarget = (description: string) => Error;

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

/** @param nonceSecret 32 bytes that the nonces for DPoP proofs are made from; they are demanded in mode `nonces`. */
export function policies(policy: Policy, nonceSecret: Buffer, invalidTarget: InvalidTarget): object {
  return {
    routes: ROUTES,
    scopes: Object.keys(SERVER_SCOPES),
    responseTypes: ['code'],
    pkce: { required: () => true },
    features: features(policy, nonceSecret, invalidTarget),
    enabledJWA: { clientAuthSigningAlgValues: ['ES256', 'RS256'], dPoPSigningAlgValues: ['ES256'] },
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
      // RFC 8707 §2: a client says what the token is for; nothing is guessed for one that does not.
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

/** Off unless the resource checks proofs too: a server that offered DPoP would promise what nobody checks. */
function dPoP(mode: DpopMode, nonceSecret: Buffer): object {
  if (mode === 'off') return { enabled: false };
  return mode === 'nonces' ? { enabled: true, nonceSecret, requireNonce: () => true } : { enabled: true };
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
    if (wantsPage(context)) showPage(context, errorPage(server, out.error, out.error_description ?? ''));
    else context.body = out;
  };
}
