// Sessions: one for all who ask for the same, shared by its callers, each of whom may leave without harm to the others.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from 'xstate';
import type { Session } from '../../index.ts';
import { callTool, failureOf, personsTurn, testEngine, testHost, visit } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const logins = (): number => world.requests('a', 'GET', '/authorize').length;
const calls = () => world.requests('resource', 'POST', '/mcp');

describe('who gets which session', () => {
  it('the same one for the same resource, subject and label; also where it is written otherwise', () => {
    const { engine, session } = testEngine(world.resource);
    const { resource } = world;
    expect(engine.session({ resource: new URL(resource) })).toBe(session);
    expect(engine.session({ resource, subject: '', label: '' })).toBe(session);
    expect(engine.session({ resource: resource.replace('http:', 'HTTP:') })).toBe(session);
    const [named, labelled] = [{ subject: 'x' }, { label: 'x' }].map((of) =>
      engine.session({ resource, ...of }),
    );
    expect(new Set([session, named, labelled, engine.session({ resource: `${resource}/` })]).size).toBe(4);
    expect(engine.session({ resource, subject: 'x' })).toBe(named);
  });

  it.each([
    'not a url',
    'ftp://a.example/',
    'http://a.example/mcp',
    'https://user:pw@a.example/mcp',
    'https://a.example/mcp#x',
  ])('P07: none for %s, before any traffic', (resource) => {
    const { engine } = testEngine(world.resource);
    expect(() => engine.session({ resource })).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });

  it('TOK-5, C01: callers of one share one login', async () => {
    const { session } = testEngine(world.resource);
    const answers = await Promise.all(Array.from({ length: 20 }, () => callTool(session, 'any')));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect([logins(), world.requests('a', 'POST', '/register').length]).toEqual([1, 1]);
  });

  it('BIND-12: different subjects and labels share none', async () => {
    const { engine } = testEngine(world.resource);
    const { resource } = world;
    const ids = [{ subject: 'one' }, { subject: 'two' }, { subject: 'two', label: 'work' }];
    const sessions = ids.map((id) => engine.session({ resource, ...id }));
    await Promise.all(sessions.map((session) => callTool(session, 'any')));
    const tokens = await Promise.all(sessions.map((session) => session.token()));
    expect(new Set(tokens).size).toBe(3);
    expect(logins()).toBe(3);
  });
});

describe('what is sent again', () => {
  const bytes = new TextEncoder().encode('{"one":"shot"}');
  const oneShots: readonly (readonly [string, () => BodyInit])[] = [
    ['a stream', () => new Blob([bytes]).stream()],
    [
      'an iterator',
      () =>
        (async function* () {
          yield bytes;
        })() as unknown as BodyInit,
    ],
  ];
  const post = (session: Session, body: BodyInit): Promise<Response> =>
    session.fetch(world.resource, { method: 'POST', body, duplex: 'half' } as RequestInit);

  it.each(oneShots)('C15: %s is not, and the answer of the server is passed on', async (_name, body) => {
    const { session } = testEngine(world.resource);
    const answer = await post(session, body());
    expect(answer.status).toBe(401);
    expect(calls().map((call) => call.body)).toEqual(['{"one":"shot"}']);
  });

  it.each(oneShots)('C15, TOK-8: but %s that was refused lets the next one through', async (_name, body) => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.expireAccessTokens();
    await post(session, body());
    expect((await post(session, body())).status).toBe(200);
    expect(
      calls()
        .slice(2)
        .map((call) => call.body),
    ).toEqual(['{"one":"shot"}', '{"one":"shot"}']);
    expect(logins()).toBe(1);
  });

  it.each<readonly [string, BodyInit]>([
    ['text', '{"one":"shot"}'],
    ['bytes', bytes],
    ['a blob', new Blob([bytes])],
    ['a form', new URLSearchParams({ one: 'shot' })],
  ])('STEP-4: %s is, as it was', async (_name, body) => {
    const { session } = testEngine(world.resource);
    expect((await post(session, body)).status).toBe(200);
    expect(calls()).toHaveLength(2);
    expect(calls()[0]?.body).toContain('shot');
    expect(calls()[1]?.body).toBe(calls()[0]?.body);
  });

  it('STEP-4: so is a Request', async () => {
    const { session } = testEngine(world.resource);
    const headers = { 'content-type': 'text/plain', 'x-own': 'kept' };
    const request = new Request(world.resource, { method: 'POST', body: 'again', headers });
    expect((await session.fetch(request)).status).toBe(200);
    expect(calls().map((call) => [call.body, call.headers['x-own']])).toEqual([
      ['again', 'kept'],
      ['again', 'kept'],
    ]);
  });

  it.each<readonly [string, Answer]>([
    ['C16: a 500', { status: 500, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }],
    ['C16: a cut connection', { cut: true }],
    ['W14: a 200 with a challenge', { status: 200, headers: { 'www-authenticate': 'Bearer scope="x"' } }],
    [
      'W13: a 400 with a challenge',
      { status: 400, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    ],
  ])('%s is the answer: nothing is sent again, nobody logs in', async (_name, answer) => {
    const { session } = testEngine(world.resource);
    await session.login();
    world.script('resource POST /mcp', () => answer);
    const status = await callTool(session, 'any').then(
      (response) => response.status,
      () => 0,
    );
    expect(status).toBe(answer.status ?? 0);
    expect([calls().length, logins()]).toEqual([1, 1]);
  });
});

describe('who leaves', () => {
  it('C09: a request that is cancelled does not cancel the refresh that others wait for', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.expireAccessTokens();
    const leaving = new AbortController();
    world.script('a POST /token', () => {
      leaving.abort();
      return undefined;
    });
    const [left, stayed] = await Promise.allSettled([
      session.fetch(world.resource, { method: 'POST', body: '{}', signal: leaving.signal }),
      callTool(session, 'any'),
    ]);
    expect(left).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
    expect(stayed).toMatchObject({ status: 'fulfilled', value: { status: 200 } });
    expect(world.requests('a', 'POST', '/token')).toHaveLength(2);
    expect(logins()).toBe(1);
  });

  it('C09: a caller who stops waiting does not end the login', async () => {
    const { userAgent, presented } = testHost();
    const { engine, session } = testEngine(world.resource, { userAgent });
    const leaving = new AbortController();
    const left = session.login({ signal: leaving.signal }).catch((reason: unknown) => reason);
    const stayed = session.login();
    await personsTurn(session);
    leaving.abort(new Error('the window was closed'));
    expect(await left).toEqual(new Error('the window was closed'));
    await engine.complete(await visit(presented[0]));
    await stayed;
    expect(presented).toHaveLength(1);
  });

  it('C18: a request can be given up while the person does nothing', async () => {
    const { userAgent } = testHost();
    const { session } = testEngine(world.resource, { userAgent });
    const patience = new AbortController();
    const { signal } = patience;
    const waited = session.fetch(world.resource, { method: 'POST', body: '{}', signal });
    await personsTurn(session);
    patience.abort('enough');
    await expect(waited).rejects.toBe('enough');
    expect(session.actor.getSnapshot().hasTag('needsUser')).toBe(true);
    await expect(session.token({ signal: AbortSignal.abort('no') })).rejects.toBe('no');
  });

  it('C09: what was cancelled before is not sent', async () => {
    const { session } = testEngine(world.resource);
    await session.login();
    const signal = AbortSignal.abort();
    await expect(session.fetch(world.resource, { method: 'POST', body: '{}', signal })).rejects.toThrow();
    expect(calls()).toEqual([]);
  });
});

describe('who looks on', () => {
  it('C13: a subscriber may call the session', async () => {
    const { session } = testEngine(world.resource);
    const nested: Promise<unknown>[] = [];
    const unsubscribe = session.subscribe((snapshot) => {
      session.explain();
      if (snapshot.matches({ authorizing: 'awaitingUser' }) && nested.length === 0) {
        nested.push(callTool(session, 'any'), session.token());
      }
    });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(nested).toHaveLength(2);
    await Promise.all(nested);
    unsubscribe();
    expect(logins()).toBe(1);
  });

  it('C14: a user agent that throws something of its own ends in a typed failure without its words', async () => {
    const { userAgent } = testHost();
    const { session } = testEngine(world.resource, {
      userAgent: { ...userAgent, present: () => Promise.reject(new TypeError('secret words')) },
    });
    const thrown = await failureOf(session.login());
    expect(thrown).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
    expect(JSON.stringify([thrown.toFailure(), session.explain()])).not.toContain('secret words');
    await waitFor(session.actor, (snapshot) => snapshot.matches({ failed: 'resting' }));
  });
});
