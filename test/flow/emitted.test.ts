// What the chart emits: typed events for hosts that invoke or spawn it, with no secret in them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActor, waitFor } from 'xstate';
import { type AuthActor, type AuthEmitted, createAuthEngine, type Engine, memoryStore } from '../../index.ts';
import { testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Starts the chart, and listens to all that it tells. */
function listening(engine: Engine): { readonly auth: AuthActor; readonly told: AuthEmitted[]; stop(): void } {
  const auth = createActor(engine.machine, { input: { resource: world.resource, interaction: 'auto' } });
  const told: AuthEmitted[] = [];
  auth.on('*', (event) => told.push(event));
  auth.start();
  return { auth, told, stop: () => auth.stop() };
}

const types = (told: readonly AuthEmitted[]): readonly string[] => told.map(({ type }) => type);

describe('emitted events', () => {
  it('HOST-1: tell when the person is awaited, and when there is a grant', async () => {
    const { userAgent, presented } = testHost();
    const { engine } = testEngine(world.resource, { userAgent });
    const { auth, told, stop } = listening(engine);
    auth.send({ type: 'user.login' });
    await waitFor(auth, (snapshot) => snapshot.hasTag('needsUser'));
    expect(told).toEqual([{ type: 'login.awaited', issuer: world.origins.a, expiresAt: expect.any(Number) }]);
    expect(told[0]).toMatchObject({ expiresAt: auth.getSnapshot().context.pending?.expiresAt });

    await engine.complete(await visit(presented[0]));
    await waitFor(auth, (snapshot) => snapshot.hasTag('canSend'));
    expect(told.slice(1)).toEqual([
      { type: 'session.authorized', issuer: world.origins.a, scopes: ['read'], refusal: null },
    ]);
    const { query } = world.requests('a', 'GET', '/authorize')[0] ?? { query: new URLSearchParams() };
    expect(JSON.stringify(told)).not.toContain(query.get('state'));
    stop();
  });

  it('HOST-1: tell of a grant that the store had', async () => {
    const store = memoryStore();
    const first = testEngine(world.resource, { store });
    await first.session.login();
    const { auth, told, stop } = listening(testEngine(world.resource, { store }).engine);
    await waitFor(auth, (snapshot) => snapshot.hasTag('canSend'));
    expect(types(told)).toEqual(['session.authorized']);
    stop();
  });

  it('HOST-1: tell of a grant again after a renewal that a 401 forced, and after a 403 with nothing new', async () => {
    const { engine } = testEngine(world.resource, { policy: { interaction: 'auto' } });
    const { auth, told, stop } = listening(engine);
    const { fetch } = engine.sessionOf(auth);
    auth.send({ type: 'user.login' });
    await waitFor(auth, (snapshot) => snapshot.hasTag('canSend'));
    const atFirst = types(told);
    world.accessTokens.clear();
    expect((await fetch(world.resource)).status).toBe(200);
    expect(types(told)).toEqual([...atFirst, 'session.authorized']);
    world.script('resource GET /mcp', () => ({
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
    }));
    expect((await fetch(world.resource)).status).toBe(403);
    expect(types(told)).toEqual([...atFirst, 'session.authorized', 'session.authorized']);
    stop();
  });

  it('HOST-1: tell why a step-up brought nothing', async () => {
    const { engine } = testEngine(world.resource, {
      policy: { interaction: 'auto', scopeCeiling: ['read'] },
    });
    const { auth, told, stop } = listening(engine);
    auth.send({ type: 'user.login' });
    await waitFor(auth, (snapshot) => snapshot.hasTag('canSend'));
    world.needs = () => 'write';
    await engine.sessionOf(auth).fetch(world.resource);
    expect(told.at(-1)).toMatchObject({
      type: 'session.authorized',
      refusal: { code: 'scope_not_allowed', scopes: ['write'] },
    });
    stop();
  });

  it('HOST-1: tell of a failure that is tried again, one that rests, and a refusal for safety', async () => {
    const { engine } = testEngine(world.resource);
    const { auth, told, stop } = listening(engine);
    world.script('a GET /.well-known/oauth-authorization-server', () => ({ status: 503 }));
    auth.send({ type: 'user.login' });
    await waitFor(auth, (snapshot) => snapshot.matches({ failed: 'coolingDown' }));
    expect(told).toMatchObject([{ type: 'session.failed', failure: { recovery: 'retry-later' } }]);

    world.scripts.clear();
    world.script('a GET /authorize', ({ query }) => {
      const location = `${query.get('redirect_uri')}?error=access_denied&state=${query.get('state')}&iss=${encodeURIComponent(world.origins.a)}`;
      return { status: 302, headers: { location } };
    });
    auth.send({ type: 'user.retry' });
    await waitFor(auth, (snapshot) => snapshot.matches({ failed: 'resting' }));
    expect(told.at(-1)).toMatchObject({ type: 'session.failed', failure: { code: 'access_denied' } });

    world.documents.a['issuer'] = 'https://other.example';
    auth.send({ type: 'user.login' });
    await waitFor(auth, (snapshot) => snapshot.matches('rejected'));
    expect(told.at(-1)).toMatchObject({ type: 'session.rejected', failure: { code: 'issuer_mismatch' } });
    stop();
  });

  it('HOST-1: tell that a code for another device waits for a person', async () => {
    const engine = createAuthEngine({
      client: {
        name: 'authchart tests',
        preRegistered: [{ issuer: world.origins.a, clientId: 'device' }],
        grant: { kind: 'device', show: () => {} },
      },
    });
    world.documents.a['device_authorization_endpoint'] = `${world.origins.a}/device`;
    world.script('a POST /device', () => ({
      body: {
        device_code: 'device-code',
        user_code: 'WDJB-MJHT',
        verification_uri: `${world.origins.a}/approve`,
        expires_in: 60,
      },
    }));
    world.script('a POST /token', () => ({ status: 400, body: { error: 'authorization_pending' } }));
    const { auth, told, stop } = listening(engine);
    auth.send({ type: 'user.login' });
    await waitFor(auth, (snapshot) => snapshot.hasTag('needsUser'));
    expect(types(told)).toEqual(['login.awaited']);
    stop();
    await engine.dispose();
  });
});
