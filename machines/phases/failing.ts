// Where flows end that did not end well: `failed`, and `rejected` for what was refused for safety.
import { chart, heedingSiblings, reported } from '../chart.ts';

const again = { target: '#discovering', actions: ['clearFailure', 'renewBudget'] } as const;

const asked = {
  target: '#discovering',
  actions: ['clearFailure', 'recordRequestedLogin', 'renewBudget'],
} as const;

/** A login that another process started may have been finished meanwhile. */
const answered = { target: '#recovering', actions: ['clearFailure', 'clearEpisode'] } as const;

/** The phase after a refusal for safety: nothing was sent, and only a person may try again. */
export const rejected = chart.createStateConfig({
  id: 'rejected',
  description: 'Refused for safety. Nothing was sent; only a person may try again.',
  meta: { spec: ['BIND-6', 'BIND-10', 'DISC-4', 'DISC-8', 'DISC-9', 'AUTHZ-5'] },
  entry: ['clearAllButChallenge', 'tellRejected'],
  on: { 'user.retry': again, 'user.login': asked, 'response.received': answered },
});

/** The phase after any other failure: what is still good is kept, and what helps decides what follows. */
export const failed = chart.createStateConfig({
  id: 'failed',
  description: 'Typed, with what helps. What is still good is kept.',
  meta: { spec: ['TOK-7', 'STEP-5'] },
  initial: 'sorting',
  on: {
    'user.retry': again,
    'user.login': asked,
    'response.received': answered,
    'grant.changed': { guard: 'isNewGrant', ...answered, description: 'A sibling logged in' },
  },
  states: {
    sorting: {
      description: 'What is left after the failure?',
      meta: { spec: ['STEP-5', 'TOK-7'] },
      always: [
        {
          guard: 'isWidening',
          description: 'The grant from before still works',
          target: '#authorized',
          actions: 'keepFailureAsRefusal',
        },
        {
          guard: 'isWorkingGrantUnrenewed',
          description: 'Who is responsible could not be asked: later',
          target: '#stale',
        },
        { guard: 'isUnsafe', target: '#rejected' },
        { guard: 'isRetryLater', target: 'coolingDown', actions: 'clearAllButChallenge' },
        { guard: 'otherwise', target: 'resting', actions: 'clearAllButChallenge' },
      ],
    },
    coolingDown: {
      description: 'Waits as long as the server asked, or a growing pause; then looks what is remembered.',
      meta: { spec: ['TOK-7', 'TOK-13'] },
      entry: 'tellFailed',
      invoke: [
        {
          id: 'failurePause',
          src: 'waitUntil',
          input: ({ context }) => ({ at: context.retryAt }),
          onDone: {
            target: '#recovering',
            actions: [{ type: 'recordTime', params: reported }, 'clearFailure', 'clearEpisode'],
          },
        },
        heedingSiblings,
      ],
    },
    resting: {
      description: 'Waits for what helps.',
      meta: { spec: ['TOK-9', 'TOK-13', 'AUTHZ-11', 'DISC-13', 'TOK-14'] },
      entry: 'tellFailed',
      invoke: heedingSiblings,
      on: {
        'challenge.received': [
          {
            guard: 'isWorthTrying',
            target: '#discovering',
            actions: ['clearFailure', 'recordChallenge', 'refuseGrant'],
          },
          {
            guard: 'otherwise',
            description: 'Something may have been mended: looks around, and asks nobody',
            target: '#discovering',
            actions: ['recordChallenge', 'refuseGrant', 'lookQuietly'],
          },
        ],
      },
    },
  },
});
