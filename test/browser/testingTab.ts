// Runs in a page: a login in a test world without a port, as a test of an app for browsers does it.
import { createTestWorld } from '../../adapters/testing.ts';
import { createAuthEngine } from '../../index.ts';

/** What a page offers to the test. */
export interface TestingTab {
  /** @returns what was sent, one line for each request. */
  login(): Promise<string>;
}

const tab: TestingTab = {
  async login() {
    const world = createTestWorld();
    const policy = { interaction: 'auto' } as const;
    const engine = createAuthEngine({ ...world.engineOptions, client: { name: 'My page' }, policy });
    const session = engine.session({ resource: world.resource });
    await session.login();
    world.expireAccessTokens();
    await session.fetch(world.resource);
    world.moveResource('b');
    await session.fetch(world.resource);
    world.expectNothingCrossed();
    world.expectNoMistakes();
    world.expectRefreshes(1);
    await engine.dispose();
    return world.describe();
  },
};

Object.assign(globalThis, { tab });
