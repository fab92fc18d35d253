// The token in hand by itself: until when it is good, and when the chart has to hear that it was accepted.
import { describe, expect, it, vi } from 'vitest';
import type { AuthSnapshot, ChartInUse } from '../../engine/sessionChart.ts';
import { SessionTokens } from '../../engine/sessionTokens.ts';
import { failureOfOutdated } from '../../engine/states.ts';
import { TokenInHand } from '../../engine/tokenInHand.ts';
import type { UsableToken } from '../../engine/useGrant.ts';
import { authMachine } from '../../machines/authMachine.ts';
import type { AuthContext } from '../../machines/context.ts';
import { keys } from '../../stores/records.ts';
import { toolsFor } from '../actors/tools.ts';
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

const at = (context: Partial<AuthContext> = {}, value: object = fresh): AuthSnapshot =>
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

  it('TOK-5: is not kept for another grant, nor for a chart that is at rest', () => {
    for (const chart of [chartAt(at({ grant: { ...grant, version: 'another' } })), chartAt(undefined)]) {
      const hand = new TokenInHand(chart, true);
      hand.keep(token, 0);
      expect(hand.at(0)).toBeUndefined();
    }
  });
});

describe('what the chart has to hear of an accepted request', () => {
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
});

describe('the tokens of a session', () => {
  it('C12: say once a second that the session is used', async () => {
    const { tools, clock } = toolsFor();
    const id = full.session;
    const key = keys.grant(grant.issuer, grant.clientId, id);
    const chart = Object.assign(chartAt(undefined), {
      until: async () => chart.snapshot,
    });
    const client = {
      kind: 'dynamic',
      clientId: grant.clientId,
      authMethod: 'none',
      redirectUris: [],
    } as const;
    const version = await tools.records.write(
      key,
      {
        v: 1,
        session: { ...id },
        issuer: grant.issuer,
        client: { ...client, redirectUris: [] },
        resource: id.resource,
        accessToken: 'access',
        requested: [],
        granted: [],
      },
      undefined,
    );
    const stored = { ...grant, key, version: version ?? '', refreshAt: undefined, expiresAt: undefined };
    const binding = { issuer: grant.issuer, kind: 'dynamic', scopes: [] } as const;
    const running = at({ grant: stored as unknown as typeof grant, binding });
    Object.assign(chart, { running, snapshot: running });
    const tokens = new SessionTokens({ id, chart, tools, quiet: async () => running });
    expect((await tokens.usable())?.accessToken).toBe('access');
    chart.used.mockClear();
    for (const [milliseconds, uses] of [
      [0, 1],
      [999, 1],
      [1, 2],
      [10_000, 3],
    ] as const) {
      clock.pass(milliseconds);
      expect(tokens.inHand()?.accessToken).toBe('access');
      expect(chart.used).toHaveBeenCalledTimes(uses);
    }
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
