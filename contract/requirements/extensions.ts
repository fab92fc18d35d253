// Rows `EXT-…` of the requirement register: other grants, and tokens that are bound to a key.
import { pages, type Requirement, rfc } from './requirement.ts';

/** Rows `EXT-…`: other grants, and tokens that are bound to a key. */
export const extensionRequirements = {
  'EXT-1': { level: 'may', title: 'Client credentials with a secret', link: pages.clientSecrets },
  'EXT-2': { level: 'may', title: 'Client credentials with private_key_jwt', link: pages.clientAssertions },
  'EXT-3': {
    level: 'may',
    title: 'Enterprise-managed authorization: token exchange for an ID-JAG, then the jwt-bearer grant',
    link: pages.enterprise,
  },
  'EXT-4': {
    level: 'may',
    title: 'Workload identity: jwt-bearer grant with a workload’s JWT, tried once',
    link: rfc(7523, '2.1'),
  },
  'EXT-5': {
    level: 'may',
    title: 'DPoP (RFC 9449) at the token endpoint and the resource, with server nonces',
    link: rfc(9449),
  },
  'EXT-6': {
    level: 'project',
    title: 'Device authorization grant (RFC 8628) for machines without a browser',
    link: rfc(8628),
  },
} as const satisfies Readonly<Record<string, Requirement>>;
