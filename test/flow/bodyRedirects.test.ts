// W17: a redirect of the resource takes the body of a call to no other origin; within its origin it is followed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf, testEngine } from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

let world: World;
let other: World;
beforeEach(async () => {
  [world, other] = await Promise.all([startWorld(), startWorld()]);
});
afterEach(() => Promise.all([world.close(), other.close()]));

const BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"secret":"of the call"}}';

async function loggedIn() {
  const { engine, session } = testEngine(world.resource);
  await session.login();
  world.received.length = 0;
  return { engine, session };
}

const redirect = (status: number, location: string) =>
  world.script('resource POST /mcp', () => ({ status, headers: { location } }));

const bodies = (of: readonly Received[]): readonly string[] => of.map(({ body }) => body).filter(Boolean);

describe('W17: a call whose resource redirects', () => {
  it.each([307, 308])(
    'with %i to another origin ends there: neither token nor body leaves',
    async (status) => {
      const { engine, session } = await loggedIn();
      redirect(status, `${other.origins.resource}/mcp`);
      const call = session.fetch(world.resource, { method: 'POST', body: BODY });
      const failure = await failureOf(call);
      expect(failure).toMatchObject({ code: 'redirect_refused', phase: 'requesting' });
      expect(failure.message).toContain(other.origins.resource);
      expect(other.received).toEqual([]);
      const asRequest = session.fetch(new Request(world.resource, { method: 'PUT', body: BODY }));
      world.script('resource PUT /mcp', () => ({
        status,
        headers: { location: `${other.origins.resource}/x` },
      }));
      expect((await failureOf(asRequest)).code).toBe('redirect_refused');
      expect(other.received).toEqual([]);
      await engine.dispose();
    },
  );

  it.each([301, 302, 303])(
    'with %i to another origin leads there by GET, without the body',
    async (status) => {
      const { engine, session } = await loggedIn();
      redirect(status, `${other.origins.resource}/elsewhere`);
      await (await session.fetch(world.resource, { method: 'POST', body: BODY })).text();
      expect(other.received.map(({ method }) => method)).toEqual(['GET']);
      expect(bodies(other.received)).toEqual([]);
      expect(other.received[0]?.headers).not.toHaveProperty('authorization');
      await engine.dispose();
    },
  );

  it.each([307, 308])('with %i within its origin is followed, with all that was sent', async (status) => {
    const { engine, session } = await loggedIn();
    world.addResource('/mcp/', 'a');
    redirect(status, '/mcp/');
    const response = await session.fetch(world.resource, { method: 'POST', body: BODY });
    expect(response.status).toBe(200);
    const [, last] = world.requests('resource', 'POST');
    expect(last).toMatchObject({ path: '/mcp/', body: BODY });
    expect(last?.headers['authorization']).toMatch(/^Bearer /);
    await engine.dispose();
  });

  it('goes where the caller says that it may: then the platform follows', async () => {
    const { engine, session } = await loggedIn();
    redirect(307, `${other.origins.resource}/mcp`);
    const init = { method: 'POST', body: BODY, redirect: 'follow' } as const;
    await (await session.fetch(world.resource, init)).text();
    expect(bodies(other.received)).toEqual([BODY]);
    expect(other.received[0]?.headers).not.toHaveProperty('authorization');
    const manual = await session.fetch(world.resource, { ...init, redirect: 'manual' });
    expect(manual.status).toBe(307);
    await engine.dispose();
  });

  it('is the caller’s answer where it leads nowhere', async () => {
    const { engine, session } = await loggedIn();
    world.script('resource POST /mcp', () => ({ status: 307 }));
    expect((await session.fetch(world.resource, { method: 'POST', body: BODY })).status).toBe(307);
    await engine.dispose();
  });
});
