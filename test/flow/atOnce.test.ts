// Logins that are asked for at once, by engines that share a home: one page, and all who asked end alike (AUTHZ-12).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore, loopbackUserAgent } from '../../adapters/node.ts';
import { AuthError, type Engine, memoryStore, type Session, type Store } from '../../index.ts';
import { keys } from '../../stores/records.ts';
import { TestClock } from '../support/clock.ts';
import { callTool, personsTurn, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
let engines: Engine[] = [];
beforeEach(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), 'authchart-at-once-'));
  engines = [];
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.dispose()));
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** Pages that were opened, in order: the person visits them when the test says so. */
class Person {
  readonly pages: string[] = [];
  /** When the first page was opened, by the clock of the process. */
  shownAt = 0;
  readonly #mayAnswer: Promise<void>;
  answer: () => void = () => {};

  /** @param thinks how long it takes to answer, in milliseconds. */
  constructor(thinks: number | 'until told') {
    this.#mayAnswer =
      thinks === 'until told'
        ? new Promise((resolve) => {
            this.answer = resolve;
          })
        : pause(thinks);
  }

  readonly open = async (url: string): Promise<void> => {
    this.shownAt ||= performance.now();
    this.pages.push(url);
    void this.#mayAnswer.then(() => fetch(url)).catch(() => undefined);
  };
}

function joining(store: Store, person: Person, port?: number, clock?: TestClock): Session {
  const { engine, session } = testEngine(world.resource, {
    store,
    ...(clock && { now: clock.now, sleep: clock.sleep }),
    policy: { interaction: 'ask' },
    userAgent: loopbackUserAgent({ open: person.open, ...(port !== undefined && { port }) }),
  });
  engines.push(engine);
  return session;
}

const withoutWatch = ({ watch: _, ...store }: Store): Store => store;
const withBrokenWatch = (store: Store): Store => ({
  ...store,
  watch() {
    throw new Error('This home cannot tell today.');
  },
});

/** Each engine has a home of its own on the same records, as processes have. */
const homes: readonly (readonly [string, () => () => Store])[] = [
  [
    'in memory',
    () => {
      const store = memoryStore();
      return () => store;
    },
  ],
  ['in files', () => () => fileStore({ folder })],
  ['in files that do not tell of changes', () => () => withoutWatch(fileStore({ folder }))],
  [
    'in memory, without news',
    () => {
      const store = withoutWatch(memoryStore());
      return () => store;
    },
  ],
  ['in files whose watch throws', () => () => withBrokenWatch(fileStore({ folder }))],
];

const outcome = async (login: Promise<void>): Promise<string> =>
  login.then(
    () => 'done',
    (error: unknown) => (error instanceof AuthError ? error.code : String(error)),
  );

describe.each(homes)('records %s', (_, home) => {
  it.each([
    [2, 0, 0],
    [2, 80, 150],
    [2, 600, 900],
    [5, 20, 200],
  ])(
    'AUTHZ-12, TOK-13: %i logins, %i ms apart, by a person who takes %i ms, are one page',
    async (count, apart, thinks) => {
      const person = new Person(thinks);
      const open = home();
      const logins: Promise<string>[] = [];
      const sessions: Session[] = [];
      const begun = performance.now();
      for (let at = 0; at < count; at += 1) {
        const session = joining(open(), person);
        sessions.push(session);
        logins.push(outcome(session.login()));
        await pause(apart);
      }
      expect(await Promise.all(logins)).toEqual(logins.map(() => 'done'));
      expect(person.pages).toHaveLength(1);
      expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
      // Where the first page takes too long (3 seconds, as a busy machine counts them), others begin as well: that costs registrations only.
      const isInTime = person.shownAt < begun + 1_500;
      expect(world.requests('a', 'POST', '/register').length).toBeLessThanOrEqual(isInTime ? 1 : count);
      for (const session of sessions) {
        expect((await callTool(session, 'any')).status).toBe(200);
        // Who was joined has not failed.
        expect(session.explain().failure).toBeUndefined();
      }
      const store = open();
      const kinds = ['pending:', 'login:', 'spend:'];
      expect((await Promise.all(kinds.map((kind) => store.list(kind)))).flat()).toEqual([]);
    },
  );
});

describe('a login that is about to begin', () => {
  const person = (): Person => new Person(0);

  it.each(['cancel', 'logout'] as const)(
    'AUTHZ-12, R13: is begun by the next engine at once after a %s',
    async (end) => {
      const store = memoryStore();
      world.script('a POST /register', () => new Promise(() => {}));
      const first = joining(store, person());
      void outcome(first.login());
      await expect.poll(() => world.requests('a', 'POST', '/register')).toHaveLength(1);
      // Its clock stands still.
      const second = outcome(joining(store, person(), undefined, new TestClock(Date.now())).login());
      world.scripts.clear();
      await first[end]();
      expect(await second).toBe('done');
      expect(await store.list('spend:')).toEqual([]);
    },
  );

  it('AUTHZ-12, R13: is begun by the next engine after a while where that engine has died', async () => {
    const store = memoryStore();
    const clock = new TestClock();
    const session = joining(store, person(), undefined, clock);
    const intent = { v: 1, holder: 'an engine that has died', version: '' };
    await store.put(keys.spend(keys.login(session.id)), JSON.stringify(intent), undefined);
    const begun = clock.now();
    let isOver = false;
    const login = outcome(session.login()).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await pause(1);
      if (world.requests('a', 'POST', '/register').length === 0) clock.pass(100);
    }
    expect(await login).toBe('done');
    expect(clock.now() - begun).toBeGreaterThanOrEqual(3_000);
    expect(await store.list('spend:')).toEqual([]);
  });
});

describe('a login that is held', () => {
  const two = (person: Person, port?: number): readonly [Session, Session] => {
    const store = memoryStore();
    return [joining(store, person, port), joining(store, person, port)];
  };

  it('AUTHZ-12: goes on when its holder is gone: who waited for it takes it over, with the page that is open', async () => {
    const person = new Person('until told');
    const [first, second] = two(person);
    const logins = [outcome(first.login())];
    await expect.poll(() => person.pages).toHaveLength(1);
    logins.push(outcome(second.login()));
    await expect.poll(() => second.snapshot.matches({ authorizing: 'awaitingSibling' })).toBe(true);
    await engines[0]?.dispose();
    await expect.poll(() => second.snapshot.matches({ authorizing: 'awaitingUser' })).toBe(true);
    person.answer();
    expect(await logins[1]).toBe('done');
    expect(person.pages).toHaveLength(1);
  });

  it('AUTHZ-12: is joined on a port that only one of them can have', async () => {
    const person = new Person(300);
    const logins = two(person, 45_454).map((session) => outcome(session.login()));
    expect(await Promise.all(logins)).toEqual(['done', 'done']);
    expect(person.pages).toHaveLength(1);
  });

  it('AUTHZ-12: is not taken for cancelled by one that looks while its holder finishes it', async () => {
    const person = new Person('until told');
    const store = memoryStore();
    const first = joining(store, person);
    let left = 0;
    let looked = Promise.resolve();
    let lookOn = (): void => {};
    // While the second one looks for a grant, and finds none yet, the first one is done. Nobody else tells it before it has looked on.
    const slow: Store = {
      ...store,
      async get(key) {
        if (key.startsWith('pending:')) await looked;
        if (key.startsWith('login:')) lookOn();
        const found = await store.get(key);
        if (left === 0 || !key.startsWith('binding:')) return found;
        left -= 1;
        if (left > 0) return found;
        looked = new Promise((resolve) => {
          lookOn = resolve;
        });
        await login;
        return found;
      },
    };
    const second = joining(slow, person);
    const login = outcome(first.login());
    await expect.poll(() => person.pages).toHaveLength(1);
    const joined = outcome(second.login());
    await expect.poll(() => second.snapshot.matches({ authorizing: 'awaitingSibling' })).toBe(true);
    // It reads the binding twice for each look.
    left = 2;
    person.answer();
    expect([await login, await joined]).toEqual(['done', 'done']);
    expect(left).toBe(0);
  });

  it('AUTHZ-12: is denied to all who asked', async () => {
    world.script('a GET /authorize', ({ query }) => {
      const back = new URL(query.get('redirect_uri') ?? '');
      back.search = String(
        new URLSearchParams({
          error: 'access_denied',
          state: query.get('state') ?? '',
          iss: world.origins.a,
        }),
      );
      return { status: 302, headers: { location: back.href } };
    });
    const person = new Person(400);
    const logins = two(person).map((session) => outcome(session.login()));
    expect(await Promise.all(logins)).toEqual(['access_denied', 'access_denied']);
    expect(person.pages).toHaveLength(1);
  });

  it.each(['cancel', 'logout'] as const)('AUTHZ-12: ends for all by the %s of its holder', async (end) => {
    const person = new Person('until told');
    const [first, second] = two(person);
    const logins = [outcome(first.login())];
    await expect.poll(() => person.pages).toHaveLength(1);
    logins.push(outcome(second.login()));
    await expect.poll(() => second.snapshot.hasTag('needsUser')).toBe(true);
    await first[end]();
    expect(await logins[1]).toBe('cancelled');
  });

  it('AUTHZ-12: is not ended by one that has joined it, and gives up', async () => {
    const person = new Person('until told');
    const [first, second] = two(person);
    const login = outcome(first.login());
    await expect.poll(() => person.pages).toHaveLength(1);
    const patience = new AbortController();
    const joined = outcome(second.login({ signal: patience.signal }));
    await expect.poll(() => second.snapshot.hasTag('needsUser')).toBe(true);
    patience.abort('enough');
    await second.cancel();
    await engines[1]?.dispose();
    person.answer();
    expect([await joined, await login]).toEqual(['enough', 'done']);
  });

  it('AUTHZ-12: of one engine is joined by its charts, too', async () => {
    const person = new Person(300);
    const session = joining(memoryStore(), person);
    const logins = [outcome(session.login()), pause(50).then(() => outcome(session.login()))];
    expect(await Promise.all(logins)).toEqual(['done', 'done']);
    expect(person.pages).toHaveLength(1);
  });

  it.each([0, 5, 40, 120, 250])(
    'AUTHZ-12: that a request has begun is joined by a login %i ms later: one page',
    async (apart) => {
      const person = new Person(500);
      const { engine, session } = testEngine(world.resource, {
        userAgent: loopbackUserAgent({ open: person.open }),
      });
      engines.push(engine);
      const called = callTool(session, 'any');
      await pause(apart);
      await session.login();
      expect((await called).status).toBe(200);
      expect(person.pages).toHaveLength(1);
    },
  );

  it('AUTHZ-12: is waited for by whoever asks for a token or sends a request right after it', async () => {
    const person = new Person(200);
    const session = joining(memoryStore(), person);
    const login = session.login();
    const [token, response] = await Promise.all([session.token(), callTool(session, 'any'), login]);
    expect([token, response.status]).toEqual([expect.stringMatching(/^access-/), 200]);
    expect(person.pages).toHaveLength(1);
  });

  it('AUTHZ-12, STEP-5: that steps up is joined by a login for the same scopes: one page more', async () => {
    const person = new Person(0);
    const { engine, session } = testEngine(world.resource, {
      userAgent: loopbackUserAgent({ open: person.open }),
    });
    engines.push(engine);
    await session.login();
    world.needs = () => 'read write';
    const turn = personsTurn(session);
    const called = callTool(session, 'any');
    await turn;
    await session.login({ scopes: ['write'] });
    expect((await called).status).toBe(200);
    expect(person.pages).toHaveLength(2);
  });
});
