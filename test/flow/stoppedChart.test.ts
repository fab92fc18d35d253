// A host's chart that is stopped in mid-login, as by a page that goes away: its login is left to others (AUTHZ-12).
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActor, waitFor } from 'xstate';
import { loopbackUserAgent } from '../../adapters/node.ts';
import { type Engine, memoryStore, type Store } from '../../index.ts';
import { testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let engines: Engine[] = [];
beforeEach(async () => {
  world = await startWorld();
  engines = [];
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.dispose()));
  await world.close();
});

/** An engine whose person answers when the test says so, and the pages that it opened. */
function looped(store: Store = memoryStore()) {
  const pages: string[] = [];
  const open = async (url: string): Promise<void> => void pages.push(url);
  const one = testEngine(world.resource, {
    store,
    policy: { interaction: 'ask' },
    userAgent: loopbackUserAgent({ open }),
  });
  engines.push(one.engine);
  return { ...one, pages };
}

/** A chart of the host's own, in which a person is awaited. */
async function awaitingPerson(engine: Engine) {
  const actor = createActor(engine.machine, { input: { resource: world.resource } }).start();
  actor.send({ type: 'user.login' });
  await waitFor(actor, (snapshot) => snapshot.matches({ authorizing: 'awaitingUser' }));
  return actor;
}

const portIsOpen = (page: string | undefined): Promise<boolean> =>
  fetch(new URL('/', new URL(page ?? '').searchParams.get('redirect_uri') ?? '')).then(
    () => true,
    () => false,
  );

const ends: readonly (readonly [string, (actor: Awaited<ReturnType<typeof awaitingPerson>>) => unknown])[] = [
  ['stopped', (actor) => actor.stop()],
  ['told to go down', (actor) => actor.send({ type: 'host.shutdown' })],
];

describe.each(ends)('a chart of the host that is %s while a person is awaited', (_what, end) => {
  it('AUTHZ-12, HOST-1: leaves its login to another engine that waits, with the page that is open', async () => {
    const store = memoryStore();
    const [first, second] = [looped(store), looped(store)];
    const actor = await awaitingPerson(first.engine);
    const login = second.session.login();
    await expect.poll(() => second.session.snapshot.matches({ authorizing: 'awaitingSibling' })).toBe(true);
    end(actor);
    await expect
      .poll(() => second.session.snapshot.matches({ authorizing: 'awaitingUser' }), { timeout: 5_000 })
      .toBe(true);
    await fetch(first.pages[0] ?? '');
    await login;
    expect([...first.pages, ...second.pages]).toHaveLength(1);
  });

  it('HOST-1: leaves it to another chart of its engine', async () => {
    const { engine, session, pages } = looped();
    const actor = await awaitingPerson(engine);
    const login = session.login();
    await expect.poll(() => session.snapshot.matches({ authorizing: 'awaitingSibling' })).toBe(true);
    end(actor);
    await expect
      .poll(() => session.snapshot.matches({ authorizing: 'awaitingUser' }), { timeout: 5_000 })
      .toBe(true);
    await fetch(pages[0] ?? '');
    await login;
    expect(pages).toHaveLength(1);
  });

  it('HOST-1: keeps no port open for it', async () => {
    const { engine, pages } = looped();
    const actor = await awaitingPerson(engine);
    expect(await portIsOpen(pages[0])).toBe(true);
    end(actor);
    await expect.poll(() => portIsOpen(pages[0]), { timeout: 5_000 }).toBe(false);
  });
});
