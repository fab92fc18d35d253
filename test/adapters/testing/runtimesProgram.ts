// Logs in at a test world without a port, and at one on loopback: run in other runtimes than Node.

import { serveTestWorld } from '../../../adapters/testing/node.ts';
import { createTestWorld, type TestWorld } from '../../../adapters/testing.ts';
import { createAuthEngine } from '../../../index.ts';

for (const world of [createTestWorld(), await serveTestWorld()]) console.log(await playedIn(world));

async function playedIn(world: TestWorld): Promise<string> {
  const policy = { interaction: 'auto' } as const;
  const engine = createAuthEngine({ ...world.engineOptions, client: { name: 'My app' }, policy });
  const session = engine.session({ resource: world.resource });
  await session.login();
  world.expireAccessTokens();
  await session.fetch(world.resource, { method: 'POST', body: '{}' });
  world.moveResource('b');
  const { status } = await session.fetch(world.resource);
  world.expectLogins(2);
  world.expectRefreshes(1);
  world.expectNoMistakes();
  world.expectNothingCrossed();
  await engine.dispose();
  await world.close();
  return `${status} after ${world.requests.length} requests`;
}
