// The app, tested with what Node brings: node --test node/
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appInWorld } from '../world.mjs';

test('follows the notes to another server, and takes nothing of the first one there', async () => {
  const { world, app } = appInWorld();
  await app.login();
  world.moveResource('b');
  assert.equal(await app.show(), 'Please log in.');
  await app.login();
  assert.equal(await app.show(), 'milk, bread');
  world.expectLogins(2);
  world.expectNothingCrossed();
});

test('says what went where, without a secret in it', async () => {
  const { world, app } = appInWorld();
  await app.login();
  await app.show();
  assert.match(world.describe(), /notes GET \/mcp \(Bearer <access token 1 of a>\) → 200/);
  world.expectNoSecretIn(world.describe());
});
