// The protected resource: its metadata, and the MCP endpoint behind the access check.
import type { RequestListener } from 'node:http';
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node';
import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { createAccessCheck, type DpopMode } from './accessCheck.ts';
import { createNotesHandler } from './mcpServer.ts';
import { PROOF_ALGS } from './proofs.ts';
import { BASE_SCOPE } from './scopes.ts';
import type { TokenIssuer } from './tokens.ts';

const MCP_PATH = '/mcp';
const METADATA_PATH = `/.well-known/oauth-protected-resource${MCP_PATH}`;

/** The identifier of the resource at an origin. */
export function resourceAt(origin: string): string {
  return `${origin}${MCP_PATH}`;
}

/** A resource, ready to listen. */
export interface ResourceServer {
  readonly listener: RequestListener;
  /** Makes all nonces so far invalid. */
  rotateNonces(): void;
  close(): Promise<void>;
}

/**
 * Makes the resource.
 * @param current Gives the authorization server that the resource trusts now.
 * @see RFC 9728 §3
 */
export function createResourceServer(
  origin: string,
  current: () => TokenIssuer,
  dpop: DpopMode,
): ResourceServer {
  const notes = createNotesHandler();
  const access = createAccessCheck({
    resource: resourceAt(origin),
    resourceMetadataUrl: `${origin}${METADATA_PATH}`,
    current,
    dpop,
  });

  async function serve(request: Request): Promise<Response> {
    const foreign =
      hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
      originValidationResponse(request, localhostAllowedOrigins());
    if (foreign !== undefined) return foreign;
    const { pathname } = new URL(request.url);
    if (pathname === METADATA_PATH) return metadata(origin, current().issuer, dpop);
    if (pathname !== MCP_PATH) return new Response('Not found', { status: 404 });
    return access.check(request, (authInfo) => notes.fetch(request, { authInfo }));
  }

  const answer = toNodeHandler({ fetch: serve });
  return {
    // The package's type of a request does not allow for `exactOptionalPropertyTypes`.
    listener: (request, response) => void answer(request as NodeIncomingMessageLike, response),
    rotateNonces: () => access.rotateNonces(),
    close: () => notes.close(),
  };
}

/** Only the base scope is published. The challenge of an operation says what else it needs. */
function metadata(origin: string, issuer: string, dpop: DpopMode): Response {
  return Response.json({
    resource: resourceAt(origin),
    resource_name: 'Notes',
    authorization_servers: [issuer],
    scopes_supported: [BASE_SCOPE],
    bearer_methods_supported: ['header'],
    ...(dpop !== 'off' && { dpop_signing_alg_values_supported: [PROOF_ALGS] }),
    ...((dpop === 'required' || dpop === 'nonces') && { dpop_bound_access_tokens_required: true }),
  });
}
