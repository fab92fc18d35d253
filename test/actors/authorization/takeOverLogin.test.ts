// Beside the engine that holds a login: how long it is left to it, and when the person is led from here.
import { describe, expect, it } from 'vitest';
import { takeOverLogin } from '../../../actors/authorization/takeOverLogin.ts';
import { pendingFacts } from '../../../actors/records/facts.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf, testHost } from '../../support/engine.ts';
import { passUntil, settle, store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session } = of.pending.value;
const never = new AbortController().signal;
const open = { spent: undefined, response: undefined };
const start = 1_800_000_000_000;

/** @param holds whether the redirect URI can be had, look by look; undefined: the user agent never listens itself. */
async function watching(
  of_: { readonly request?: object; readonly login?: object; readonly isAsked?: boolean },
  holds?: (look: number) => boolean,
) {
  const asked: string[] = [];
  let dismissed = 0;
  const hold = async (uri: string): Promise<boolean> => holds?.(asked.push(uri)) ?? false;
  const userAgent: Tools['userAgent'] = {
    ...testHost().userAgent,
    dismiss: () => {
      dismissed += 1;
    },
    ...(holds && { hold }),
  };
  const { tools, clock } = toolsFor({ userAgent });
  await store(tools, 'pending', { ...open, createdAt: start, ...of_.request });
  await store(tools, 'login', {
    pendingKey: of.pending.key,
    holder: 'there',
    asked: undefined,
    ...of_.login,
  });
  const pending = pendingFacts(of.pending.key, of.pending.value);
  const run = (signal = never) =>
    takeOverLogin(tools)({ session, pending, isAsked: of_.isAsked ?? true }, signal);
  return { tools, clock, asked, dismissed: () => dismissed, run };
}

describe('a login that another engine holds', () => {
  it('AUTHZ-12: is ours where nobody listens for its answer', async () => {
    const { tools, clock, asked, dismissed, run } = await watching({}, () => true);
    expect(await run()).toEqual({ at: clock.now(), became: 'ours' });
    expect(asked).toEqual(['http://127.0.0.1/callback']);
    expect(await stored(tools, 'login')).toMatchObject({ holder: 'here', inherited: true });
    expect(dismissed()).toBe(0);
  });

  it('AUTHZ-12: is inherited where its holder goes while it is waited for, and is looked at twice a second', async () => {
    const { tools, clock, asked, dismissed, run } = await watching({}, (look) => look === 4);
    const running = passUntil(clock, run(), 100);
    expect((await running).became).toBe('inherited');
    expect(asked).toHaveLength(4);
    expect(clock.now() - start).toBeGreaterThanOrEqual(1_500);
    expect(await stored(tools, 'login')).toMatchObject({ holder: 'here', inherited: true });
    expect(dismissed()).toBe(1);
  });

  it.each<[string, object, object, boolean, string]>([
    ['was inherited, to who asks later', { inherited: true }, { createdAt: start - 3_000 }, true, 'ours'],
    ['was inherited, and of no known age', { inherited: true }, { createdAt: undefined }, true, 'ours'],
    ['was inherited, to who asks at once', { inherited: true }, { createdAt: start - 2_999 }, true, 'waits'],
    ['was not inherited', {}, { createdAt: start - 3_000 }, true, 'waits'],
    ['is gone', { pendingKey: 'gone' }, { createdAt: start - 3_000 }, true, 'waits'],
    ['was inherited, to who only waits', { inherited: true }, { createdAt: start - 3_000 }, false, 'waits'],
  ])(
    'AUTHZ-12: is shown beside its listener, or not, where it %s',
    async (_what, login, request, isAsked, end) => {
      const isGone = 'pendingKey' in login;
      const { tools, clock, asked, run } = await watching(
        { request, login: isGone ? {} : login, isAsked },
        () => false,
      );
      if (isGone) await tools.records.forget(of.login.key);
      const leaving = new AbortController();
      const running = run(leaving.signal);
      running.catch(() => {});
      await settle();
      if (end === 'waits') {
        clock.pass(500);
        await settle();
        expect(asked).toHaveLength(2);
        leaving.abort();
        expect((await failureOf(running)).code).toBe('cancelled');
      } else expect((await running).became).toBe(end);
      expect((await stored(tools, 'login'))?.holder).not.toBe('here');
    },
  );

  it('C06: that its holder has left is ours where no port shows it', async () => {
    const { tools, run } = await watching({ login: { holder: undefined } });
    expect((await run()).became).toBe('ours');
    expect(await stored(tools, 'login')).not.toHaveProperty('inherited');
  });

  it('C06: that no port shows is shown again to who asks later', async () => {
    const { run } = await watching({ request: { createdAt: start - 3_000 } });
    expect((await run()).became).toBe('ours');
  });

  it('C06: that no port shows is ours when its holder does not answer for 6 seconds', async () => {
    const { tools, clock, run } = await watching({});
    expect((await passUntil(clock, run(), 500)).became).toBe('ours');
    expect(clock.now() - start).toBeGreaterThanOrEqual(6_000);
    expect((await stored(tools, 'login'))?.holder).toBe('here');
  });

  it('AUTHZ-12: that is answered is left alone, and ends with its request', async () => {
    const { tools, asked, run } = await watching({ request: { response: 'answer' } }, () => true);
    const running = run();
    running.catch(() => {});
    await settle();
    await tools.records.forget(of.pending.key);
    await tools.records.forget(of.login.key);
    expect((await failureOf(running)).code).toBe('cancelled');
    expect(asked).toEqual([]);
  });

  it('AUTHZ-12: that a chart of this engine waits for is left to it', async () => {
    const { tools, clock, asked, run } = await watching({}, () => true);
    const leave = tools.attended.enter(of.pending.key);
    const running = run();
    await settle();
    expect(asked).toEqual([]);
    leave();
    expect((await passUntil(clock, running)).became).toBe('inherited');
  });

  it('AUTHZ-9: whose code is being spent is broken off after the term of the engine', async () => {
    const { tools, clock, asked, run } = await watching({ request: { spent: true } }, () => true);
    const outcome = passUntil(clock, run(), 500);
    expect((await outcome).became).toBe('broken off');
    expect(clock.now() - start).toBeGreaterThanOrEqual(tools.leaseTerm);
    expect(clock.now() - start).toBeLessThan(tools.leaseTerm + 2_000);
    expect(await stored(tools, 'pending')).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('AUTHZ-9: whose request has changed meanwhile has its term anew', async () => {
    const { tools, clock, run } = await watching({});
    let isOver = false;
    await store(tools, 'pending', { spent: true });
    const running = run().finally(() => {
      isOver = true;
    });
    for (let passed = 0; passed < 40_000; passed += 500) {
      await settle();
      clock.pass(500);
    }
    await store(tools, 'pending', { spent: true, verifier: 'another' });
    for (let passed = 0; passed < 40_000; passed += 500) {
      await settle();
      clock.pass(500);
    }
    expect(isOver).toBe(false);
    expect((await passUntil(clock, running, 500)).became).toBe('broken off');
  });

  it('AUTHZ-12: is waited for until the signal', async () => {
    const { run } = await watching({}, () => false);
    const leaving = new AbortController();
    const running = run(leaving.signal);
    running.catch(() => {});
    await settle();
    leaving.abort();
    expect((await failureOf(running)).code).toBe('cancelled');
  });
});
