// While a person is at the page of a login that brings more, calls that need no more go on with the token that there is.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTool, personsTurn, testEngine, testHost, tokenOf, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const toolOf = ({ body }: { readonly body: string }): string => JSON.parse(body).params?.name ?? '';
const pages = (): number => world.requests('a', 'GET', '/authorize').length;

/** A session with a grant, and a person who goes to a page only when told. */
async function loggedIn() {
  const urls: string[] = [];
  let isFirst = true;
  const { userAgent } = testHost((url) => {
    if (isFirst) void visit(url).then((answer) => made.engine.complete(answer));
    else urls.push(url);
    isFirst = false;
  });
  const made = testEngine(world.resource, { userAgent });
  await callTool(made.session, 'any');
  const finish = async (): Promise<void> => void (await made.engine.complete(await visit(urls.at(-1))));
  return { ...made, urls, finish };
}

describe('STEP-5: while a person is at the page', () => {
  it('of a step-up, other calls are answered, and the one that needs it gets it', async () => {
    world.needs = (request) => (toolOf(request) === 'write' ? 'write' : null);
    const { session, finish } = await loggedIn();
    const waiting = callTool(session, 'write');
    await personsTurn(session);
    const before = await tokenOf(session);
    expect(before).toBeDefined();
    for (let call = 0; call < 3; call += 1) expect((await callTool(session, 'any')).status).toBe(200);
    expect(await session.token()).toBe(before);
    await finish();
    expect((await waiting).status).toBe(200);
    expect(await tokenOf(session)).not.toBe(before);
    expect(pages()).toBe(2);
  });

  it('of a login for more that somebody asked for, calls are answered', async () => {
    const { session, finish } = await loggedIn();
    const login = session.login({ scopes: ['write'] });
    await personsTurn(session);
    expect((await callTool(session, 'any')).status).toBe(200);
    await finish();
    await login;
    expect(session.explain().grant?.requested).toContain('write');
  });

  it('and more scopes are needed by another call, it waits for them, and there is one page for both', async () => {
    world.needs = (request) => (toolOf(request) === 'any' ? null : toolOf(request));
    const { session, finish } = await loggedIn();
    const waiting = callTool(session, 'write');
    await personsTurn(session);
    const second = callTool(session, 'write');
    expect((await callTool(session, 'any')).status).toBe(200);
    await finish();
    expect([(await waiting).status, (await second).status]).toEqual([200, 200]);
    expect(pages()).toBe(2);
  });

  it('and the token has run out, calls wait', async () => {
    world.expiresIn = 3_600;
    const { session, finish, tick } = await loggedInWithClock();
    const login = session.login({ scopes: ['write'] });
    await personsTurn(session);
    tick(2 * 3_600_000);
    let isAnswered = false;
    const call = callTool(session, 'any').then(({ status }) => {
      isAnswered = true;
      return status;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isAnswered).toBe(false);
    await finish();
    expect(await call).toBe(200);
    await login;
  });

  it('and the resource refuses the token, calls wait for the login, and the token is not sent again', async () => {
    const { session, finish } = await loggedIn();
    const login = session.login({ scopes: ['write'] });
    await personsTurn(session);
    world.expireAccessTokens('a');
    world.received.length = 0;
    const calls = [callTool(session, 'any'), callTool(session, 'any')];
    await new Promise((resolve) => setTimeout(resolve, 100));
    const late = callTool(session, 'any');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await finish();
    for (const call of [...calls, late]) expect((await call).status).toBe(200);
    await login;
    const refused = world.requests('resource', 'POST', '/mcp').length - 3;
    expect(refused).toBeLessThanOrEqual(2);
  });
});

/** The same with a clock that the test moves. */
async function loggedInWithClock() {
  let ahead = 0;
  const urls: string[] = [];
  const { userAgent } = testHost((url) => void urls.push(url));
  const policy = { interaction: 'auto', loginTimeout: 24 * 3_600_000 } as const;
  const made = testEngine(world.resource, { userAgent, policy, now: () => Date.now() + ahead });
  const finish = async (): Promise<void> => void (await made.engine.complete(await visit(urls.at(-1))));
  const first = callTool(made.session, 'any');
  await personsTurn(made.session);
  await finish();
  await first;
  const tick = (by: number): void => {
    ahead += by;
  };
  return { ...made, finish, tick };
}
