// What many ask at once is asked for once, and what was read a moment ago serves the next renewal; a challenge outdates it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../index.ts';
import { callTool, failureOf, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const metadata = (): readonly string[] => world.lines().filter((line) => line.includes('/.well-known/'));

describe('calls at once', () => {
  it.each([1, 20, 100])(
    'DISC-1: %i of one session, with nobody logged in, read each document once',
    async (count) => {
      const { session } = testEngine(world.resource, { policy: { interaction: 'ask' } });
      const answers = await Promise.all(Array.from({ length: count }, () => callTool(session, 'any')));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
      expect(metadata()).toHaveLength(2);
    },
  );

  it('DISC-1: of many sessions for one resource read each document once', async () => {
    const { engine } = testEngine(world.resource, { policy: { interaction: 'ask' } });
    const people = Array.from({ length: 20 }, (_, at) =>
      engine.session({ resource: world.resource, subject: `person ${at}` }),
    );
    await Promise.all(people.map((session) => callTool(session, 'any')));
    expect(metadata()).toHaveLength(2);
  });
});

describe('what is remembered', () => {
  const HOUR = 3_600_000;

  /** Sessions whose tokens run out, and are renewed one after the other. */
  async function renewals(rememberMetadata?: number): Promise<number> {
    let clock = Date.now();
    const store = memoryStore();
    const policy = {
      interaction: 'auto',
      ...(rememberMetadata !== undefined && { rememberMetadata }),
    } as const;
    const { engine } = testEngine(world.resource, { store, policy, now: () => clock });
    const people = Array.from({ length: 5 }, (_, at) =>
      engine.session({ resource: world.resource, subject: `person ${at}` }),
    );
    for (const session of people) await session.login();
    clock += HOUR;
    world.received.length = 0;
    world.exchanges.length = 0;
    for (const session of people) await session.token();
    expect(world.requests('a', 'POST', '/token')).toHaveLength(5);
    return metadata().length;
  }

  it('TOK-8, BIND-3: serves the renewals of all sessions', async () => {
    expect(await renewals()).toBe(2);
  });

  it('TOK-8, BIND-3: is asked for anew at each, where the host says so', async () => {
    expect(await renewals(0)).toBe(10);
  });

  it.each([
    ['no-store', 10],
    ['max-age=600', 2],
  ])('DISC-12: is used as long as its server says: %s', async (said, times) => {
    for (const at of ['resource', 'a'] as const) {
      const path =
        at === 'a' ? '/.well-known/oauth-authorization-server' : '/.well-known/oauth-protected-resource/mcp';
      world.script(`${at} GET ${path as '/'}`, () => ({
        headers: { 'cache-control': said },
        body: world.documents[at],
      }));
    }
    expect(await renewals()).toBe(times);
  });

  it('DISC-12: is outdated by a 401: a server that has moved is noticed at once', async () => {
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(session.explain().boundTo).toBe(world.origins.b);
  });

  it('DISC-12: is not used by an explicit login', async () => {
    const { session } = testEngine(world.resource, { policy: { interaction: 'ask' } });
    expect((await callTool(session, 'any')).status).toBe(401);
    world.moveTo('b');
    await session.login();
    expect(session.explain().boundTo).toBe(world.origins.b);
  });

  it('DISC-11: is never a failure', async () => {
    const { session } = testEngine(world.resource, { policy: { interaction: 'ask' } });
    world.script('resource GET /.well-known/oauth-protected-resource/mcp', () => ({ status: 503 }));
    expect((await failureOf(session.login())).code).toBe('server_unavailable');
    world.script('resource GET /.well-known/oauth-protected-resource/mcp', () => undefined);
    await session.login();
  });
});
