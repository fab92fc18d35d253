// A resource that repeats the token in its challenge: it is kept, shown and sent on nowhere.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { everythingTold, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

describe('a challenge that repeats the token', () => {
  it.each([
    ['401', 401],
    ['403 for more scopes', 403],
  ])('L05, L07: with a %s, the token is in no URL and no snapshot', async (_, status) => {
    const made = testEngine(world.resource, { policy: { interaction: 'auto' } });
    const { session, engine } = made;
    await session.login();
    const used: string[] = [];
    world.script('resource GET /mcp', ({ headers }) => {
      const [, token = ''] = (headers['authorization'] ?? '').split(' ');
      used.push(token);
      const challenge = `Bearer error="insufficient_scope", scope="read ${token}"`;
      return { status, headers: { 'www-authenticate': challenge } };
    });
    await session.fetch(world.resource);
    const authorization = await session.authorization({ method: 'GET', url: world.resource });
    const answer = await fetch(world.resource, { headers: { ...authorization } });
    await session.answered(answer.clone(), {}).catch(() => false);
    await session.answered(answer, { ...authorization }).catch(() => false);
    expect(used.length).toBeGreaterThan(1);
    const queries = world.received.map(({ query }) => String(query)).join('\n');
    const told = everythingTold(made) + JSON.stringify(session.snapshot.context);
    for (const token of new Set(used)) expect(queries + told).not.toContain(token);
    await engine.dispose();
  });
});
