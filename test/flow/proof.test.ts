// What proves a grant: an answer of the resource itself. Whatever else comes in between 401s must not lead to logins without end.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testEngine } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** What is answered between two 401s, and says nothing about the grant. */
const silent: readonly (readonly [string, () => Answer])[] = [
  ...[429, ...Array.from({ length: 12 }, (_, at) => 500 + at)].map(
    (status) => [`${status}`, (): Answer => ({ status })] as const,
  ),
  ['200 of another origin', () => ({ status: 307, headers: { location: `${world.origins.b}/mcp` } })],
];

const CALLS = 10;

/** The resource refuses each token first, and then answers the same request in the other way. */
async function callInTurn(answer: () => Answer): Promise<readonly number[]> {
  let asked = 0;
  const challenge = {
    'www-authenticate': `Bearer error="invalid_token", resource_metadata="${world.pointer}"`,
  };
  world.script('resource POST /mcp', () => {
    asked += 1;
    return asked % 2 === 1 ? { status: 401, headers: challenge } : answer();
  });
  world.script('b POST /mcp', () => ({ body: { ok: true } }));
  const { session } = testEngine(world.resource);
  const statuses: number[] = [];
  // The caller lets the body go wherever a redirect leads.
  const init = { method: 'POST', body: '{}', redirect: 'follow' } as const;
  for (let call = 0; call < CALLS; call += 1)
    statuses.push((await session.fetch(world.resource, init)).status);
  return statuses;
}

const requested = (grantType: string): number =>
  world.requests('a', 'POST', '/token').filter(({ form }) => form.get('grant_type') === grantType).length;

describe('a resource that refuses every token, and answers in turn with', () => {
  it.each(silent)('TOK-9, TOK-12: %s: two logins, and no more', async (_what, answer) => {
    world.script('a POST /token', ({ form }) => {
      const { refresh_token: _, ...body } = world.mint('a', 'read', form.get('client_id') ?? '');
      return { body };
    });
    const statuses = await callInTurn(answer);
    expect(requested('authorization_code')).toBe(2);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(2);
    // From then on each caller gets the server's own answer.
    expect(statuses.slice(2)).toContain(401);
  });

  it.each(silent)(
    'TOK-5, TOK-12: %s: with a refresh token, one refresh for each login',
    async (_what, answer) => {
      await callInTurn(answer);
      expect(requested('authorization_code')).toBeLessThanOrEqual(2);
      expect(requested('refresh_token')).toBeLessThanOrEqual(2);
      expect(requested('refresh_token')).toBeGreaterThan(0);
    },
  );
});

describe('a resource that accepts a token in between', () => {
  it.each([200, 204, 404, 409])(
    'TOK-12: %i of its own proves the grant: the next refusal leads to a login again',
    async (status) => {
      world.script('a POST /token', ({ form }) => {
        const { refresh_token: _, ...body } = world.mint('a', 'read', form.get('client_id') ?? '');
        return { body };
      });
      expect(await callInTurn(() => ({ status }))).toEqual(Array.from({ length: CALLS }, () => status));
      expect(world.requests('a', 'GET', '/authorize')).toHaveLength(CALLS);
    },
  );
});
