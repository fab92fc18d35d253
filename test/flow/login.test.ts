// The flow from a cold start to a renewed and widened grant, against a scripted world.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTool, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

describe('a cold start', () => {
  it('DISC-1, REG-1, AUTHZ-1: goes from a 401 to an answer', async () => {
    const { session } = testEngine(world.resource);
    const response = await callTool(session, 'any');
    expect(response.status).toBe(200);
    expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
    const [authorization] = world.requests('a', 'GET', '/authorize');
    expect(authorization?.query.get('code_challenge_method')).toBe('S256');
  });

  it('STEP-1, STEP-2: a 403 adds its scope to those from before', async () => {
    world.needs = (request) => (request.body.includes('"write"') ? 'write' : null);
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    const response = await callTool(session, 'write');
    expect(response.status).toBe(200);
    const scopes = world.requests('a', 'GET', '/authorize').map((one) => one.query.get('scope'));
    expect(scopes).toEqual(['read', 'read write']);
  });
});
