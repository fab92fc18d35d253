// How a login ends without going on: what every one of its states leads to when something fails, or happens elsewhere.
import { reported, thrown } from '../chart.ts';

/** It ends, and nothing has to be taken back. */
export const failed = {
  target: '#failed',
  actions: { type: 'recordFailure', params: thrown('authorizing') },
} as const;

/** It ends, and what could still be answered is taken back. */
export const abandoned = {
  target: 'abandoning',
  actions: { type: 'recordFailure', params: thrown('authorizing') },
} as const;

/** A sibling has finished this login, or is about to: what it got is in the store. */
export const finishedElsewhere = {
  guard: { type: 'isSpentElsewhere', params: thrown('authorizing') },
  description: 'A sibling has finished it',
  target: 'withdrawing',
} as const;

/** Another engine has a login under way that serves as well. */
export const joined = {
  guard: { type: 'isFound', params: reported },
  target: '#awaitingSibling',
  actions: { type: 'recordFound', params: reported },
} as const;

/** What siblings may do to a login that is waited for. */
export const siblingReports = {
  'grant.changed': {
    guard: 'isNewGrant',
    target: '#withdrawing',
    description: 'Finished by a sibling',
  },
  'login.replaced': { target: '#withdrawing', description: 'A sibling asks for more' },
  'login.ended': {
    target: '#abandoning',
    description: 'It has ended elsewhere, without a grant',
    actions: 'recordSharedFailure',
  },
} as const;

/** The server does not know its client any more: another one is registered, once. */
export const forgotten = {
  guard: { type: 'canReplaceClient', params: thrown('authorizing') },
  description: 'The server does not know its client any more',
  target: '#registering',
  actions: 'spendRegistration',
} as const;
