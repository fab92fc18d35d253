// What only one engine may do at a time: who gets the right, how long others wait, and what is left behind.
import { describe, expect, it, vi } from 'vitest';
import { claim, type Spending } from '../../../actors/records/spending.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { passUntil, settle, store } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const key = of.grant.key;
const at = keys.spend(key);
const never = new AbortController().signal;
const what = (change: Partial<Spending> = {}): Spending => ({
  session: of.grant.value.session,
  at,
  key,
  version: '1',
  current: async () => '1',
  ...change,
});
/** A record that is not there yet. */
const absent = { version: '', current: async () => '' };

function another(version: string, holder = 'there') {
  const { tools, clock } = toolsFor();
  const intent = { v: 1, holder, version } as const;
  return { tools, clock, intent, begin: () => tools.records.write(at, intent, undefined) };
}

describe('the right to do what only one may do at a time', () => {
  it('C04: that was left behind by this engine is taken again', async () => {
    const { tools, begin } = another('0', 'here');
    await begin();
    const mine = await claim(tools, what(), never);
    expect(mine.kind).toBe('held');
    expect((await tools.records.read(at))?.value).toEqual({ v: 1, holder: 'here', version: '1' });
  });

  it('C05: of a process that has ended is broken off at once, and of one that ends meanwhile as soon as it has', async () => {
    const ended = new Set(['ended']);
    const isGone = (holder = '') => ended.has(holder);
    const { tools, clock } = toolsFor({ isGone });
    await tools.records.write(at, { v: 1, holder: 'ended', version: '' }, undefined);
    const first = await claim(tools, what(absent), never);
    expect(first.kind).toBe('broken off');
    if (first.kind === 'broken off') await first.release();

    await tools.records.write(at, { v: 1, holder: 'there', version: '' }, undefined);
    let outcome: string | undefined;
    void claim(tools, what(absent), never).then(({ kind }) => {
      outcome = kind;
    });
    for (let waited = 0; waited < 3_000; waited += 250) {
      await settle();
      clock.pass(250);
    }
    expect(outcome).toBeUndefined();
    ended.add('there');
    await settle();
    clock.pass(250);
    await settle();
    expect(outcome).toBe('broken off');
  });

  it('C05: is waited for not without a word: once, with what is waited for and how long at most', async () => {
    const tellWaiting = vi.fn();
    const { tools, clock } = toolsFor({ tellWaiting });
    await tools.records.write(at, { v: 1, holder: 'there', version: '' }, undefined);
    const waiting = claim(tools, what({ ...absent, patience: 5_000 }), never);
    for (let waited = 0; waited < 750; waited += 250) {
      await settle();
      clock.pass(250);
    }
    await settle();
    expect(tellWaiting).not.toHaveBeenCalled();
    await passUntil(clock, waiting);
    expect(tellWaiting.mock.calls).toEqual([[of.grant.value.session, 'renewal', 5_000]]);
  });

  it('C03: is not given up where the intent of another one is there meanwhile', async () => {
    const { tools, intent } = another('1');
    const mine = await claim(tools, what(), never);
    await tools.records.forget(at);
    await tools.records.write(at, intent, undefined);
    if (mine.kind === 'held') await mine.release();
    expect((await tools.records.read(at))?.value).toEqual(intent);
  });

  it('C03: is given back also where the store fails then', async () => {
    const { tools } = toolsFor();
    const mine = await claim(tools, what(), never);
    tools.records.remove = () => Promise.reject(new Error('of the store'));
    if (mine.kind === 'moved') expect.unreachable();
    else await expect(mine.release()).resolves.toBeUndefined();
  });

  describe('C04: leaves no intent behind when the store fails before anything is sent', () => {
    const fails = new Error('of the store');
    /** Lets the time pass in which it is tidied up. @returns what is left. */
    async function afterwards({ clock, tools }: ReturnType<typeof toolsFor>) {
      for (let second = 0; second < 5; second += 1) {
        await settle();
        clock.pass(1_000);
      }
      await settle();
      return tools.records.read(at);
    }

    it('after it was written', async () => {
      const here = toolsFor();
      const { remove } = here.tools.records;
      here.tools.records.remove = () => Promise.reject(fails);
      const current = () => Promise.reject(fails);
      await expect(claim(here.tools, what({ current }), never)).rejects.toBe(fails);
      expect(await here.tools.records.read(at)).toBeDefined();
      here.tools.records.remove = remove.bind(here.tools.records);
      expect(await afterwards(here)).toBeUndefined();
    });

    it('while it was written, and nobody knows whether it was', async () => {
      const here = toolsFor();
      const write = here.tools.records.write.bind(here.tools.records);
      here.tools.records.write = async (...of) => {
        await write(...of);
        throw fails;
      };
      await expect(claim(here.tools, what(), never)).rejects.toBe(fails);
      expect(await here.tools.records.read(at)).toBeDefined();
      expect(await afterwards(here)).toBeUndefined();
    });

    it('but that of the next try, which succeeds, stays as long as it is needed', async () => {
      const here = toolsFor();
      const write = here.tools.records.write.bind(here.tools.records);
      here.tools.records.write = async (...of) => {
        await write(...of);
        throw fails;
      };
      await expect(claim(here.tools, what(), never)).rejects.toBe(fails);
      here.tools.records.write = write;
      const mine = await claim(here.tools, what(), never);
      expect(mine.kind).toBe('held');
      expect(await afterwards(here)).toBeDefined();
      if (mine.kind === 'held') await mine.release();
      expect(await here.tools.records.read(at)).toBeUndefined();
    });

    it('when it is given back', async () => {
      const here = toolsFor();
      const mine = await claim(here.tools, what(), never);
      const { remove } = here.tools.records;
      here.tools.records.remove = () => Promise.reject(fails);
      if (mine.kind === 'held') await mine.release();
      expect(await here.tools.records.read(at)).toBeDefined();
      here.tools.records.remove = remove.bind(here.tools.records);
      expect(await afterwards(here)).toBeUndefined();
    });
  });

  it('C05: is had as soon as the other one has given it back', async () => {
    const { tools, begin } = another('');
    await begin();
    const waiting = claim(tools, what(absent), never);
    await settle();
    await tools.records.forget(at);
    expect((await waiting).kind).toBe('held');
  });

  it('C05: is not needed any more when the other one is done', async () => {
    const { tools } = toolsFor();
    const version = await store(tools, 'grant');
    await tools.records.write(at, { v: 1, holder: 'there', version }, undefined);
    const current = async () => (await tools.records.read(key))?.version ?? '';
    const waiting = claim(tools, what({ version, current }), never);
    await settle();
    await store(tools, 'grant');
    expect(await waiting).toEqual({ kind: 'moved' });
  });

  it('C05: is looked for every 250 milliseconds, and a holder counts as gone after the term of the engine', async () => {
    const { tools, clock, begin } = another('');
    await begin();
    let looks = 0;
    const current = async (): Promise<string> => {
      looks += 1;
      return '';
    };
    const start = clock.now();
    const outcome = await passUntil(clock, claim(tools, what({ ...absent, current }), never), 250);
    expect(outcome.kind).toBe('broken off');
    expect(looks).toBe(tools.leaseTerm / 250 + 1);
    expect(clock.now() - start).toBeGreaterThanOrEqual(tools.leaseTerm);
    if (outcome.kind === 'broken off') await outcome.release();
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it('C05: of a holder that is just seen is waited for, however short the time', async () => {
    const { tools, clock, begin } = another('');
    await begin();
    const start = clock.now();
    const waiting = claim(tools, what({ ...absent, patience: 1, look: 10 }), never);
    expect((await passUntil(clock, waiting, 10)).kind).toBe('broken off');
    expect(clock.now() - start).toBeGreaterThanOrEqual(10);
  });

  it('C05: of a holder that has begun anew is waited for anew', async () => {
    const { tools, clock, intent, begin } = another('');
    await begin();
    const waiting = claim(tools, what({ ...absent, patience: 1_000, look: 500 }), never);
    let outcome: string | undefined;
    void waiting.then(({ kind }) => {
      outcome = kind;
    });
    await settle();
    clock.pass(500);
    await settle();
    await tools.records.write(at, intent, await tools.records.read(at));
    await settle();
    clock.pass(500);
    await settle();
    expect(outcome).toBeUndefined();
    expect((await passUntil(clock, waiting)).kind).toBe('broken off');
  });

  describe('C04: how long a holder has stood still', () => {
    const patient = { ...absent, patience: 1_000, look: 500 };
    const fails = new Error('of the store');

    /** Waits for half of the patience; then the store fails. */
    async function interrupted() {
      const here = another('');
      await here.begin();
      let isDown = false;
      const current = () => (isDown ? Promise.reject(fails) : Promise.resolve(''));
      const waiting = claim(here.tools, what({ ...patient, current }), never);
      waiting.catch(() => {});
      await settle();
      isDown = true;
      here.clock.pass(500);
      await expect(waiting).rejects.toBe(fails);
      return here;
    }

    it('is not forgotten when the store fails meanwhile', async () => {
      const { tools, clock } = await interrupted();
      const current = vi.fn(async () => '');
      const waiting = claim(tools, what({ ...patient, current }), never);
      expect((await passUntil(clock, waiting, 500)).kind).toBe('broken off');
      expect(current).toHaveBeenCalledTimes(2);
    });

    it('is waited for in one go while the store fails for a few seconds', async () => {
      const { tools, clock, begin } = another('');
      await begin();
      const down = new AuthError(failure('store_failed', 'storing', 'The database is away.'));
      const current = vi.fn(async () => '');
      current.mockResolvedValueOnce('').mockRejectedValueOnce(down).mockRejectedValueOnce(down);
      const waiting = claim(tools, what({ ...patient, current }), never);
      expect((await passUntil(clock, waiting, 250)).kind).toBe('broken off');
      expect(current).toHaveBeenCalledTimes(5);
    });

    it('is not counted for one who has begun anew', async () => {
      const { tools, clock, intent } = await interrupted();
      await tools.records.write(at, intent, await tools.records.read(at));
      const current = vi.fn(async () => '');
      const waiting = claim(tools, what({ ...patient, current }), never);
      expect((await passUntil(clock, waiting, 500)).kind).toBe('broken off');
      expect(current).toHaveBeenCalledTimes(3);
    });

    it('is known until the token is given up, and no longer', async () => {
      const { tools, clock } = await interrupted();
      const ended = await passUntil(clock, claim(tools, what(patient), never), 500);
      const again = await claim(tools, what(patient), never);
      expect(again.kind).toBe('broken off');
      if (ended.kind === 'broken off') await ended.release();
      expect(tools.standstills.of(at, '1')).toBe(0);
      expect((await claim(tools, what(patient), never)).kind).toBe('held');
    });
  });

  it('C05: is not waited for longer than the one who asks does', async () => {
    const { tools, begin } = another('');
    await begin();
    const leaving = new AbortController();
    const waiting = claim(tools, what(absent), leaving.signal);
    waiting.catch(() => {});
    await settle();
    leaving.abort();
    expect((await failureOf(waiting)).code).toBe('cancelled');
  });

  it('C03: is refused where every race for it is lost', async () => {
    const { tools } = toolsFor();
    let races = 0;
    tools.records.write = async () => {
      races += 1;
      return undefined;
    };
    expect((await failureOf(claim(tools, what(), never))).code).toBe('store_conflict');
    expect(races).toBe(8);
  });
});
