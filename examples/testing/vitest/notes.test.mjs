// The app, tested in Vitest: npx vitest run vitest
import { expect, test } from 'vitest';
import { appInWorld } from '../world.mjs';

test('asks for a login, and then shows the notes', async () => {
  const { world, app } = appInWorld();
  expect(await app.show()).toBe('Please log in.');
  await app.login();
  expect(await app.show()).toBe('milk, bread');
  world.expectLogins(1);
  world.expectNoMistakes();
});

test('goes on without a login when the token runs out', async () => {
  const { world, app } = appInWorld();
  await app.login();
  await world.clock.pass(60 * 60_000);
  expect(await app.show()).toBe('milk, bread');
  world.expectLogins(1);
  world.expectRefreshes(1);
});

test('takes no for an answer', async () => {
  const { world, app } = appInWorld();
  world.person.denies();
  await expect(app.login()).rejects.toMatchObject({ code: 'access_denied' });
  expect(await app.show()).toBe('Please log in.');
});
