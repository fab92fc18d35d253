// The protected resource: its metadata, and the MCP endpoint behind the gate.
import type { RequestListener } from 'node:http';
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node';
import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { createGate, type DpopMode } from './gate.ts';
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
  rotateNonces(): void;
  close(): Promise<void>;
}

/**
 * Makes the listener of the resource. `current` says which authorization server it trusts at the moment.
 * @see RFC 9728 §3
 */
export function createResourceServer(
  origin: string,
  current: () => TokenIssuer,
  dpop: DpopMode,
): ResourceServer {
  const notes = createNotesHandler();
  const gate = createGate({
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
    return gate.pass(request, (authInfo) => notes.fetch(request, { authInfo }));
  }

  const answer = toNodeHandler({ fetch: serve });
  return {
    // The package's type of a request does not allow for `exactOptionalPropertyTypes`.
    listener: (request, response) => void answer(request as NodeIncomingMessageLike, response),
    rotateNonces: () => gate.rotateNonces(),
    close: () => notes.close(),
  };
}

/** Only the base scope is published: what an operation needs beyond it, its challenge says. */
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
