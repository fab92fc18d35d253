// An outage that meets a login of several engines with one store: it is one login still, and each hears what has happened.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../index.ts';
import { failureOf, personsTurn, type TestEngine, testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const REPLICAS = 3;

/** Replicas with one store, each of which somebody has asked for a login, so that all wait for the one page. */
async function loginOfAll(): Promise<{
  readonly replicas: readonly TestEngine[];
  readonly logins: readonly Promise<void>[];
  readonly presented: readonly string[];
}> {
  const { userAgent, presented } = testHost();
  const store = memoryStore();
  const replicas = Array.from({ length: REPLICAS }, () => testEngine(world.resource, { store, userAgent }));
  const logins = replicas.map(({ session }) => session.login());
  for (const login of logins) login.catch(() => {});
  await Promise.all(replicas.map(({ session }) => personsTurn(session)));
  return { replicas, logins, presented };
}

describe('the token endpoint is out of order when a person comes back', () => {
  it.each([0, 1, 2])('AUTHZ-12, TOK-7: one page, and all hear the same (callback at %i)', async (at) => {
    const { replicas, logins, presented } = await loginOfAll();
    world.script('a POST /token', () => ({ status: 429, headers: { 'retry-after': '7' } }));
    const callback = await visit(presented.at(-1));
    await replicas[at]?.engine.complete(callback).catch(() => {});
    for (const login of logins)
      expect(await failureOf(login)).toMatchObject({
        code: 'server_unavailable',
        recovery: 'retry-later',
        retryAfter: 7_000,
      });
    expect(new Set(presented).size).toBe(1);
    expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
    await Promise.all(replicas.map(({ engine }) => engine.dispose()));
  });

  it('AUTHZ-12, REG-10: a client that the server has forgotten is replaced, and all are logged in', async () => {
    const { replicas, logins, presented } = await loginOfAll();
    let isForgotten = true;
    world.script('a POST /token', () =>
      isForgotten ? { status: 401, body: { error: 'invalid_client' } } : undefined,
    );
    const complete = replicas[0]?.engine.complete(await visit(presented.at(-1)));
    // The person's browser waits for this, and can open the next page only afterwards.
    expect(await failureOf(Promise.resolve(complete))).toMatchObject({
      code: 'login_pending',
      recovery: 'ask-user',
    });
    isForgotten = false;
    expect(await replicas[0]?.session.loginUrl()).toBe(presented.at(-1));
    await Promise.all(replicas.map(({ session }) => personsTurn(session)));
    await replicas[1]?.engine.complete(await visit(presented.at(-1)));
    await Promise.all(logins);
    expect(new Set(presented).size).toBe(2);
    expect(world.requests('a', 'POST', '/register')).toHaveLength(2);
    await Promise.all(replicas.map(({ engine }) => engine.dispose()));
  });
});
