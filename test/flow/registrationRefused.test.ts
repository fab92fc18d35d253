// Registrations that are refused, and clients that their server has forgotten.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTool, failureOf, standing, testEngine, testHost } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

const METADATA = 'GET /.well-known/oauth-authorization-server';
const name = 'authchart tests';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const registrations = (): readonly Record<string, unknown>[] =>
  world.requests('a', 'POST', '/register').map((one) => JSON.parse(one.body));
const clientIds = (): readonly (string | null)[] =>
  world.requests('a', 'GET', '/authorize').map((one) => one.query.get('client_id'));

/** A registers with these members changed. */
function registerWith(changes: Record<string, unknown>): void {
  world.script('a POST /register', ({ body }) => ({
    status: 201,
    body: { ...JSON.parse(body), ...changes },
  }));
}

describe('a registration that is refused', () => {
  const refuse = (...bodies: readonly unknown[]) => {
    let turn = 0;
    world.script('a POST /register', () => {
      const body = bodies[turn];
      turn += 1;
      return body === undefined ? undefined : { status: 400, body };
    });
  };

  it.each<[string, string, Record<string, unknown>]>([
    ['the other application type', 'invalid_redirect_uri', { application_type: 'web' }],
    ['no scopes', 'invalid_client_metadata', { scope: undefined }],
    ['no scopes', 'invalid_scope', { scope: undefined }],
  ])('REG-5, R06: is tried once more with %s after %s', async (_what, error, adjusted) => {
    refuse({ error });
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    const [first, second, ...more] = registrations();
    expect({ ...second }).toEqual(JSON.parse(JSON.stringify({ ...first, ...adjusted })));
    expect(more).toEqual([]);
  });

  it('REG-5, R06: and no more: tells what was sent last, and what the server said', async () => {
    refuse(
      { error: 'invalid_redirect_uri' },
      { error: 'invalid_redirect_uri', error_description: 'Only https.\nReally.' },
      { error: 'invalid_redirect_uri' },
    );
    const { session } = testEngine(world.resource, { userAgent: testHost().userAgent });
    const error = await failureOf(session.login());
    const [, second, ...more] = registrations();
    expect(more).toEqual([]);
    const said = expect.stringMatching(/^invalid_redirect_uri: Only https\..+Really\.$/);
    expect(error).toMatchObject({ code: 'registration_refused', status: 400, said });
    expect(JSON.parse(error.sent ?? '')).toEqual(second);
    expect(session.explain().failure).toMatchObject({ sent: JSON.stringify(second), said });
    expect(world.lines('a')).toEqual([METADATA, 'POST /register', 'POST /register']);
    expect(standing(session)).toBe('failed.resting: registration_refused in registering, fix-config');
  });

  it.each<[string, Answer]>([
    ['403', { status: 403, body: { error: 'access_denied' } }],
    ['401 that says nothing', { status: 401 }],
    ['404', { status: 404 }],
    [
      '400 with an error that nothing can be done about',
      { status: 400, body: { error: 'unapproved_software_statement' } },
    ],
  ])('REG-5: %s: no second try', async (_what, answer) => {
    world.script('a POST /register', () => answer);
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ status: answer.status });
    expect(world.lines('a')).toEqual([METADATA, 'POST /register']);
    expect(standing(session)).toBe('failed.resting: registration_refused in registering, fix-config');
  });

  it.each([429, 503])('REG-5, R18: %i: later, and not again and again', async (status) => {
    world.script('a POST /register', () => ({ status, headers: { 'retry-after': '30' } }));
    const { session } = testEngine(world.resource);
    for (let call = 0; call < 3; call += 1) expect((await callTool(session, 'any')).status).toBe(401);
    expect(world.lines('a')).toEqual([METADATA, 'POST /register']);
    expect(session.explain().failure).toMatchObject({ status, retryAfter: 30_000 });
    expect(standing(session)).toBe('failed.coolingDown: server_unavailable in registering, retry-later');
    world.scripts.clear();
    await session.login();
    expect(registrations()).toHaveLength(2);
  });
});

describe('a client that the server does not know any more', () => {
  const unknown: Answer = { status: 401, body: { error: 'invalid_client' } };
  const round = ['POST /register', 'GET /authorize', 'POST /token'];

  it('REG-7, R10: while a code is spent: one new registration, and on', async () => {
    let refusals = 0;
    world.script('a POST /token', () => {
      refusals += 1;
      return refusals === 1 ? unknown : undefined;
    });
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual([METADATA, ...round, ...round]);
    expect(new Set(clientIds()).size).toBe(2);
  });

  it('REG-7, R10, R12: again after that: the end', async () => {
    world.script('a POST /token', () => unknown);
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ status: 401, oauthError: 'invalid_client' });
    expect(world.lines('a')).toEqual([METADATA, ...round, ...round]);
    expect(standing(session)).toBe('failed.resting: client_refused in authorizing, reregister');
    await callTool(session, 'any');
    expect(registrations()).toHaveLength(2);
  });

  it('REG-3, R10: one that a person registered is not replaced', async () => {
    world.script('a POST /token', () => unknown);
    const preRegistered = [{ issuer: world.origins.a, clientId: 'by-hand' }];
    const { session } = testEngine(world.resource, { client: { name, preRegistered } });
    await expect(session.login()).rejects.toMatchObject({ code: 'client_refused' });
    expect(world.lines('a')).toEqual([METADATA, 'GET /authorize', 'POST /token']);
  });

  it.each<[string, number | undefined]>([
    ['whose secret has not expired', undefined],
    ['R08, whose secret has expired', 60],
  ])('REG-7, R10: while a grant is renewed: a new client and a new login; one %s', async (_what, offset) => {
    let now = Date.now();
    registerWith({
      client_id: 'first',
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: 'secret-a',
      ...(offset !== undefined && { client_secret_expires_at: Math.floor(now / 1000) + offset }),
    });
    const { session } = testEngine(world.resource, { now: () => now });
    await callTool(session, 'any');
    world.expireAccessTokens();
    registerWith({ client_id: 'second', token_endpoint_auth_method: 'none' });
    world.script('a POST /token', ({ form }) => (form.get('client_id') === 'first' ? unknown : undefined));
    now += 120_000;
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(clientIds()).toEqual(['first', 'second']);
    expect(registrations()).toHaveLength(2);
  });
});
