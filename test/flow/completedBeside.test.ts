// A callback that arrives at one replica, while the replica that leads the person hears of it first and spends the code.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { memoryStore, type Store } from '../../index.ts';
import { failureOf, personsTurn, standing, testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Two replicas on one store; the first one leads the person, and the other one is slow to read. */
async function replicas() {
  const store = memoryStore();
  const urls: string[] = [];
  const { userAgent } = testHost((url) => void urls.push(url));
  const leading = testEngine(world.resource, { store, userAgent });
  const get: Store['get'] = async (key) => {
    await pause(40);
    return store.get(key);
  };
  const slow: Store = { ...store, get };
  const other = testEngine(world.resource, { store: slow, userAgent: testHost().userAgent });
  const login = leading.session.login();
  login.catch(() => {});
  await personsTurn(leading.session);
  return { leading, other, login, callback: await visit(urls[0]) };
}

it('AUTHZ-10: complete() waits for the replica that spends the code, and resolves with the session', async () => {
  world.script('a POST /token', async () => void (await pause(300)));
  const { other, login, callback } = await replicas();
  const session = await other.engine.complete(callback);
  expect(standing(session)).toMatch(/^authorized/);
  await login;
  expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
});

it('AUTHZ-10: and rejects where that one gets nothing', async () => {
  world.script('a POST /token', async () => {
    await pause(300);
    return { status: 400, body: { error: 'invalid_grant' } };
  });
  const { other, login, callback } = await replicas();
  expect((await failureOf(other.engine.complete(callback))).phase).toBe('authorizing');
  expect((await failureOf(login)).phase).toBe('authorizing');
  expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
});
