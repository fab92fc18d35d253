// Servers of a test world that misbehave when a test says so, at any step: with no port, and on loopback.
import { afterEach, describe, expect, it } from 'vitest';
import { serveTestWorld } from '../../../adapters/testing/node.ts';
import { changing, createTestWorld, faults, type TestWorld } from '../../../adapters/testing.ts';
import { createAuthEngine, type Engine, type Session } from '../../../index.ts';
import { failureOf } from '../../support/engine.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function sessionIn(world: TestWorld): Session {
  const engine: Engine = createAuthEngine({
    ...world.engineOptions,
    client: { name: 'My app' },
    policy: { interaction: 'auto', requestTimeout: 1_000 },
  });
  ends.push(
    () => world.close(),
    () => engine.dispose(),
  );
  return engine.session({ resource: world.resource });
}

describe.each([
  ['with no port', async () => createTestWorld()],
  ['on loopback', () => serveTestWorld()],
])('%s', (_where, make) => {
  it('changes one document once, and the client refuses it', async () => {
    const world = await make();
    const session = sessionIn(world);
    world.misbehave(
      { to: 'a', step: 'server-metadata' },
      changing((document) => ({ ...document, issuer: world.urlOf('b') })),
      { times: 1 },
    );
    expect((await failureOf(session.login())).code).toBe('issuer_mismatch');
    await session.login();
    world.expectLogins(1);
  });

  it('cuts the connection after a server has done its work, and says when it is over', async () => {
    const world = await make();
    const session = sessionIn(world);
    await session.login();
    world.expireAccessTokens();
    const over = world.misbehave({ step: 'token' }, async (_request, correctly) => {
      await correctly();
      return faults.cut;
    });
    // The refresh token was spent, and its answer is lost: the only way on is another login.
    await session.fetch(world.resource);
    over();
    expect((await session.fetch(world.resource)).status).toBe(200);
    world.expectNothingCrossed();
  });

  it('answers nothing, and the client does not wait for ever', async () => {
    const world = await make();
    const session = sessionIn(world);
    world.misbehave({ to: 'resource', step: 'resource-metadata' }, () => faults.hang);
    expect((await failureOf(session.login())).code).toBe('timed_out');
  });

  it('sends a body that has no end', async () => {
    const world = await make();
    const session = sessionIn(world);
    let isLeft = false;
    const endless = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)),
        cancel: () => {
          isLeft = true;
        },
      });
    world.misbehave({ step: 'server-metadata' }, () => new Response(endless()));
    expect((await failureOf(session.login())).code).toBe('response_too_large');
    await expect.poll(() => isLeft).toBe(true);
  });

  it('plays the latest of those that fit, as often as it was told to', async () => {
    const world = await make();
    ends.push(() => world.close());
    const status = async (): Promise<number> => (await world.fetch(world.resource)).status;
    world.misbehave({ to: 'resource' }, () => new Response(null, { status: 500 }));
    world.misbehave({ when: ({ method }) => method === 'GET' }, () => new Response(null, { status: 502 }), {
      times: 2,
    });
    expect([await status(), await status(), await status()]).toEqual([502, 502, 500]);
    expect(() => world.misbehave({ step: 'nowhere' as never }, () => new Response())).toThrow('where.step');
    expect(() => world.misbehave({}, () => new Response(), { times: 0 })).toThrow('times');
    expect(() => world.misbehave({}, 'cut' as never)).toThrow('how must be a function');
  });
});

describe('raw bytes', () => {
  it('go out as they are, on loopback', async () => {
    const world = await serveTestWorld();
    const session = sessionIn(world);
    world.misbehave({ step: 'server-metadata' }, () =>
      faults.raw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"is'),
    );
    expect((await failureOf(session.login())).code).toBe('unreachable');
    async function* drops() {
      yield 'HTTP/1.1 200 OK\r\n';
      yield new TextEncoder().encode('content-length: 2\r\n\r\n');
      yield 'ok';
    }
    world.misbehave({ to: 'resource' }, () => faults.raw(drops(), 'hang'));
    expect(await (await fetch(world.resource)).text()).toBe('ok');
  });

  it('need a port, and say so', async () => {
    const world = createTestWorld();
    world.misbehave({}, () => faults.raw('x'));
    await expect(world.fetch(world.resource)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('use serveTestWorld') },
    });
  });
});
