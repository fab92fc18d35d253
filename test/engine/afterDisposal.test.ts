// After `engine.dispose()` has resolved nothing is written, sent or told, at whatever moment it interrupts (C10, C12).
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { headlessUserAgent } from '../../adapters/node.ts';
import { createAuthEngine, type Engine, memoryStore, type Session, type Store } from '../../index.ts';
import { callTool, failureOf, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.needs = ({ body }) => (body.includes('"write"') ? 'write' : null);
});
afterEach(() => world.close());

/** One thing that was done: when it ended, if it has. Milliseconds. */
interface Done {
  readonly what: string;
  ended: number;
}

/** Everything that an engine does, by time, and what is called at each write and each request. */
class Log {
  readonly done: Done[] = [];
  atEach: () => void = () => {};

  async of<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const one: Done = { what, ended: Number.POSITIVE_INFINITY };
    this.done.push(one);
    this.atEach();
    try {
      return await work();
    } finally {
      one.ended = performance.now();
    }
  }

  tell(what: string): void {
    const ended = performance.now();
    this.done.push({ what, ended });
  }

  /** What was not over at that time. */
  after(time: number): readonly string[] {
    return this.done.filter(({ ended }) => ended > time).map(({ what }) => what);
  }
}

/** The same home, a little slow, and every write noted. */
function notedStore(home: Store, log: Log): Store {
  const slowly = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await pause(1);
    return work();
  };
  return {
    ...home,
    put: (key, text, expected) => log.of(`put ${key}`, () => slowly(() => home.put(key, text, expected))),
    delete: (key, version) => log.of(`delete ${key}`, () => slowly(() => home.delete(key, version))),
    setAside: (key, version) => log.of(`set aside ${key}`, () => slowly(() => home.setAside(key, version))),
  };
}

function notedEngine(home: Store, log: Log): { engine: Engine; session: Session } {
  const engine = createAuthEngine({
    client: { name: 'authchart tests' },
    userAgent: headlessUserAgent(),
    policy: { interaction: 'auto' },
    store: notedStore(home, log),
    fetch: (input, init) => {
      log.tell(`send ${input}`);
      log.atEach();
      return fetch(input, init);
    },
    onProgress: ({ kind }) => log.tell(`progress: ${kind}`),
    onTrace: ({ kind }) => log.tell(`trace: ${kind}`),
    inspect: ({ type }) => log.tell(`inspect: ${type}`),
  });
  return { engine, session: engine.session({ resource: world.resource }) };
}

const flows: Readonly<
  Record<string, { before?: (session: Session) => unknown; run: (session: Session) => unknown }>
> = {
  'a login': { run: (session) => session.login() },
  'a renewal': {
    before: async (session) => {
      await session.login();
      world.expireAccessTokens();
    },
    run: (session) => callTool(session, 'any'),
  },
  'a step-up': { before: (session) => session.login(), run: (session) => callTool(session, 'write') },
  'a sign-out': { before: (session) => session.login(), run: (session) => session.logout() },
};

/** Longer than whatever follows takes. */
const AFTERWARDS = 40;
/** No flow does more. */
const MOST = 60;

describe('dispose', () => {
  it.each(Object.entries(flows))(
    'C10, C12: ends %s at each moment, and nothing comes afterwards',
    async (_name, { before, run }) => {
      let moment = 0;
      for (let isReached = true; isReached && moment < MOST; moment += 1) {
        const log = new Log();
        const { engine, session } = notedEngine(memoryStore(), log);
        session.actor.on('*', ({ type }) => log.tell(`emitted: ${type}`));
        await before?.(session);
        log.done.length = 0;
        isReached = false;
        const reached = new Promise<void>((resolve) => {
          let count = 0;
          log.atEach = () => {
            if (count++ !== moment) return;
            isReached = true;
            resolve();
          };
        });
        const work = (async () => run(session))().catch(() => {});
        await Promise.race([reached, work]);
        await engine.dispose();
        const over = performance.now();
        await pause(AFTERWARDS);
        expect(log.after(over), `after moment ${moment}`).toEqual([]);
        await work;
      }
      // The last one was later than all that the flow does.
      expect(moment).toBeGreaterThan(3);
      expect(moment).toBeLessThan(MOST);
    },
    60_000,
  );

  it('C12: is not kept for ever by a store that does not answer; what it does then is refused', async () => {
    const home = memoryStore();
    let isStuck = false;
    const answers: (() => void)[] = [];
    const puts: string[] = [];
    const store: Store = {
      ...home,
      async put(key, text, expected) {
        puts.push(key);
        if (isStuck) await new Promise<void>((resolve) => answers.push(resolve));
        return home.put(key, text, expected);
      },
    };
    const { engine, session } = testEngine(world.resource, { store });
    isStuck = true;
    const login = session.login().catch(() => {});
    await expect.poll(() => puts.length).toBe(1);
    const began = performance.now();
    await engine.dispose();
    expect(performance.now() - began).toBeLessThan(20_000);
    for (const answer of answers) answer();
    await login;
    await pause(AFTERWARDS);
    expect(puts).toHaveLength(1);
  }, 25_000);

  it('C12: a chart of the host that goes on is refused the store and the network', async () => {
    const log = new Log();
    const { engine } = notedEngine(memoryStore(), log);
    const actor = createActor(engine.machine, { input: { resource: world.resource } }).start();
    const session = engine.sessionOf(actor);
    await session.login();
    const began = performance.now();
    await engine.dispose();
    // Its chart waits for its renewal to be due: that is not waited for.
    expect(performance.now() - began).toBeLessThan(2_000);
    log.done.length = 0;
    actor.send({ type: 'user.login', scopes: ['write'] });
    await pause(AFTERWARDS);
    actor.send({ type: 'user.logout' });
    await pause(AFTERWARDS);
    expect(log.done).toEqual([]);
    expect(await failureOf(session.fetch(world.resource))).toMatchObject({ code: 'engine_disposed' });
    actor.stop();
  });

  it('C12: twice is as good as once', async () => {
    const { engine, session } = notedEngine(memoryStore(), new Log());
    await session.login();
    await Promise.all([engine.dispose(), engine.dispose()]);
    await engine.dispose();
  });
});
