// The states of the chart by name, and what a moment of it means: whose turn it is, and whether its grant is of use.
import { describe, expect, it } from 'vitest';
import { activeStates, allStates, failureOfOutdated, isPersonsTurnOrRest } from '../../engine/states.ts';
import type { AuthSnapshot } from '../../index.ts';
import { authMachine } from '../../machines/authMachine.ts';
import type { AuthContext } from '../../machines/context.ts';
import { full } from './contexts.ts';

type Value = Parameters<typeof authMachine.resolveState>[0]['value'];

const at = (value: Value, context: Partial<AuthContext> = {}): AuthSnapshot =>
  authMachine.resolveState({ value, context: { ...full, ...context } }) as AuthSnapshot;

const stale = { authorized: { renewal: 'stale', stepUp: 'settled' } } as const;
const fresh = { authorized: { renewal: 'fresh', stepUp: 'settled' } } as const;
const grant = { ...full.grant, expiresAt: 90_000 } as NonNullable<AuthContext['grant']>;

describe('the states of the chart', () => {
  it('have names without a gap, and the chart itself has none', () => {
    expect(allStates.get('')?.name).toBe('');
    for (const [name, state] of allStates) {
      expect(state).toEqual({
        name,
        description: expect.stringMatching(/./),
        spec: expect.any(Array),
        tags: expect.any(Array),
      });
      const outer = name.split('.').slice(0, -1).join('.');
      expect(allStates.has(outer)).toBe(true);
    }
  });

  it('are active from the outer ones to the inner ones', () => {
    expect(activeStates(at('idle'))).toEqual(['idle']);
    expect(activeStates(at({ authorizing: 'exchanging' }))).toEqual([
      'authorizing',
      'authorizing.exchanging',
    ]);
  });
});

describe('a grant that could not be renewed', () => {
  it.each<[string, Value, Partial<AuthContext>, number]>([
    ['at the moment that it runs out', stale, { grant }, 90_000],
    ['later', stale, { grant }, 90_001],
  ])('TOK-7: is of no use %s, for the reason that the chart tells', (_when, value, context, now) => {
    expect(failureOfOutdated(at(value, context), now)).toBe(full.failure);
  });

  const { expiresAt: _, ...endless } = grant;
  it.each<[string, Value, Partial<AuthContext>, number]>([
    ['before it runs out', stale, { grant }, 89_999],
    ['where nobody knows when it runs out', stale, { grant: endless }, 90_000],
    ['where it is fresh', fresh, { grant }, 90_000],
    ['where there is none', stale, { grant: null }, 90_000],
    ['where nothing has failed', stale, { grant, failure: null }, 90_000],
  ])('TOK-7: is no failure %s', (_when, value, context, now) => {
    expect(failureOfOutdated(at(value, context), now)).toBeUndefined();
  });
});

describe('a moment of the chart', () => {
  it.each<[boolean, Value]>([
    [true, 'idle'],
    [true, { authorizing: 'awaitingUser' }],
    [true, fresh],
    [false, { authorizing: 'exchanging' }],
  ])('AUTHZ-12: is at rest, or the person’s turn: %s at %j', (is, value) => {
    expect(isPersonsTurnOrRest(at(value))).toBe(is);
  });
});
