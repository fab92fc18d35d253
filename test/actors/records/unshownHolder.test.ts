// Where no port shows who holds a login, its holder is asked in the record: what is written, and what comes of it.
import { describe, expect, it } from 'vitest';
import { answerAsHolder, UnshownHolderWatch } from '../../../actors/records/unshownHolder.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session } = of.pending.value;
const key = of.pending.key;

/** A watch over a login that is held so. */
async function watching(login: object | null, watched: object = {}) {
  const { tools } = toolsFor();
  if (login) await store(tools, 'login', { pendingKey: key, asked: undefined, ...login });
  const watch = new UnshownHolderWatch(tools, { session, key, isAsked: true, age: 0, ...watched });
  const holder = async () => (await stored(tools, 'login'))?.holder;
  const asked = async () => (await stored(tools, 'login'))?.asked;
  /** The holder answers: the question is gone from the record. */
  const answer = () => store(tools, 'login', { pendingKey: key, holder: 'there', asked: undefined });
  return { tools, watch, holder, asked, answer };
}

describe('a login whose holder no port shows', () => {
  it.each<[string, object | null]>([
    ['is gone', null],
    ['has given way to another one', { pendingKey: keys.pending('another'), holder: 'here' }],
  ])('C06: is left alone where it %s', async (_what, login) => {
    const { watch, tools } = await watching(login);
    const before = await tools.records.read(keys.login(session));
    expect(await watch.isOurs(0)).toBe(false);
    expect(await tools.records.read(keys.login(session))).toEqual(before);
  });

  it('C06: that this engine holds is led from here, as it stands', async () => {
    const { watch, tools } = await watching({ holder: 'here' });
    const before = await tools.records.read(keys.login(session));
    expect(await watch.isOurs(0)).toBe(true);
    expect((await tools.records.read(keys.login(session)))?.version).toBe(before?.version);
  });

  it('C06: that was left to others is taken over, and a question in it goes', async () => {
    const { watch, tools } = await watching({ holder: undefined, asked: 'another' });
    expect(await watch.isOurs(0)).toBe(true);
    expect(await stored(tools, 'login')).toEqual({ v: 1, pendingKey: key, holder: 'here' });
  });

  it('C06: that another engine was faster to take over is not ours', async () => {
    const { watch, tools } = await watching({ holder: undefined });
    tools.records.write = async () => undefined;
    expect(await watch.isOurs(0)).toBe(false);
  });

  it('C06: of another engine is left to it where nobody asks for it here', async () => {
    const { watch, asked } = await watching({ holder: 'there' }, { isAsked: false });
    expect(await watch.isOurs(0)).toBe(false);
    expect(await asked()).toBeUndefined();
  });

  it('C06: of another engine is shown to who asks later, and stays its holder’s', async () => {
    const { watch, asked, holder } = await watching({ holder: 'there' }, { age: 3_000 });
    expect(await watch.isOurs(0)).toBe(true);
    expect([await asked(), await holder()]).toEqual([undefined, 'there']);
  });

  it('C06: whose holder does not answer within 6 seconds is taken over', async () => {
    const { watch, asked, holder } = await watching({ holder: 'there' });
    expect(await watch.isOurs(1_000)).toBe(false);
    expect(await asked()).toBe('here');
    expect(await watch.isOurs(2_000)).toBe(false);
    expect(await watch.isOurs(7_999)).toBe(false);
    expect(await holder()).toBe('there');
    expect(await watch.isOurs(8_000)).toBe(true);
    expect([await asked(), await holder()]).toEqual([undefined, 'here']);
  });

  it('C06: whose holder is asked anew has its time anew', async () => {
    const { watch, tools } = await watching({ holder: 'there', asked: 'first' });
    expect(await watch.isOurs(0)).toBe(false);
    await store(tools, 'login', { pendingKey: key, holder: 'there', asked: 'second' });
    expect(await watch.isOurs(5_000)).toBe(false);
    expect(await watch.isOurs(10_999)).toBe(false);
    expect(await watch.isOurs(11_000)).toBe(true);
  });

  it('C06: whose holder has answered is asked again after 15 seconds', async () => {
    const { watch, asked, answer } = await watching({ holder: 'there' });
    await watch.isOurs(0);
    await watch.isOurs(500);
    await answer();
    expect(await watch.isOurs(1_000)).toBe(false);
    expect(await asked()).toBeUndefined();
    await watch.isOurs(15_999);
    expect(await asked()).toBeUndefined();
    await watch.isOurs(16_000);
    expect(await asked()).toBe('here');
  });

  it('C06: whose question was not seen in the record is asked about at once', async () => {
    const { watch, asked, answer } = await watching({ holder: 'there' });
    await watch.isOurs(0);
    await answer();
    await watch.isOurs(500);
    expect(await asked()).toBe('here');
  });
});

describe('the answer of a holder', () => {
  const asked = { v: 1, pendingKey: key, holder: 'here', asked: 'another' } as const;

  it.each<[string, object | null]>([
    ['another login', { ...asked, pendingKey: keys.pending('another') }],
    ['another holder', { ...asked, holder: 'there' }],
    ['nothing', null],
  ])('C06: changes nothing where %s has come in its place', async (_what, now) => {
    const { tools } = toolsFor();
    if (now) await store(tools, 'login', now);
    await answerAsHolder(tools, session, asked);
    expect(await stored(tools, 'login')).toEqual(now ?? undefined);
  });

  it('C06: takes the question from the record, and nothing else', async () => {
    const { tools } = toolsFor();
    await store(tools, 'login', { ...asked, inherited: true });
    await answerAsHolder(tools, session, asked);
    expect(await stored(tools, 'login')).toEqual({ v: 1, pendingKey: key, holder: 'here', inherited: true });
  });
});
