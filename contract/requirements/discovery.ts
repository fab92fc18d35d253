// Rows `DISC-…` of the requirement register: how the authorization server of a resource is found.
import { pages, type Requirement, rfc } from './requirement.ts';

/** Rows `DISC-…`: how the authorization server of a resource is found. */
export const discoveryRequirements = {
  'DISC-1': {
    level: 'must',
    title: 'Use protected resource metadata (RFC 9728) to find the authorization server',
    link: pages.serverLocation,
  },
  'DISC-2': {
    level: 'must',
    title: 'Parse every `WWW-Authenticate` challenge; take `resource_metadata` from it when present',
    link: pages.resourceMetadata,
  },
  'DISC-3': {
    level: 'must',
    title: 'Else try the path well-known of the MCP endpoint, then the root well-known, in this order',
    link: pages.resourceMetadata,
  },
  'DISC-4': {
    level: 'must',
    title:
      'The document’s `resource` must identify the resource being accessed; otherwise do not use it. A parent of the endpoint is accepted when the document was found at that parent’s own well-known',
    link: rfc(9728, '3.3'),
  },
  'DISC-5': {
    level: 'must',
    title:
      'Choose among several `authorization_servers`: the client is responsible; deterministic, prefers one with a usable binding, host may decide, a dead one is passed over',
    link: pages.serverLocation,
  },
  'DISC-6': {
    level: 'must',
    title:
      'Issuer with a path: RFC 8414 path insertion, OIDC path insertion, OIDC path appending, in this order',
    link: pages.serverMetadata,
  },
  'DISC-7': {
    level: 'must',
    title:
      'Issuer without a path: RFC 8414 well-known, then OIDC well-known; suffix `oauth-authorization-server` only (SEP-2351)',
    link: pages.serverMetadata,
  },
  'DISC-8': {
    level: 'must',
    title:
      '`issuer` in the document identical, code point by code point, to the issuer it was looked up by; else never use it (SEP-2468)',
    link: pages.serverMetadata,
  },
  'DISC-9': {
    level: 'must',
    title: '`code_challenge_methods_supported` absent, or without S256: refuse',
    link: pages.codeProtection,
  },
  'DISC-10': {
    level: 'should',
    title:
      '2025-03-26 servers without resource metadata: fall back to the MCP origin as authorization server, and to default endpoints, only where the host opted in',
    link: pages.legacy,
  },
  'DISC-11': {
    level: 'project',
    title:
      'A 5xx, a time-out or broken JSON is not "absent": never fall to a weaker candidate because of it (a 404, or an HTML page with 200, is absent)',
    link: rfc(9728, '3.2'),
  },
  'DISC-13': {
    level: 'project',
    title:
      'The pointer of a challenge that any request has met counts for the login after it, over every well-known place',
    link: rfc(9728, '5.1'),
  },
  'DISC-12': {
    level: 'project',
    title:
      'A new challenge outdates cached discovery: a moved authorization server is noticed on the next 401',
    link: rfc(9728, '5.2'),
  },
  'DISC-14': {
    level: 'project',
    title:
      'Nothing that a public resource names at a private, link-local or reserved address is asked, by its own address or by the one that its name leads to',
    link: rfc(9728, '7.7'),
  },
} as const satisfies Readonly<Record<string, Requirement>>;
