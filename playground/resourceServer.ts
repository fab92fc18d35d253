// The protected resource: its metadata, the gate in front of it, and the MCP endpoint behind the gate.
import type { RequestListener } from 'node:http';
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node';
import {
  bearerAuthChallengeResponse,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
  verifyBearerToken,
} from '@modelcontextprotocol/server';
import { createNotesHandler } from './mcpServer.ts';
import { BASE_SCOPE } from './scopes.ts';
import { createTokenVerifier, type TokenIssuer } from './tokens.ts';

const MCP_PATH = '/mcp';
const METADATA_PATH = `/.well-known/oauth-protected-resource${MCP_PATH}`;

/** The identifier of the resource at an origin. */
export function resourceAt(origin: string): string {
  return `${origin}${MCP_PATH}`;
}

/**
 * Makes the listener of the resource. `current` says which authorization server it trusts at the moment.
 * @see RFC 9728 §3
 */
export function createResourceServer(
  origin: string,
  current: () => TokenIssuer,
): { listener: RequestListener; close(): Promise<void> } {
  const notes = createNotesHandler();
  const gate = createGate(origin, current);

  async function serve(request: Request): Promise<Response> {
    const foreign =
      hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
      originValidationResponse(request, localhostAllowedOrigins());
    if (foreign !== undefined) return foreign;
    const { pathname } = new URL(request.url);
    if (pathname === METADATA_PATH) return metadata(origin, current().issuer);
    if (pathname !== MCP_PATH) return new Response('Not found', { status: 404 });
    const authInfo = await gate(request);
    return authInfo instanceof Response ? authInfo : notes.fetch(request, { authInfo });
  }

  const answer = toNodeHandler({ fetch: serve });
  return {
    // The package's type of a request does not allow for `exactOptionalPropertyTypes`.
    listener: (request, response) => void answer(request as NodeIncomingMessageLike, response),
    close: () => notes.close(),
  };
}

/** Only the base scope is published: what an operation needs beyond it, its challenge says. */
function metadata(origin: string, issuer: string): Response {
  return Response.json({
    resource: resourceAt(origin),
    resource_name: 'Notes',
    authorization_servers: [issuer],
    scopes_supported: [BASE_SCOPE],
    bearer_methods_supported: ['header'],
  });
}

function createGate(origin: string, current: () => TokenIssuer) {
  const resource = resourceAt(origin);
  const resourceMetadataUrl = `${origin}${METADATA_PATH}`;
  const requiredScopes = [BASE_SCOPE];
  const verify = createTokenVerifier(resource, current);
  const verifier = {
    verifyAccessToken: async (token: string) => ({ ...(await verify(token)), resource: new URL(resource) }),
  };
  return async (request: Request) => {
    const authorization = request.headers.get('authorization');
    // RFC 6750 §3.1: to a request without credentials no error code is given.
    if (authorization === null) return firstChallenge(resourceMetadataUrl);
    try {
      return await verifyBearerToken(authorization, { verifier, requiredScopes, resourceMetadataUrl });
    } catch (error) {
      return bearerAuthChallengeResponse(error, { requiredScopes, resourceMetadataUrl });
    }
  };
}

function firstChallenge(resourceMetadataUrl: string): Response {
  const challenge = `Bearer resource_metadata="${resourceMetadataUrl}", scope="${BASE_SCOPE}"`;
  return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } });
}
