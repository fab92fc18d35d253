// The phases at the two ends: `recovering` on start, `idle`, and `signingOut`.
import { chart, heedingSiblings, known, ofSession, reported, thrown } from '../chart.ts';

/** The store would not let go of something; what the chart knows is forgotten all the same. */
const notForgotten = {
  target: '#failed',
  actions: ['forgetEverything', { type: 'recordFailure', params: thrown('signingOut') }],
} as const;

/** The phase of a start: what the store remembers decides where the chart goes. */
export const recovering = chart.createStateConfig({
  id: 'recovering',
  description:
    'On start, what the store remembers decides. Nothing is sent to the network, nothing is spent.',
  tags: ['busy'],
  meta: { spec: ['AUTHZ-10', 'STEP-2', 'BIND-1'] },
  on: {
    'user.login': { actions: ['recordRequestedLogin'] },
    'challenge.received': { guard: 'asksForLogin', actions: ['recordChallenge', 'refuseGrant'] },
    'user.cancel': { target: '#failed', actions: 'failCancelled' },
  },
  invoke: {
    id: 'recallSession',
    src: 'recallSession',
    input: ofSession,
    onDone: [
      {
        guard: { type: 'isAnswered', params: reported },
        description: 'A response came in while nobody was listening',
        target: '#validating',
        actions: { type: 'recordMemory', params: reported },
      },
      {
        guard: { type: 'remembersFreshGrant', params: reported },
        target: '#authorized',
        actions: { type: 'recordMemory', params: reported },
      },
      {
        guard: { type: 'isUnderWay', params: reported },
        description: 'A login is under way: whose is it?',
        target: '#awaitingSibling',
        actions: { type: 'recordMemory', params: reported },
      },
      {
        guard: 'isCalledFor',
        target: '#discovering',
        actions: { type: 'recordMemory', params: reported },
      },
      {
        guard: { type: 'remembersGrant', params: reported },
        target: '#authorized',
        actions: { type: 'recordMemory', params: reported },
      },
      { guard: 'otherwise', target: '#idle', actions: { type: 'recordMemory', params: reported } },
    ],
    onError: { target: '#failed', actions: { type: 'recordFailure', params: thrown('recovering') } },
  },
});

/** The phase of rest: nothing is known, and nothing is in flight. */
export const idle = chart.createStateConfig({
  id: 'idle',
  description: 'Nothing is known and nothing is in flight.',
  meta: { spec: ['AUTHZ-11', 'TOK-13'] },
  invoke: heedingSiblings,
  on: {
    'user.login': { target: '#discovering', actions: ['recordRequestedLogin', 'renewBudget'] },
    'challenge.received': { target: '#discovering', actions: ['recordChallenge', 'refuseGrant'] },
    'response.received': { target: '#recovering', description: 'For a login that another process started' },
    'grant.changed': { guard: 'isNewGrant', target: '#recovering', description: 'A sibling logged in' },
  },
});

/** The phase that revokes what was issued, and forgets every copy. */
export const signingOut = chart.createStateConfig({
  id: 'signingOut',
  description: 'Revokes at each server what was issued there, best effort, then forgets every copy.',
  tags: ['busy'],
  meta: { spec: ['TOK-10'] },
  initial: 'revoking',
  // Being underway already is no reason to start again.
  on: { 'user.logout': { actions: 'recordSignOut' } },
  states: {
    revoking: {
      description: 'Refresh tokens first; a server that does not answer does not keep us.',
      meta: { spec: ['TOK-10', 'BIND-2'] },
      invoke: {
        id: 'revokeGrants',
        src: 'revokeGrants',
        input: ofSession,
        onDone: { target: 'forgetting' },
        onError: { target: 'forgetting' },
      },
    },
    forgetting: {
      description: 'Tokens, bindings and pending logins of this session are deleted.',
      meta: { spec: ['TOK-10'] },
      invoke: {
        id: 'forgetSession',
        src: 'forgetSession',
        input: ({ context: { session, redirectUri } }) => ({ session, redirectUri }),
        onDone: [
          {
            guard: 'forgetsClients',
            target: 'unregistering',
            actions: { type: 'recordForgotten', params: reported },
          },
          { guard: 'otherwise', target: '#idle', actions: 'forgetEverything' },
        ],
        onError: notForgotten,
      },
    },
    unregistering: {
      description: 'Deletes the clients that were registered for the session, here and at their servers.',
      meta: { spec: ['TOK-10', 'REG-10'] },
      invoke: {
        id: 'unregisterClients',
        src: 'unregisterClients',
        input: ({ context: { session, signOut } }) => ({ session, issuers: known(signOut).issuers }),
        onDone: { target: '#idle', actions: 'forgetEverything' },
        onError: notForgotten,
      },
    },
  },
});
