// A store that does not answer: whoever waits for it can leave, and the end of the engine ends every wait.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore, type Session, type Store } from '../../index.ts';
import { callTool, failureOf, type TestEngine, testEngine, testHost } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** An engine with nobody logged in, whose store does not answer from now on, until it is told to. */
async function hanging(): Promise<TestEngine & { answer(): void }> {
  const home = memoryStore();
  let isHanging = false;
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const get: Store['get'] = async (key) => {
    if (isHanging) await answered;
    return home.get(key);
  };
  const store: Store = { ...home, get };
  const made = testEngine(world.resource, {
    store,
    userAgent: testHost().userAgent,
    policy: { interaction: 'ask' },
  });
  expect((await callTool(made.session, 'any')).status).toBe(401);
  isHanging = true;
  return { ...made, answer };
}

/** Well below the 30 seconds that a store may take. */
const SOON = 5_000;

describe('a store that does not answer', () => {
  it.each<[string, (session: Session) => Promise<unknown>]>([
    ['a login', (session) => session.login()],
    ['a token', (session) => session.token()],
    ['a request', (session) => callTool(session, 'any')],
  ])('HOST-1: dispose ends the wait for %s', { timeout: SOON }, async (_what, ask) => {
    const { engine, session, answer } = await hanging();
    const asked = failureOf(ask(session));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const disposed = engine.dispose();
    expect(await asked).toMatchObject({ code: 'cancelled' });
    answer();
    await disposed;
  });

  it('HOST-1: dispose ends the wait for the page of a login', { timeout: SOON }, async () => {
    const { engine, session, answer } = await hanging();
    const login = failureOf(session.login());
    const page = session.loginUrl();
    const disposed = engine.dispose();
    expect(await page).toBeUndefined();
    expect(await login).toMatchObject({ code: 'cancelled' });
    answer();
    await disposed;
  });

  it('HOST-1: who asks for the page of a login may leave', { timeout: SOON }, async () => {
    const { engine, session, answer } = await hanging();
    session.login().catch(() => {});
    const reason = new Error('The browser has gone.');
    const leaving = new AbortController();
    const asked = session.loginUrl({ signal: leaving.signal }).catch((error: unknown) => error);
    leaving.abort(reason);
    expect(await asked).toBe(reason);
    const outOfUse = session.loginUrl({ signal: 5 } as never);
    expect((await failureOf(outOfUse)).code).toBe('config_invalid');
    answer();
    await engine.dispose();
  });
});
