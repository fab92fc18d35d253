// The token in hand by itself: until when it is good, and when the chart has to hear that it was accepted.
import { describe, expect, it, vi } from 'vitest';
import type { AuthSnapshot, ChartInUse } from '../../engine/sessionChart.ts';
import { failureOfOutdated } from '../../engine/states.ts';
import { TokenInHand } from '../../engine/tokenInHand.ts';
import type { UsableToken } from '../../engine/useGrant.ts';
import { authMachine } from '../../machines/authMachine.ts';
import type { AuthContext } from '../../machines/context.ts';
import { full } from './contexts.ts';

const grant = full.grant as NonNullable<typeof full.grant>;
const calm: Partial<AuthContext> = {
  refused: null,
  failure: null,
  budget: { ...full.budget, authorizations: 0, renewals: 0, registrations: 0, pauses: 0 },
};
const token: UsableToken = {
  accessToken: 'access',
  version: grant.version,
  isBound: false,
  headersFor: async () => ({ authorization: 'Bearer access' }),
};
const fresh = { authorized: { renewal: 'fresh', stepUp: 'settled' } } as const;

const at = (context: Partial<AuthContext> = {}, value: object | string = fresh): AuthSnapshot =>
  authMachine.resolveState({
    value: value as never,
    context: { ...full, ...calm, ...context },
  }) as AuthSnapshot;

/** A chart that is where the test says. */
function chartAt(running: AuthSnapshot | undefined) {
  const chart = { running, snapshot: running ?? at(), used: vi.fn(), tell: vi.fn() };
  return chart as typeof chart & ChartInUse;
}

describe('a token in hand', () => {
  const endless = {
    grant: { ...grant, refreshAt: undefined, expiresAt: undefined },
  } as unknown as AuthContext;

  it('TOK-13: is good for as long as the chart stays where it is, on a home that tells', () => {
    const chart = chartAt(at(endless));
    const hand = new TokenInHand(chart, true);
    hand.keep(token, 1_000);
    expect(hand.at(1e15)).toBe(token);
    chart.running = at(endless);
    expect(hand.at(1_000)).toBeUndefined();
  });

  it('TOK-13: is good for 5 seconds on a home that tells of nothing', () => {
    const hand = new TokenInHand(chartAt(at(endless)), false);
    hand.keep(token, 1_000);
    expect([hand.at(5_999), hand.at(6_000), hand.at(1_000)]).toEqual([token, undefined, undefined]);
  });

  it.each([
    ['refreshAt', { refreshAt: 500, expiresAt: 900 }],
    ['expiresAt', { refreshAt: undefined, expiresAt: 500 }],
  ])('TOK-8: is good until %s', (_name, times) => {
    const hand = new TokenInHand(chartAt(at({ grant: { ...grant, ...times } as typeof grant })), true);
    hand.keep(token, 0);
    expect([hand.at(499), hand.at(500)]).toEqual([token, undefined]);
  });

  it('TOK-5: is not kept for another grant, nor for none, nor for a chart that is at rest', () => {
    const others = [at({ grant: { ...grant, version: 'another' } }), at({ grant: null }), undefined];
    for (const chart of others.map(chartAt)) {
      const hand = new TokenInHand(chart, true);
      hand.keep(token, 0);
      expect(hand.at(0)).toBeUndefined();
    }
  });
});

describe('what the chart has to hear of an accepted request', () => {
  const spent = { budget: { ...full.budget, authorizations: 1, renewals: 0, registrations: 0, pauses: 0 } };

  it.each([
    ['nothing any more, once it has heard', spent, {}, false],
    ['that its grant was refused after all', {}, spent, true],
  ])('TOK-12: %s, also with a token that was in hand before', (_what, before, after, expected) => {
    const chart = chartAt(at(before));
    const hand = new TokenInHand(chart, true);
    hand.keep(token, 0);
    chart.running = at(after);
    chart.snapshot = chart.running;
    expect(hand.hasToProve(token)).toBe(expected);
  });

  it.each<[string, Partial<AuthContext>, boolean]>([
    ['nothing to forgive', {}, false],
    [
      'a login',
      { budget: { ...full.budget, authorizations: 1, renewals: 0, registrations: 0, pauses: 0 } },
      true,
    ],
    [
      'a renewal',
      { budget: { ...full.budget, authorizations: 0, renewals: 1, registrations: 0, pauses: 0 } },
      true,
    ],
    [
      'a registration',
      { budget: { ...full.budget, authorizations: 0, renewals: 0, registrations: 1, pauses: 0 } },
      true,
    ],
    [
      'a pause',
      { budget: { ...full.budget, authorizations: 0, renewals: 0, registrations: 0, pauses: 1 } },
      true,
    ],
    ['that it was refused', { refused: { version: grant.version, issuer: grant.issuer } }, true],
    ['that another was refused', { refused: { version: 'other', issuer: 'https://b.example' } }, false],
  ])('TOK-12: %s', (_what, context, expected) => {
    for (const isKept of [true, false]) {
      const hand = new TokenInHand(chartAt(at(context)), true);
      if (isKept) hand.keep(token, 0);
      expect(hand.hasToProve(token)).toBe(expected);
    }
    expect(new TokenInHand(chartAt(at(context)), true).hasToProve({ version: 'older' })).toBe(false);
  });

  it('TOK-12: nothing of a token, where there is no grant any more', () => {
    const nobody = at({ ...spent, grant: null, refused: { version: '7', issuer: grant.issuer } }, 'idle');
    expect(new TokenInHand(chartAt(nobody), true).hasToProve(token)).toBe(false);
  });
});

describe('a grant that could not be renewed for now', () => {
  const stale = { authorized: { renewal: 'stale', stepUp: 'settled' } };
  const failure = { ...(full.failure as NonNullable<typeof full.failure>) };
  const over = { failure, grant: { ...grant, expiresAt: 100 } };

  it.each<[string, object, number, boolean]>([
    ['is refused with why, once it has run out', stale, 100, true],
    ['is used until then', stale, 99, false],
    ['is used where nothing was tried', fresh, 100, false],
  ])('TOK-7: %s', (_what, value, now, isRefused) => {
    expect(failureOfOutdated(at(over, value), now)).toEqual(isRefused ? failure : undefined);
  });
});
