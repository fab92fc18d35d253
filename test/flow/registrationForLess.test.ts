// Servers as they are: what registers nevertheless, what is asked for less, and what a person is told of it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loopbackUserAgent, pasteUserAgent } from '../../adapters/node.ts';
import { memoryStore, type Progress, type Session, type UserAgent } from '../../index.ts';
import {
  callTool,
  everythingTold,
  failureOf,
  standing,
  testEngine,
  testHost,
  visit,
} from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

const METADATA = 'GET /.well-known/oauth-authorization-server';
const issuerToken = 'initial-access-token';

let world: World;
const agents: UserAgent[] = [];
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.dispose();
  await world.close();
});

type Json = Readonly<Record<string, unknown>>;
const registrations = (): readonly Json[] =>
  world.requests('a', 'POST', '/register').map(({ body }) => JSON.parse(body));
const tokenRequest = () => world.requests('a', 'POST', '/token').at(-1);
const tries = (session: Session): readonly Extract<Progress, { kind: 'registration' }>[] =>
  session.explain().steps.flatMap((step) => (step.kind === 'registration' ? [step] : []));

/** A server that registers only what passes, and says of all else that its metadata are invalid. */
function registerOnly(passes: (request: Json) => boolean, refusal: Answer = invalid): void {
  world.script('a POST /register', ({ body }) => (passes(JSON.parse(body)) ? undefined : refusal));
}
const invalid: Answer = { status: 400, body: { error: 'invalid_client_metadata', error_description: 'No.' } };
const badRedirect: Answer = { status: 400, body: { error: 'invalid_redirect_uri' } };

/** A server that registers with these members changed. */
function registerWith(changes: Json, status = 201): void {
  world.script('a POST /register', ({ body }) => ({
    status,
    body: { ...JSON.parse(body), client_id: 'made-by-a', ...changes },
  }));
}

/** A person at a browser: whatever is opened is followed to its end. */
function browser(port?: number): UserAgent {
  const agent = loopbackUserAgent({
    open: async (url) => void fetch(url).then((page) => page.text()),
    ...(port !== undefined && { port }),
  });
  agents.push(agent);
  return agent;
}

describe('an answer that registers', () => {
  it.each([200, 201, 202])('REG-12, R04: %i with a client in it', async (status) => {
    registerWith({}, status);
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(registrations()).toHaveLength(1);
    expect(tries(session)).toMatchObject([{ number: 1, changed: null, status }]);
  });

  it.each([200, 202, 204])('REG-12, R04: not %i without one', async (status) => {
    world.script('a POST /register', () => ({ status }));
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ code: 'registration_invalid', status });
    expect(world.lines('a')).toEqual([METADATA, 'POST /register']);
    expect(standing(session)).toBe('failed.resting: registration_invalid in registering, none');
  });

  it.each<[string, readonly string[], Json, string | undefined, string | null]>([
    ['by Basic', ['none', 'client_secret_basic', 'client_secret_post'], {}, 'Basic', null],
    ['in the body, without Basic in the list', ['none', 'client_secret_post'], {}, undefined, 'secret-a'],
    ['as it is named', ['none'], { token_endpoint_auth_method: 'client_secret_post' }, undefined, 'secret-a'],
    ['not, without a method for it', ['none'], {}, undefined, null],
  ])(
    'REG-12, REG-7: a secret that nobody asked for is used %s',
    async (_what, listed, named, scheme, posted) => {
      world.documents.a['token_endpoint_auth_methods_supported'] = listed;
      registerWith({ client_secret: 'secret-a', token_endpoint_auth_method: undefined, ...named });
      const { session } = testEngine(world.resource);
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(registrations()).toMatchObject([{ token_endpoint_auth_method: 'none' }]);
      expect(tokenRequest()?.headers['authorization']?.split(' ')[0]).toBe(scheme);
      expect(tokenRequest()?.form.get('client_secret')).toBe(posted);
    },
  );

  it.each<[string, unknown, readonly string[]]>([
    ['are not asked for where the server lists codes only', ['authorization_code'], ['authorization_code']],
    ['are asked for where the list is empty', [], ['authorization_code', 'refresh_token']],
    ['are asked for where there is no list', undefined, ['authorization_code', 'refresh_token']],
  ])('REG-6, REG-12: refresh tokens %s', async (_what, listed, asked) => {
    world.documents.a['grant_types_supported'] = listed;
    await testEngine(world.resource).session.login();
    expect(registrations()).toMatchObject([{ grant_types: asked }]);
  });
});

describe('a refusal that is met by less', () => {
  const isBare = ({ scope, grant_types }: Json) =>
    scope === undefined && JSON.stringify(grant_types) === '["authorization_code"]';

  it.each<[string, (request: Json) => boolean, Answer, number]>([
    ['scopes', ({ scope }) => scope === undefined, invalid, 2],
    ['refresh tokens', isBare, invalid, 3],
    ['refresh tokens, and says 422 in HTML', isBare, { status: 422, body: '<p>No.</p>' }, 3],
    [
      'public clients',
      ({ token_endpoint_auth_method: method }) => method === 'client_secret_basic',
      invalid,
      4,
    ],
    [
      'all but a secret in the body',
      ({ token_endpoint_auth_method: method }) => method === 'client_secret_post',
      invalid,
      5,
    ],
  ])('REG-12: a server that minds %s registers a client', async (_what, passes, refusal, count) => {
    registerOnly(passes, refusal);
    const { correctly } = world;
    world.correctly = (request) => {
      const answer = correctly.call(world, request);
      if (request.path !== '/register') return answer;
      return { ...answer, body: { ...(answer.body as Json), client_secret: 'secret-a' } };
    };
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(registrations()).toHaveLength(count);
    expect(tries(session).map(({ status }) => status)).toEqual([
      ...Array(count - 1).fill(refusal.status),
      201,
    ]);
  });

  it('REG-12, REG-5: five requests at most; each is told, and the failure says how many there were', async () => {
    registerOnly(() => false);
    const initialAccessTokens = [{ issuer: world.origins.a, token: issuerToken }];
    const test = testEngine(world.resource, { client: { name: 'tests', initialAccessTokens } });
    const error = await failureOf(test.session.login());
    expect(error).toMatchObject({ code: 'registration_refused', recovery: 'fix-config', status: 400 });
    const end =
      'did not register this client in 5 tries (400); register one there by hand and give it as client.preRegistered.';
    expect(error.message).toBe(`${world.origins.a} ${end}`);
    expect(world.lines('a')).toEqual([METADATA, ...Array(5).fill('POST /register')]);
    expect(tries(test.session)).toEqual(
      registrations().map((sent, at) => ({
        kind: 'registration',
        session: test.session.id,
        number: at + 1,
        changed: [null, 'scope', 'grant_types', 'token_endpoint_auth_method', 'token_endpoint_auth_method'][
          at
        ],
        sent,
        status: 400,
        said: 'invalid_client_metadata: No.',
      })),
    );
    expect(JSON.parse(error.sent ?? '')).toEqual(registrations().at(-1));
    expect(world.requests('a', 'POST', '/register')[4]?.headers['authorization']).toBe(
      `Bearer ${issuerToken}`,
    );
    expect(everythingTold(test)).not.toContain(issuerToken);
  });

  it('REG-12, TOK-7: an outage in the middle is waited for', async () => {
    let turn = 0;
    world.script('a POST /register', () => {
      turn += 1;
      return turn === 1 ? invalid : { status: 503 };
    });
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ code: 'server_unavailable', status: 503 });
    expect(registrations()).toHaveLength(2);
  });
});

describe('a server that takes localhost only', () => {
  const takesLocalhost = () =>
    registerOnly(({ redirect_uris }) => /^http:\/\/localhost:\d+\//.test(String(redirect_uris)), badRedirect);
  const redirectUris = () =>
    world.requests('a', 'GET', '/authorize').map(({ query }) => query.get('redirect_uri') ?? '');

  it('REG-12, R06: is given the same port by that name, and the answer is received there', async () => {
    takesLocalhost();
    const store = memoryStore();
    const { engine, session } = testEngine(world.resource, { store, userAgent: browser() });
    await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
    const [literal, , named] = registrations().map(({ redirect_uris }) => String(redirect_uris));
    expect(named).toBe(literal?.replace('127.0.0.1', 'localhost'));
    expect(registrations()[2]?.['application_type']).toBe('native');
    expect(redirectUris()).toEqual([named]);
    expect(tokenRequest()?.form.get('redirect_uri')).toBe(named);
    await engine.session({ resource: world.resource, subject: 'another' }).login();
    await engine.dispose();
    const later = testEngine(world.resource, { store, userAgent: browser() }).engine;
    await later.session({ resource: world.resource, subject: 'a third' }).login();
    expect(redirectUris()).toEqual([named, named, named]);
    expect(registrations()).toHaveLength(3);
    await expect(fetch(named ?? '')).rejects.toThrow();
  });

  it('REG-12, R13: sessions that log in at once share that registration', async () => {
    takesLocalhost();
    const { engine } = testEngine(world.resource, { userAgent: browser() });
    const subjects = ['one', 'two', 'three'];
    await Promise.all(
      subjects.map((subject) => engine.session({ resource: world.resource, subject }).login()),
    );
    expect(registrations()).toHaveLength(3);
    expect(new Set(redirectUris()).size).toBe(1);
  });

  it('REG-12, R13: a user agent without a listener finds that registration again', async () => {
    registerOnly(({ redirect_uris }) => String(redirect_uris) === 'http://localhost/callback', badRedirect);
    const pages: string[] = [];
    const show = (url: string) => void pages.push(url);
    const userAgent = pasteUserAgent({ show, ask: () => visit(pages.at(-1)) });
    const { engine } = testEngine(world.resource, { userAgent });
    for (const subject of ['one', 'two']) await engine.session({ resource: world.resource, subject }).login();
    expect(registrations()).toHaveLength(3);
    expect(redirectUris()).toEqual(Array(2).fill('http://localhost/callback'));
  });

  it('REG-12, R14: on the only port that the host allows', async () => {
    takesLocalhost();
    const first = testEngine(world.resource, { userAgent: browser() });
    await first.session.login();
    const port = Number(new URL(redirectUris()[0] ?? '').port);
    await first.engine.dispose();
    const { session } = testEngine(world.resource, { userAgent: browser(port) });
    await session.login();
    expect(redirectUris()).toEqual(Array(2).fill(`http://localhost:${port}/callback`));
  });

  it('REG-12, AUTHZ-8: is given no name of another machine, whatever the user agent says', async () => {
    takesLocalhost();
    const userAgent = { ...browser(), atLocalhost: () => 'http://evil.example/callback' };
    const { session } = testEngine(world.resource, { userAgent });
    await expect(session.login()).rejects.toMatchObject({ code: 'registration_refused' });
    expect(
      registrations()
        .map(({ redirect_uris }) => String(redirect_uris))
        .join(),
    ).not.toContain('evil');
  });

  it('REG-12: is not met where the redirect URI is a page of the host', async () => {
    takesLocalhost();
    const { session } = testEngine(world.resource, { userAgent: testHost().userAgent });
    await expect(session.login()).rejects.toMatchObject({ code: 'registration_refused' });
    expect(registrations()).toHaveLength(2);
  });
});
