// The phase that lasts: a grant can be used; renewal and step-up, side by side.
import { chart, heedingSiblings, known, ofSession, reported, thrown } from '../chart.ts';

/** The phase in which a grant can be used: renewal and step-up, side by side. */
export const authorized = chart.createStateConfig({
  id: 'authorized',
  description:
    'There is a grant of the server that is bound. It is renewed ahead of time, and widened on demand.',
  meta: { spec: ['BIND-9', 'TOK-1', 'TOK-2', 'TOK-12', 'TOK-13', 'EXT-5'] },
  tags: ['canSend'],
  type: 'parallel',
  entry: ['clearAllButRequestedLogin', 'tellAuthorized'],
  invoke: heedingSiblings,
  on: {
    'grant.proved': { guard: 'isProved', actions: 'recordProof' },
    'grant.changed': {
      guard: 'isAnotherGrant',
      target: '#recovering',
      description: 'A sibling renewed it, or signed out',
    },
    'challenge.received': [
      { guard: 'isOutdated', description: 'An answer to an older token says nothing about this one' },
      {
        guard: 'isUnauthorized',
        description: 'A 401 decides over any clock, and outdates what was discovered',
        target: '#discovering',
        actions: ['clearRefusal', 'recordChallenge', 'refuseGrant'],
      },
    ],
    'response.received': { target: '#recovering', description: 'For a login that another process started' },
    'user.login': {
      guard: 'wantsMore',
      target: '#discovering',
      actions: ['recordRequestedLogin', 'clearRefusal', 'renewBudget'],
    },
  },
  states: {
    renewal: {
      description: 'How fresh the grant is.',
      meta: { spec: ['TOK-8'] },
      initial: 'weighing',
      states: {
        weighing: {
          description: 'Is it due already?',
          meta: { spec: ['TOK-8'] },
          always: [
            { guard: 'isPausing', target: 'stale' },
            { guard: 'isFresh', target: 'fresh' },
            { guard: 'otherwise', target: 'due' },
          ],
        },
        fresh: {
          description: 'The grant can be used as it is.',
          entry: 'clearRequestedLogin',
          meta: { spec: ['TOK-8'] },
          invoke: {
            id: 'renewalDeadline',
            src: 'waitUntil',
            input: ({ context }) => ({ at: context.grant?.refreshAt }),
            onDone: { target: 'due', actions: { type: 'recordTime', params: reported } },
          },
          on: {
            'renewal.requested': {
              guard: 'isOverdue',
              description: 'The timer is late, as after a sleep',
              target: '#discovering',
              actions: 'recordDemand',
            },
          },
        },
        due: {
          description: 'Renewed when somebody needs it; who is responsible is asked first.',
          entry: 'clearRequestedLogin',
          meta: { spec: ['TOK-8', 'BIND-3'] },
          on: {
            'renewal.requested': { target: '#discovering', actions: 'recordDemand' },
            'grant.proved': {
              guard: 'isProved',
              target: 'weighing',
              actions: 'recordProof',
              description: 'Refused before, and accepted after all',
            },
          },
        },
        renewing: {
          id: 'renewing',
          description: 'One refresh for all callers, at the issuer of the grant and nowhere else.',
          tags: ['busy'],
          meta: {
            spec: [
              'AUTHZ-2',
              'BIND-2',
              'BIND-9',
              'STEP-6',
              'TOK-3',
              'TOK-4',
              'TOK-5',
              'TOK-6',
              'TOK-7',
              'TOK-11',
              'EXT-5',
            ],
          },
          // Nothing cuts off a refresh: its answer may be the only one. Whoever is challenged waits for the new token.
          on: {
            'challenge.received': {},
            'user.login': { actions: 'recordRequestedLogin' },
            'grant.changed': {},
            'response.received': {},
          },
          invoke: {
            id: 'refreshGrant',
            src: 'refreshGrant',
            input: ({ context }) => ({
              session: context.session,
              server: known(context.server),
              grant: known(context.grant),
            }),
            onDone: { target: 'fresh', actions: ['spendRenewal', { type: 'recordGrant', params: reported }] },
            onError: [
              {
                guard: { type: 'isTransient', params: thrown('renewing') },
                description: 'The credentials are kept',
                target: 'stale',
                actions: { type: 'recordFailure', params: thrown('renewing') },
              },
              {
                guard: { type: 'canReplaceClient', params: thrown('renewing') },
                description: 'The server does not know its client any more',
                target: '#reusing',
                actions: ['dropGrant', 'spendRegistration'],
              },
              {
                guard: { type: 'needsNewGrant', params: thrown('renewing') },
                description: 'The refresh token is dead: the registration is not',
                target: '#reusing',
                actions: 'dropGrant',
              },
              {
                guard: 'otherwise',
                target: '#failed',
                actions: ['dropGrant', { type: 'recordFailure', params: thrown('renewing') }],
              },
            ],
          },
        },
        stale: {
          id: 'stale',
          description: 'Could not be renewed for now. The credentials are kept, and no browser is opened.',
          entry: 'clearRequestedLogin',
          meta: { spec: ['TOK-7', 'DISC-11'] },
          invoke: {
            id: 'renewalPause',
            src: 'waitUntil',
            input: ({ context }) => ({ at: context.retryAt }),
            onDone: {
              target: 'weighing',
              actions: [{ type: 'recordTime', params: reported }, 'clearFailure'],
            },
          },
        },
      },
    },
    stepUp: {
      description: 'Whether the resource asks for more scopes.',
      meta: { spec: ['STEP-5'] },
      initial: 'settled',
      states: {
        settled: {
          description: 'Nobody was told that scopes are missing.',
          meta: { spec: ['STEP-5'] },
          on: {
            'challenge.received': {
              guard: 'isInsufficient',
              target: 'collecting',
              actions: ['clearRefusal', 'collectStepUp'],
            },
          },
        },
        collecting: {
          description: 'Requests that were challenged at the same time join one step-up.',
          tags: ['busy'],
          meta: { spec: ['STEP-5'] },
          on: { 'challenge.received': { guard: 'isInsufficient', actions: 'collectStepUp' } },
          invoke: {
            id: 'gatherChallenges',
            src: 'gatherChallenges',
            input: ofSession,
            onDone: [
              {
                guard: 'isRenewing',
                description: 'A refresh under way is never cut off: its answer may be the only one',
                target: 'collecting',
                reenter: true,
              },
              { guard: 'otherwise', target: '#steppingUp' },
            ],
          },
        },
      },
    },
  },
});
