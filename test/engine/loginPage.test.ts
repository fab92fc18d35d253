// HOST-1: the page of a login, for hosts that show it themselves.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostUserAgent } from '../../index.ts';
import { testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const userAgent = () => hostUserAgent({ redirectUri: 'https://app.example/callback', present: () => {} });

it('HOST-1: is there for whoever asks right after login()', async () => {
  const { engine, session } = testEngine(world.resource, { userAgent: userAgent() });
  const login = session.login().catch((error: unknown) => error);
  const url = new URL((await session.loginUrl()) ?? 'none:');
  expect(url.searchParams.get('redirect_uri')).toBe('https://app.example/callback');
  expect(await session.loginUrl()).toBe(url.href);
  await session.cancel();
  expect(await login).toMatchObject({ code: 'cancelled' });
  expect(await session.loginUrl()).toBeUndefined();
  await engine.dispose();
});

it('HOST-1: is none when the login ends before anybody is led anywhere', async () => {
  const { engine, session } = testEngine(world.resource, {
    userAgent: userAgent(),
    policy: { scopeCeiling: ['read'] },
  });
  const login = session.login({ scopes: ['everything'] }).catch((error: unknown) => error);
  expect(await session.loginUrl()).toBeUndefined();
  expect(await login).toMatchObject({ code: 'scope_not_allowed' });
  await engine.dispose();
});
