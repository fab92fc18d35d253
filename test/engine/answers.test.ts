// What an answer of the resource tells the chart, and what came of it: one answer, and each way that the chart can go.
import { describe, expect, it } from 'vitest';
import { answerOf, type Hearing, meetChallenge } from '../../engine/answers.ts';
import type { AuthSnapshot } from '../../index.ts';
import { authMachine } from '../../machines/authMachine.ts';
import type { AuthContext, AuthEvent } from '../../machines/context.ts';
import { full } from './contexts.ts';

type Value = Parameters<typeof authMachine.resolveState>[0]['value'];

const resting = { authorized: { renewal: 'fresh', stepUp: 'settled' } } as const;
const at = (value: Value, context: AuthContext): AuthSnapshot =>
  authMachine.resolveState({ value, context }) as AuthSnapshot;

/** A session whose chart is in one place before it is told, and in another one after that. */
function hearing(before: AuthSnapshot, after: AuthSnapshot) {
  const told: AuthEvent[] = [];
  const signals: unknown[] = [];
  const session: Hearing = {
    get snapshot() {
      return told.length === 0 ? before : after;
    },
    tell: (event) => void told.push(event),
    async quiet(signal) {
      signals.push(signal);
      return after;
    },
  };
  return { session, told, signals };
}

const challenge = { status: 401, error: 'invalid_token' } as const;
const challenged = { challenge, grantVersion: '6', operation: 'POST' };

describe('a challenge', () => {
  it.each([
    [{}, {}],
    [{ order: undefined }, {}],
    [{ order: 0 }, { order: 0 }],
    [{ order: 3 }, { order: 3 }],
  ])(
    'STEP-4, DISC-11: is told with its operation, and its order where that is known: %j',
    async (of, more) => {
      const { session, told, signals } = hearing(at(resting, full), at(resting, full));
      const { signal } = new AbortController();
      await meetChallenge(session, { ...challenged, ...of }, signal);
      expect(told).toStrictEqual([
        { type: 'challenge.received', challenge, grantVersion: '6', operation: 'POST', ...more },
      ]);
      expect(signals).toEqual([signal]);
    },
  );

  const budget = (change: Partial<AuthContext['budget']>): AuthContext => ({
    ...full,
    budget: { ...full.budget, ...change },
  });

  it.each<[string, Value, AuthContext, string | null]>([
    ['nothing new', 'idle', full, '6'],
    ['nothing new', resting, { ...full, grant: null }, '6'],
    ['nothing new', resting, full, '7'],
    ['remembered', resting, full, '6'],
    ['remembered', resting, full, null],
    ['remembered', resting, budget({ pauses: 9, registrations: 9 }), '6'],
    ['renewed', resting, budget({ renewals: 3 }), '6'],
    ['renewed', resting, budget({ authorizations: 2 }), '6'],
    // The resource has accepted a grant meanwhile, and nothing counts as spent any more.
    ['remembered', resting, budget({ authorizations: 0, renewals: 0 }), '6'],
  ])('TOK-9: ends with %s', async (outcome, value, context, grantVersion) => {
    const { session } = hearing(at(resting, full), at(value, context));
    expect(await meetChallenge(session, { ...challenged, grantVersion }, undefined)).toBe(outcome);
  });
});

describe('the evidence of an answer', () => {
  it.each([
    ['https://mcp.example/mcp', 'https://mcp.example'],
    ['https://elsewhere.example/', 'https://elsewhere.example'],
    ['https://elsewhere.example/?of=https://mcp.example/', 'https://elsewhere.example'],
    ['https://mcp.example.elsewhere.example/', 'https://mcp.example.elsewhere.example'],
    ['', undefined],
    // Of another library than the platform's.
    [undefined, undefined],
    ['/mcp', undefined],
  ])('W17: of %j comes from %s', (url, origin) => {
    const response = { status: 403, url } as Response;
    expect(answerOf(response, 'https://mcp.example')).toStrictEqual({
      status: 403,
      origin,
      resourceOrigin: 'https://mcp.example',
    });
  });
});
