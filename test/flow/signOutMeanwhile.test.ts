// A sign-out, a cancel or an end of the engine while a server is issuing tokens: it counts, whoever is at it. What nobody wants
// is revoked, and what somebody waits for is kept.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore, type Store } from '../../index.ts';
import { callTool, failureOf, type TestHost, testEngine, testHost, visit } from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

let world: World;
let store: Store;
beforeEach(async () => {
  world = await startWorld();
  store = memoryStore();
});
afterEach(() => world.close());

const policy = { interaction: 'ask' } as const;
const replica = (userAgent: TestHost['userAgent']) =>
  testEngine(world.resource, { store, userAgent, policy });

/** The token endpoint issues tokens at once, and answers when it is told to. */
function heldUp(): { readonly asked: Promise<void>; readonly answer: () => void } {
  let ask = (): void => {};
  let answer = (): void => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  world.script('a POST /token', async (request: Received) => {
    const issued = world.correctly(request);
    ask();
    await answered;
    return issued;
  });
  return { asked, answer };
}

/** Tokens that work still, and that nobody has asked the server to revoke. */
function leftAtServer(): readonly string[] {
  const revoked = world.requests('a', 'POST', '/revoke').map(({ form }) => form.get('token'));
  return [...world.refreshTokens.keys(), ...world.accessTokens.keys()].filter(
    (token) => !revoked.includes(token),
  );
}

const recordsLeft = async (): Promise<readonly string[]> =>
  (await store.list('')).filter((key) => !key.startsWith('registration:'));

describe('signed out in one engine', () => {
  it('TOK-13, TOK-4: while another one exchanges the code: nobody is logged in, and nothing is left', async () => {
    const { userAgent, presented } = testHost();
    const [holder, other] = [replica(userAgent), replica(userAgent)];
    const login = failureOf(holder.session.login());
    await holder.session.loginUrl();
    const { asked, answer } = heldUp();
    const completed = failureOf(holder.engine.complete(await visit(presented.at(-1))));
    await asked;
    await other.session.logout();
    answer();
    expect(await login).toMatchObject({ code: 'cancelled' });
    expect(await completed).toMatchObject({ code: 'cancelled' });
    expect(leftAtServer()).toEqual([]);
    expect(await recordsLeft()).toEqual([]);
    expect((await callTool(holder.session, 'any')).status).toBe(401);
  });

  it('TOK-13, TOK-4: while another one renews: the new tokens are revoked, too', async () => {
    const first = testEngine(world.resource, { store, policy });
    await first.session.login();
    const other = testEngine(world.resource, { store, policy });
    expect((await callTool(other.session, 'any')).status).toBe(200);
    world.expireAccessTokens();
    const { asked, answer } = heldUp();
    const called = callTool(first.session, 'any');
    await asked;
    await other.session.logout();
    answer();
    expect((await called).status).toBe(401);
    await expect.poll(leftAtServer).toEqual([]);
    expect(await recordsLeft()).toEqual([]);
  });
});

describe('a code that is being exchanged', () => {
  async function exchanging() {
    const { userAgent, presented } = testHost();
    const { engine, session } = replica(userAgent);
    const login = failureOf(session.login());
    await session.loginUrl();
    const { asked, answer } = heldUp();
    const completed = failureOf(engine.complete(await visit(presented.at(-1))));
    await asked;
    return { engine, session, login, completed, answer, presented };
  }

  it('TOK-4, UX-6: is answered after a cancel: nobody is logged in, and the tokens are revoked', async () => {
    const { session, login, completed, answer } = await exchanging();
    await session.cancel();
    answer();
    expect(await login).toMatchObject({ code: 'cancelled' });
    await completed;
    await expect.poll(leftAtServer).toEqual([]);
    expect((await recordsLeft()).filter((key) => !key.startsWith('login:'))).toEqual([]);
    expect((await callTool(session, 'any')).status).toBe(401);
  });

  it('TOK-4, UX-6: is answered when the person has cancelled and begun anew: they get what they choose now', async () => {
    const { engine, session, completed, answer, presented } = await exchanging();
    await session.cancel();
    const again = session.login();
    await expect.poll(() => presented).toHaveLength(2);
    answer();
    await completed;
    await expect.poll(leftAtServer).toEqual([]);
    expect(session.snapshot.hasTag('needsUser')).toBe(true);
    world.script('a POST /token', (request: Received) => world.correctly(request));
    await engine.complete(await visit(presented.at(-1)));
    await again;
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('TOK-4, T12: is answered while the engine ends: whoever comes next is logged in, and nobody is asked', async () => {
    const { engine, login, completed, answer, presented } = await exchanging();
    const disposed = engine.dispose();
    answer();
    await disposed;
    await Promise.all([login, completed]);
    const next = replica(testHost().userAgent);
    expect((await callTool(next.session, 'any')).status).toBe(200);
    expect(presented).toHaveLength(1);
    expect(leftAtServer()).toHaveLength(2);
  });
});
