// The tokens of a session: when the store is read for one, when the chart is told of what was found there, and when it is asked to renew.
import { describe, expect, it, vi } from 'vitest';
import { Dpop } from '../../actors/network/dpop.ts';
import { store } from '../actors/stored.ts';
import { toolsFor } from '../actors/tools.ts';
import { samples } from '../stores/recordSamples.ts';
import { failureOf } from '../support/engine.ts';
import { full } from './contexts.ts';
import { at, grantOf, inState, issuer, storeGrant, tokensAt } from './tokenBench.ts';

describe('a token that is asked for', () => {
  it('TOK-13: is read once for the grant that the chart has, and is in hand from then on', async () => {
    const { tools } = toolsFor();
    const version = await storeGrant(tools);
    const { tokens, told } = tokensAt(tools, at(inState('fresh'), { grant: grantOf(version) }));
    expect(tokens.inHand()).toBeUndefined();
    const read = vi.spyOn(tools.records, 'read');
    const token = await tokens.usable();
    expect(token).toMatchObject({ accessToken: 'access', version });
    expect(await tokens.usable()).toBe(token);
    expect(tokens.inHand()).toBe(token);
    expect(read).toHaveBeenCalledTimes(1);
    expect(told).toEqual([]);
  });

  it('HOST-1: is refused once the engine is disposed of', async () => {
    const { tools } = toolsFor({ closing: AbortSignal.abort() });
    const { tokens } = tokensAt(tools, at('idle', { grant: null }));
    expect((await failureOf(tokens.usable())).code).toBe('engine_disposed');
  });

  it('TOK-13: is none where nobody is logged in, here or by the store, and the chart hears of nothing', async () => {
    const { tools } = toolsFor();
    const { tokens, told } = tokensAt(tools, at('idle', { grant: null, binding: null }));
    expect(await tokens.usable()).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('TOK-13: is that of a login which a sibling has made meanwhile', async () => {
    const { tools } = toolsFor();
    await store(tools, 'binding');
    const grantVersion = await storeGrant(tools);
    const idle = at('idle', { grant: null, binding: null });
    const { tokens, told } = tokensAt(tools, idle, () =>
      at(inState('fresh'), { grant: grantOf(grantVersion) }),
    );
    expect((await tokens.usable())?.version).toBe(grantVersion);
    expect(told).toEqual([{ type: 'grant.changed', grantVersion }]);
  });

  it('TOK-5: is that of a sibling which has renewed, once the chart has it too', async () => {
    const { tools } = toolsFor();
    const grantVersion = await storeGrant(tools);
    const { tokens, told } = tokensAt(tools, at(inState('fresh'), { grant: grantOf('older') }), () =>
      at(inState('fresh'), { grant: grantOf(grantVersion) }),
    );
    expect((await tokens.usable())?.version).toBe(grantVersion);
    expect(told).toEqual([{ type: 'grant.changed', grantVersion }]);
    expect(tokens.inHand()?.version).toBe(grantVersion);
  });

  it('TOK-5: is what was found at the third look, where the chart never has the same', async () => {
    const { tools } = toolsFor();
    const grantVersion = await storeGrant(tools);
    const { tokens, told } = tokensAt(tools, at(inState('fresh'), { grant: grantOf('older') }));
    const read = vi.spyOn(tools.records, 'read');
    expect((await tokens.usable())?.version).toBe(grantVersion);
    expect(read).toHaveBeenCalledTimes(3);
    expect(told).toEqual(Array(2).fill({ type: 'grant.changed', grantVersion }));
  });

  it('TOK-13: is none where its grant was forgotten, and the chart hears of it', async () => {
    const { tools } = toolsFor();
    const { tokens, told } = tokensAt(tools, at(inState('fresh'), { grant: grantOf('older') }), () =>
      at('idle', { grant: null }),
    );
    expect(await tokens.usable()).toBeUndefined();
    expect(told).toEqual([{ type: 'grant.changed', grantVersion: null }]);
  });

  it('RFC 9449 §4: whose key is lost is refused, and the chart forgets its grant', async () => {
    const { tools } = toolsFor({ dpop: new Dpop('preferred', () => 1_800_000_000_000) });
    const version = await store(tools, 'grant', { dpopKey: undefined });
    const { tokens, told } = tokensAt(tools, at(inState('fresh'), { grant: grantOf(version) }));
    expect((await failureOf(tokens.usable())).code).toBe('grant_refused');
    expect(told).toEqual([{ type: 'grant.changed', grantVersion: null }]);
  });

  it('BIND-9: of another issuer than the resource is bound to is refused, and the grant is not forgotten', async () => {
    const { tools } = toolsFor();
    const grant = grantOf(await storeGrant(tools));
    const { tokens, told } = tokensAt(tools, at(inState('fresh'), { grant, binding: null }));
    expect((await failureOf(tokens.usable())).code).toBe('token_of_other_issuer');
    expect(told).toEqual([]);
  });

  it('is given up where the caller goes', async () => {
    const { tools } = toolsFor();
    const grant = grantOf(await storeGrant(tools));
    const { tokens } = tokensAt(tools, at(inState('fresh'), { grant }));
    await expect(tokens.usable(AbortSignal.abort('gone'))).rejects.toBe('gone');
  });
});

describe('a token that is due', () => {
  it('TOK-8: is renewed first: the chart is asked for it, and waited for', async () => {
    const { tools, clock } = toolsFor();
    const version = await storeGrant(tools);
    const due = at(inState('due'), { grant: grantOf('older') });
    const { tokens, told } = tokensAt(tools, due, async () => {
      await new Promise(setImmediate);
      return at(inState('fresh'), { grant: grantOf(version) });
    });
    expect((await tokens.usable())?.version).toBe(version);
    expect(told).toEqual([{ type: 'renewal.requested', at: clock.now() }]);
  });

  it('TOK-8: by the clock, although its timer is late, is renewed first too', async () => {
    const { tools, clock } = toolsFor();
    const version = await storeGrant(tools);
    const late = at(inState('fresh'), { grant: { ...grantOf(version), refreshAt: clock.now() } });
    const { tokens, told } = tokensAt(tools, late);
    await tokens.usable();
    expect(told).toEqual([{ type: 'renewal.requested', at: clock.now() }]);
  });

  it('TOK-7: is refused with why, where it has run out and could not be renewed', async () => {
    const { tools, clock } = toolsFor();
    const grant = { ...grantOf(await storeGrant(tools)), expiresAt: clock.now() };
    const { tokens } = tokensAt(tools, at(inState('stale'), { grant, failure: full.failure }));
    expect((await failureOf(tokens.usable())).code).toBe('timed_out');
  });

  it('TOK-7: is none where the renewal has ended the login', async () => {
    const { tools } = toolsFor();
    const grant = grantOf(await storeGrant(tools));
    const { tokens } = tokensAt(tools, at(inState('due'), { grant }), () => at('idle', { grant }));
    expect(await tokens.usable()).toBeUndefined();
  });
});

describe('a look at what siblings did', () => {
  it('TOK-13: tells the chart of a sign-out, and waits for it', async () => {
    const { tools } = toolsFor();
    let isOver = false;
    const { tokens, told } = tokensAt(tools, at(inState('fresh'), { grant: grantOf('7') }), async () => {
      await new Promise(setImmediate);
      isOver = true;
      return at('idle', { grant: null });
    });
    await tokens.lookAgain();
    expect(told).toEqual([{ type: 'grant.changed', grantVersion: null }]);
    expect(isOver).toBe(true);
  });

  it('TOK-13: tells the chart nothing where it has what is stored', async () => {
    const { tools } = toolsFor();
    await store(tools, 'binding');
    const grant = grantOf(await storeGrant(tools));
    const { tokens, told } = tokensAt(tools, at(inState('fresh'), { grant }));
    await tokens.lookAgain();
    expect(told).toEqual([]);
  });

  it('BIND-1: is at the issuer of a grant that can be sent, wherever the resource is bound to by now', async () => {
    const { tools } = toolsFor();
    const bound = samples().binding.value;
    await store(tools, 'binding', { current: 'https://b.example' });
    const grantVersion = await storeGrant(tools);
    expect(Object.keys(bound.servers)).toEqual([issuer]);
    const { tokens, told } = tokensAt(tools, at(inState('fresh'), { grant: grantOf('older') }));
    await tokens.lookAgain();
    expect(told).toEqual([{ type: 'grant.changed', grantVersion }]);
  });

  it('BIND-1: is where the resource is bound to, where the grant of before cannot be sent', async () => {
    const { tools } = toolsFor();
    await store(tools, 'binding');
    const grantVersion = await storeGrant(tools);
    const elsewhere = { ...grantOf('older'), issuer: 'https://b.example' };
    const { tokens, told } = tokensAt(tools, at('idle', { grant: elsewhere }));
    await tokens.lookAgain();
    expect(told).toEqual([{ type: 'grant.changed', grantVersion }]);
  });

  it('is left out where the chart has refused for good', async () => {
    const { tools } = toolsFor();
    const { tokens, told } = tokensAt(tools, at('rejected', { grant: grantOf('7') }));
    await tokens.lookAgain();
    expect(told).toEqual([]);
  });
});

describe('a token that the resource has accepted', () => {
  it.each([
    ['tells the chart where something was spent on its grant', 1, '7', true],
    ['tells the chart nothing where there is nothing to forgive', 0, '7', false],
    ['tells the chart nothing where it is of a grant before', 1, '6', false],
  ])('TOK-12: %s', (_what, authorizations, grantVersion, isTold) => {
    const budget = { ...full.budget, renewals: 0, registrations: 0, pauses: 0, authorizations };
    const { tokens, told } = tokensAt(
      toolsFor().tools,
      at(inState('fresh'), { grant: grantOf('7'), budget }),
    );
    tokens.prove({ version: grantVersion });
    expect(told).toEqual(isTold ? [{ type: 'grant.proved', grantVersion }] : []);
  });
});

describe('a session whose token is in hand', () => {
  /** Tokens with one in hand, by a clock that the test sets. */
  async function inHandAt(start: number) {
    let now = start;
    const { tools } = toolsFor({ now: () => now });
    const grant = grantOf(await storeGrant(tools));
    const made = tokensAt(tools, at(inState('fresh'), { grant }));
    await made.tokens.usable();
    return { ...made, pass: (milliseconds: number) => (now += milliseconds) };
  }

  it('C12: says once a second that it is used', async () => {
    const { tokens, used, pass } = await inHandAt(1_800_000_000_000);
    for (const [milliseconds, uses] of [
      [0, 1],
      [999, 1],
      [1, 2],
      [10_000, 3],
    ] as const) {
      pass(milliseconds);
      expect(tokens.inHand()?.accessToken).toBe('access');
      expect(used).toHaveBeenCalledTimes(uses);
    }
  });

  it('C12: says with its first use that it is used, however early it is', async () => {
    const { tokens, used } = await inHandAt(1_000);
    tokens.inHand();
    expect(used).toHaveBeenCalledTimes(1);
  });

  it('C12: says nothing of a use where the token is in hand no more', async () => {
    const { tokens, used, chart } = await inHandAt(1_800_000_000_000);
    Object.assign(chart, { running: undefined });
    expect(tokens.inHand()).toBeUndefined();
    expect(used).not.toHaveBeenCalled();
  });
});
