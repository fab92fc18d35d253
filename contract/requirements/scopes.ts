// Rows `SCOPE-…` and `STEP-…` of the requirement register: which scopes are asked for, at first and on step-up (SEP-2350).
import { pages, type Requirement, rfc } from './requirement.ts';

/** Rows `SCOPE-…` and `STEP-…`: which scopes are asked for, at first and on step-up (SEP-2350). */
export const scopeRequirements = {
  'SCOPE-1': {
    level: 'should',
    title:
      'First authorization: scopes of the challenge; else all `scopes_supported` of the resource; else no `scope` parameter',
    link: pages.scopeSelection,
  },
  'SCOPE-2': {
    level: 'must',
    title:
      'No set relation between challenged scopes and `scopes_supported` is assumed; challenged scopes are authoritative for the operation, never the exclusive set',
    link: pages.scopeSelection,
  },
  'SCOPE-3': {
    level: 'may',
    title:
      '`offline_access` is added only when the authorization server lists it and refresh tokens are wanted; `prompt=consent` is a policy, not forced',
    link: pages.refreshTokens,
  },
  'STEP-1': {
    level: 'should',
    title: '403 `insufficient_scope`: re-authorize with previously requested ∪ granted ∪ challenged',
    link: pages.stepUp,
  },
  'STEP-2': {
    level: 'should',
    title:
      'The union is de-duplicated, stable in order, kept after success, across rounds and across restarts',
    link: pages.stepUp,
  },
  'STEP-3': {
    level: 'must',
    title: 'A step-up goes to the authorization endpoint: a refresh cannot widen a grant (RFC 6749 §6)',
    link: rfc(6749, '6'),
  },
  'STEP-4': {
    level: 'should',
    title:
      'The original request is retried; attempts are counted per resource and operation; a challenge that adds nothing new is a permanent failure; the cap outlives reconnects of the transport',
    link: pages.stepUp,
  },
  'STEP-5': {
    level: 'project',
    title:
      'Requests challenged at the same time share one step-up; a failed step-up leaves the old token usable',
    link: pages.stepUp,
  },
  'STEP-6': {
    level: 'project',
    title: 'The scopes in the token response are recorded; when absent, granted = requested (RFC 6749 §5.1)',
    link: rfc(6749, '5.1'),
  },
  'STEP-7': {
    level: 'project',
    title: 'A host can set a floor and a ceiling for scopes, and be asked before a step-up',
    link: pages.scopeMinimization,
  },
} as const satisfies Readonly<Record<string, Requirement>>;
