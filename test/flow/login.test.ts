// The flow from a cold start to a renewed and widened grant, in a test world without a port.
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestWorld, type TestWorld } from '../../adapters/testing.ts';
import type { Session } from '../../index.ts';
import { callTool, testEngine } from '../support/engine.ts';

let world: TestWorld;
let session: Session;
beforeEach(() => {
  world = createTestWorld();
  ({ session } = testEngine(world.resource, world.engineOptions));
});

const authorizations = () => world.requests.filter(({ step }) => step === 'authorization');

describe('a cold start', () => {
  it('DISC-1, REG-1, AUTHZ-1: goes from a 401 to an answer', async () => {
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests.filter(({ step }) => step === 'registration')).toHaveLength(1);
    expect(authorizations()[0]?.url).toContain('code_challenge_method=S256');
    world.expectLogins(1);
    world.expectNoMistakes();
  });

  it('STEP-1, STEP-2: a 403 adds its scope to those from before', async () => {
    world.askForScopes(['write'], { when: ({ body }) => body.includes('"write"') });
    await callTool(session, 'any');
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(world.person.logins.map(({ scopes }) => scopes)).toEqual([['read'], ['read', 'write']]);
    world.expectScopes(['read', 'write']);
    world.expectNoMistakes();
  });

  it('BIND-1, BIND-12: renews, follows the resource, and takes nothing of one server to the other', async () => {
    await callTool(session, 'any');
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    world.expectRefreshes(1);
    world.moveResource('b');
    expect((await callTool(session, 'any')).status).toBe(200);
    world.moveResource('a');
    expect((await callTool(session, 'any')).status).toBe(200);
    await session.logout();
    world.expectNothingCrossed();
    world.expectNoMistakes();
  });
});
