// A page that was left for the login and is back, or is loaded once more, before anybody has answered (AUTHZ-12, C07).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { redirectUserAgent } from '../../adapters/browser.ts';
import { type Interaction, memoryStore, type Store } from '../../index.ts';
import { personsTurn, testEngine, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let visited: string[] = [];
beforeEach(async () => {
  world = await startWorld();
  visited = [];
  vi.stubGlobal('location', { assign: (url: string) => void visited.push(url) });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await world.close();
});

/** A page of the site, whose engine does nothing any more once the page is left. */
function load(home: Store, interaction: Interaction = 'ask') {
  let isLeft = false;
  const alive = <Of extends readonly unknown[], Result>(work: (...of: Of) => Promise<Result>) => {
    return (...of: Of): Promise<Result> => (isLeft ? new Promise(() => {}) : work(...of));
  };
  const store: Store = {
    get: alive(home.get),
    put: alive(home.put),
    delete: alive(home.delete),
    list: alive(home.list),
    setAside: alive(home.setAside),
    ...(home.watch && { watch: home.watch }),
  };
  const userAgent = redirectUserAgent({ redirectUri: 'https://app.example/callback' });
  const leave = (): void => {
    isLeft = true;
  };
  return { ...testEngine(world.resource, { store, userAgent, policy: { interaction } }), leave };
}

/** A page that leads its person to the server, and is gone. */
async function leavePage(home: Store): Promise<void> {
  const { session, leave } = load(home);
  session.login().catch(() => {});
  await expect.poll(() => visited).toHaveLength(1);
  leave();
}

/** Far less than the time that an engine has to say that it is still there. */
const AT_ONCE = { timeout: 2_000 };

describe('a page that comes back within three seconds, without an answer', () => {
  it('C07, AUTHZ-12: leads the person to the same request at once when they ask again', async () => {
    const home = memoryStore();
    await leavePage(home);
    const back = load(home);
    const login = back.session.login();
    await expect.poll(() => visited, AT_ONCE).toHaveLength(2);
    expect(visited[1]).toBe(visited[0]);
    await back.engine.complete(await visit(visited[1]));
    await login;
    expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
    await back.engine.dispose();
  });

  it('AUTHZ-12: and so does the one after it', async () => {
    const home = memoryStore();
    await leavePage(home);
    const back = load(home);
    back.session.login().catch(() => {});
    await expect.poll(() => visited, AT_ONCE).toHaveLength(2);
    back.leave();
    load(home)
      .session.login()
      .catch(() => {});
    await expect.poll(() => visited, AT_ONCE).toHaveLength(3);
  });

  it('AUTHZ-12: may end that login', async () => {
    const home = memoryStore();
    await leavePage(home);
    const back = load(home);
    const login = back.session.login().catch((error: unknown) => error);
    await expect.poll(() => visited, AT_ONCE).toHaveLength(2);
    await back.session.cancel();
    expect(await login).toMatchObject({ code: 'cancelled' });
    await expect(back.engine.complete(await visit(visited[0]))).rejects.toMatchObject({
      code: 'response_not_ours',
    });
    await back.engine.dispose();
  });

  it('AUTHZ-11: leads nobody anywhere where only a request needs the login', async () => {
    const home = memoryStore();
    await leavePage(home);
    const back = load(home, 'auto');
    const call = back.session.fetch(world.resource).catch((error: unknown) => error);
    await personsTurn(back.session);
    // Longer than it takes where somebody asks.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(visited).toHaveLength(1);
    await back.engine.complete(await visit(visited[0]));
    expect(await call).toMatchObject({ status: 200 });
    await back.engine.dispose();
  });
});
