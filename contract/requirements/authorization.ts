// Rows `AUTHZ-…` of the requirement register: the authorization request and its response.
import { pages, type Requirement, rfc } from './requirement.ts';

/** Rows `AUTHZ-…`: the authorization request and its response. */
export const authorizationRequirements = {
  'AUTHZ-1': {
    level: 'must',
    title: 'PKCE with S256, fresh verifier per request',
    link: pages.codeProtection,
  },
  'AUTHZ-2': {
    level: 'must',
    title:
      '`resource` (RFC 8707) in the authorization and the token requests, refreshes included; the resource metadata’s own string, byte for byte',
    link: pages.resourceParameter,
  },
  'AUTHZ-3': {
    level: 'should',
    title:
      '`state` is sent, unpredictable, single-use, and checked first; a wrong or missing one never disturbs the pending request',
    link: pages.openRedirection,
  },
  'AUTHZ-4': {
    level: 'must',
    title: 'The issuer is recorded before redirecting, in the same record as the verifier and `state`',
    link: pages.responseValidation,
  },
  'AUTHZ-5': {
    level: 'must',
    title:
      '`iss`, four rows: advertised + present compare; advertised + absent reject; unadvertised + present compare; neither proceed (RFC 9207 §2.4)',
    link: pages.responseValidation,
  },
  'AUTHZ-6': {
    level: 'must',
    title: '`iss` compared as a plain string after form decoding, with no normalisation',
    link: pages.responseValidation,
  },
  'AUTHZ-7': {
    level: 'must',
    title:
      'The same for error responses: on mismatch, `error`, `error_description`, `error_uri` are neither acted on nor shown',
    link: pages.responseValidation,
  },
  'AUTHZ-8': {
    level: 'must',
    title: 'All server endpoints https, redirect URIs https or loopback; http only for loopback development',
    link: pages.communication,
  },
  'AUTHZ-9': {
    level: 'must',
    title: 'Authorization URLs: https, or http to loopback; nothing else is opened; never through a shell',
    link: pages.urlValidation,
  },
  'AUTHZ-10': {
    level: 'project',
    title:
      'A pending request survives a page redirect, a restart, and a callback that arrives at another process',
    link: rfc(8252),
  },
  'AUTHZ-11': {
    level: 'project',
    title: 'Nothing opens a browser unless the user asked for it',
    link: pages.urlValidation,
  },
  'AUTHZ-12': {
    level: 'project',
    title:
      'One login for all who ask at once, in any process: one page; who joins changes nothing that another process holds',
    link: rfc(8252, '7'),
  },
  'AUTHZ-13': {
    level: 'project',
    title:
      'Whose browser a response came with has to be said; without it only a login without a subject is finished',
    link: rfc(9700, '4.7'),
  },
} as const satisfies Readonly<Record<string, Requirement>>;
