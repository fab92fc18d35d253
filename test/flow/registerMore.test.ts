// A row of the requirement register that the other step-up tests leave open: what was requested and not granted.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { memoryStore } from '../../index.ts';
import { callTool, testEngine } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Tokens have this scope alone, and the answer says so. */
function grantOnly(scope: string): void {
  world.script(
    'a POST /token',
    ({ form }): Answer => ({
      body: { ...world.mint('a', scope, form.get('client_id') ?? ''), scope },
    }),
  );
}

it.each(['at once', 'after a restart'])('STEP-1: asks again for what was not granted: %s', async (when) => {
  const options = { store: memoryStore() };
  world.needs = ({ body }) => (JSON.parse(body).params?.name === 'write' ? 'write' : null);
  grantOnly('read');
  const { session: first } = testEngine(world.resource, options);
  await first.login({ scopes: ['read', 'mine'] });
  expect(first.explain().grant?.granted).toEqual(['read']);
  world.scripts.clear();
  const session = when === 'at once' ? first : testEngine(world.resource, options).session;
  expect((await callTool(session, 'write')).status).toBe(200);
  const asked = world.requests('a', 'GET', '/authorize').map(({ query }) => query.get('scope'));
  expect(asked).toEqual(['read mine', 'read mine write']);
});
