// Texts of the failures of discovery: the metadata of the resource and of its authorization servers.
import type { FailureText } from './failureText.ts';

const discovering = ['discovering'] as const;

/** By code. */
export const discoveryTexts = {
  resource_metadata_absent: {
    means: 'The resource publishes no RFC 9728 metadata, so it does not say which server issues its tokens.',
    cause:
      'A wrong path in the address of the resource, a resource that needs no login, or an MCP server of 2025-03-26.',
    cure: 'Check the address. For an old MCP server set `policy.legacyDiscovery: true`. If it challenges by POST only, set `policy.probe: "POST"`.',
    phases: discovering,
  },
  resource_metadata_invalid: {
    means: 'The metadata of the resource are JSON, but lack what they must have.',
    cause: 'A server that is not set up completely.',
    cure: 'Tell the operator of the resource what the message says.',
    phases: discovering,
  },
  resource_metadata_broken: {
    means: 'The metadata of the resource are not a JSON object.',
    cause: 'A page of a proxy or of a host that is just starting, in the place of the document.',
    cure: 'Try again later. If it stays so, open the address of the metadata in a browser.',
    phases: discovering,
  },
  resource_mismatch: {
    means: 'The metadata are about another resource than the one that was asked for.',
    cause:
      'Another name for the same server (`www.`, a port, a slash), or a server that wants tokens for somebody else.',
    cure: 'Use the address that the metadata name, if it is the server that you mean. Otherwise tell the operator.',
    phases: ['discovering', 'storing'],
  },
  authorization_server_missing: {
    means: 'The metadata of the resource name no authorization server that can be used.',
    cause: 'A server that is not set up completely, or whose servers are no https addresses.',
    cure: 'Tell the operator of the resource.',
    phases: discovering,
  },
  server_metadata_absent: {
    means: 'No metadata were found at any of the well-known places of the authorization server.',
    cause: 'An issuer with a mistake in it, or a server without RFC 8414 and OpenID Connect Discovery.',
    cure: 'Tell the operator of the resource. For a server of 2025-03-26 set `policy.legacyDiscovery: true`.',
    phases: discovering,
  },
  server_metadata_invalid: {
    means:
      'The metadata of the authorization server lack an endpoint that is needed, or have an unusable one.',
    cause: 'A server that is not set up completely.',
    cure: 'Tell the operator of the authorization server what the message says.',
    phases: ['discovering', 'authorizing'],
  },
  server_metadata_broken: {
    means: 'The metadata of the authorization server are not a JSON object.',
    cause: 'A page of a proxy or of a host that is just starting, in the place of the document.',
    cure: 'Try again later.',
    phases: discovering,
  },
  issuer_mismatch: {
    means:
      'The metadata say that they are of another issuer than the one that was asked for. They were not used.',
    cause:
      'A slash too many in the metadata of the resource, a server with several names, or a mix-up attack.',
    cure: 'Tell the operator. Where only one slash at the end differs, and you trust it, use `policy.dangerouslyIgnoreTrailingSlashOf`.',
    phases: ['discovering', 'storing'],
  },
  pkce_unsupported: {
    means: 'The authorization server does not say that it supports PKCE with S256.',
    cause: 'An old server, or one that supports PKCE and does not publish it.',
    cure: 'Ask its operator to publish `code_challenge_methods_supported`. If you know that it checks PKCE, use `policy.dangerouslyAllowWithoutPkceAt`.',
    phases: discovering,
  },
  dpop_unsupported: {
    means: 'The client wants tokens that are bound to a key, and the server does not offer that.',
    cause: '`client.dpop: "required"` with a server that has no DPoP.',
    cure: 'Use `client.dpop: "preferred"` if a token without a key will do.',
    phases: discovering,
  },
} as const satisfies Readonly<Record<string, FailureText>>;
