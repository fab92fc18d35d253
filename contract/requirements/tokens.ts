// Rows `TOK-…` of the requirement register: how tokens are used, renewed and given up.
import { pages, type Requirement, rfc } from './requirement.ts';

/** Rows `TOK-…`: how tokens are used, renewed and given up. */
export const tokenRequirements = {
  'TOK-1': {
    level: 'must',
    title: '`Authorization` header on every request to the resource; never in a URL; never to another origin',
    link: pages.tokenRequirements,
  },
  'TOK-2': {
    level: 'must',
    title: 'Only tokens issued by the resource’s authorization server are sent to it',
    link: pages.tokenHandling,
  },
  'TOK-3': {
    level: 'must',
    title: 'Refresh tokens stay confidential in transit and in storage; none is assumed to be issued',
    link: pages.refreshTokens,
  },
  'TOK-4': {
    level: 'project',
    title:
      'Rotation: the new refresh token is stored before the new access token is used; an omitted one keeps the old',
    link: rfc(9700, '4.14'),
  },
  'TOK-5': {
    level: 'project',
    title: 'One refresh for any number of callers, in a process, across processes, across tabs',
    link: rfc(9700, '4.14'),
  },
  'TOK-6': {
    level: 'project',
    title:
      '`invalid_grant`: re-read the store first; adopt a sibling’s tokens; delete only the version that failed',
    link: rfc(6749, '5.2'),
  },
  'TOK-7': {
    level: 'project',
    title: 'A transient failure (429, 5xx, network) keeps credentials, waits, and never opens a browser',
    link: rfc(6749, '5.2'),
  },
  'TOK-8': {
    level: 'project',
    title: 'Refresh ahead of expiry; a 401 decides over any clock',
    link: rfc(6750, '3.1'),
  },
  'TOK-9': {
    level: 'project',
    title: '401 again after a completed flow surfaces: no loop',
    link: rfc(6750, '3.1'),
  },
  'TOK-10': {
    level: 'project',
    title: 'Sign-out revokes (RFC 7009) the refresh token first, best effort, and forgets every copy',
    link: rfc(7009),
  },
  'TOK-11': {
    level: 'must',
    title:
      'Client authentication as agreed: none, basic (form-encoded first, RFC 6749 §2.3.1), post, private_key_jwt',
    link: rfc(6749, '2.3.1'),
  },
  'TOK-12': {
    level: 'project',
    title: 'Only an answer of the resource itself that is not 401, 429 or 5xx proves a grant',
    link: rfc(6750, '3.1'),
  },
  'TOK-14': {
    level: 'project',
    title: 'After a renewed token was refused, an explicit login asks the person, not the refresh token',
    link: rfc(6750, '3.1'),
  },
  'TOK-13': {
    level: 'project',
    title:
      'What siblings do (login, renewal, sign-out) is heeded within 1 s where the home tells, within 5 s where it cannot',
    link: rfc(9700, '4.14'),
  },
} as const satisfies Readonly<Record<string, Requirement>>;
