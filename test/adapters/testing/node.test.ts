// A test world on loopback: any client can reach it, and it leaves nothing open.
import { get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { serveTestWorld } from '../../../adapters/testing/node.ts';
import { createAuthEngine } from '../../../index.ts';
import { listens } from '../../actors/userAgents/scriptedServer.ts';

describe('a world on loopback', () => {
  it('is logged in at as one without a port', async () => {
    const world = await serveTestWorld({ servers: { here: {}, there: {} } });
    const engine = createAuthEngine({
      ...world.engineOptions,
      client: { name: 'My app' },
      policy: { interaction: 'auto' },
    });
    const session = engine.session({ resource: world.resource });
    expect((await session.fetch(world.resource, { method: 'POST', body: '{}' })).status).toBe(200);
    world.moveResource('there');
    expect((await session.fetch(world.resource)).status).toBe(200);
    await session.logout();
    world.expectLogins(2);
    world.expectNoMistakes();
    world.expectNothingCrossed();
    world.expectNoSecretIn(world.describe());
    await engine.dispose();
    await world.close();
  });

  it('is closed with all that is open, twice without harm, and its ports are free', async () => {
    const world = await serveTestWorld();
    const ports = [world.resource, world.urlOf('a'), world.urlOf('b')].map((url) =>
      Number(new URL(url).port),
    );
    world.misbehave({}, () => new Promise<Response>(() => {}));
    const cut = new Promise((resolve) => get(world.resource).on('error', resolve));
    await expect.poll(() => world.requests.length).toBe(1);
    await world.close();
    await world.close();
    expect(await cut).toBeInstanceOf(Error);
    expect(await Promise.all(ports.map((port) => listens('127.0.0.1', port)))).toEqual([false, false, false]);
  });

  it('brings cookies and several headers as they are, and tells of faults of the test itself', async () => {
    const world = await serveTestWorld();
    const headers = new Headers([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['x-own', 'yes'],
    ]);
    const over = world.misbehave({}, () => new Response('', { headers }));
    const answer = await fetch(world.resource);
    expect([answer.headers.getSetCookie(), answer.headers.get('x-own')]).toEqual([['a=1', 'b=2'], 'yes']);
    over();
    world.misbehave({}, () => {
      throw new Error('a mistake of mine');
    });
    const failed = await fetch(world.resource);
    expect([failed.status, await failed.text()]).toEqual([500, 'The test world failed: a mistake of mine']);
    await world.close();
  });
});
