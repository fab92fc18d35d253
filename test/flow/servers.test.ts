// Authorization servers: where their metadata is looked for, whose it must be, and which of several is taken.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTool, standing, testEngine } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

const OAUTH = '/.well-known/oauth-authorization-server';
const OPENID = '/.well-known/openid-configuration';
const places = {
  rootIssuer: [OAUTH, OPENID],
  issuerWithPath: [`${OAUTH}/tenant1`, `${OPENID}/tenant1`, `/tenant1${OPENID}`, `/tenant1${OAUTH}`],
} as const;
const login = ['POST /register', 'GET /authorize', 'POST /token'];

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** A is this issuer from now on: in its document, in its answers, and for the resource. */
function becomeIssuer(issuer: string): void {
  world.documents.a['issuer'] = issuer;
  world.documents.resource['authorization_servers'] = [issuer];
}

/** A answers so at one of its well-known places; its document is at no other. */
function answerAt(place: string, answer: () => Answer): void {
  for (const path of [...places.rootIssuer, ...places.issuerWithPath])
    world.script(`a GET ${path}`, () => (path === place ? answer() : { status: 404 }));
}

const document = () => ({ body: world.documents.a });

describe('where server metadata is looked for', () => {
  const table = Object.entries(places).flatMap(([kind, paths]) =>
    paths.map((path, index) => ({ kind, path, asked: paths.slice(0, index + 1) })),
  );

  it.each(table)('DISC-6, DISC-7, D33: $kind, found at $path', async ({ kind, path, asked }) => {
    becomeIssuer(kind === 'rootIssuer' ? world.origins.a : `${world.origins.a}/tenant1`);
    answerAt(path, document);
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual([...asked.map((one) => `GET ${one}`), ...login]);
  });

  it.each([
    ['rootIssuer', ''],
    ['issuerWithPath', '/tenant1'],
  ] as const)('DISC-6, DISC-7: %s, found nowhere', async (kind, path) => {
    becomeIssuer(world.origins.a + path);
    answerAt('nowhere', document);
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(world.lines('a')).toEqual(places[kind].map((one) => `GET ${one}`));
    expect(standing(session)).toBe('failed.resting: server_metadata_absent in discovering, none');
  });

  it.each<[string, Answer]>([
    ['404', { status: 404 }],
    ['D16, an HTML page with 200', { headers: { 'content-type': 'text/html' }, body: '<h1>Hi</h1>' }],
  ])('DISC-11: %s is absent: the next place is asked', async (_what, answer) => {
    world.script(`a GET ${OAUTH}`, () => answer);
    world.script(`a GET ${OPENID}`, document);
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual([`GET ${OAUTH}`, `GET ${OPENID}`, ...login]);
  });

  it.each<[string, Answer | 'silence', string]>([
    ['500', { status: 500 }, 'server_unavailable'],
    ['502', { status: 502 }, 'server_unavailable'],
    ['429', { status: 429 }, 'server_unavailable'],
    ['D13, silence', 'silence', 'timed_out'],
    [
      'broken JSON',
      { headers: { 'content-type': 'application/json' }, body: '{"iss' },
      'server_metadata_broken',
    ],
    [
      'D17, a text',
      { headers: { 'content-type': 'application/json' }, body: '"x"' },
      'server_metadata_broken',
    ],
  ])('DISC-11, D34: %s is not: no other place is asked', async (_what, answer, code) => {
    world.script(`a GET ${OAUTH}`, () => (answer === 'silence' ? new Promise(() => {}) : answer));
    world.script(`a GET ${OPENID}`, document);
    const policy = { interaction: 'auto', requestTimeout: answer === 'silence' ? 300 : 10_000 } as const;
    const { session } = testEngine(world.resource, { policy });
    await callTool(session, 'any');
    expect(world.lines('a')).toEqual([`GET ${OAUTH}`]);
    expect(standing(session)).toBe(`failed.coolingDown: ${code} in discovering, retry-later`);
  });

  it('DISC-8, D08: a redirect to another server is not followed', async () => {
    const location = `${world.origins.b}${OAUTH}`;
    world.script(`a GET ${OAUTH}`, () => ({ status: 302, headers: { location } }));
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(world.lines('a')).toEqual([`GET ${OAUTH}`, `GET ${OPENID}`]);
    expect(world.lines('b')).toEqual([]);
    expect(standing(session)).toBe('rejected: redirect_refused in discovering, none');
  });
});

describe('whose metadata it must be', () => {
  const upper = (url: string) => url.replace('http:', 'HTTP:');
  const variants: readonly [string, (issuer: string) => unknown][] = [
    ['a slash at the end', (issuer) => `${issuer}/`],
    ['upper case', upper],
    ['percent-encoding', (issuer) => issuer.replace('tenant', '%74enant')],
    ['another name of the same host', (issuer) => issuer.replace('127.0.0.1', 'localhost')],
    ['the origin alone', (issuer) => new URL(issuer).origin],
    ['another server (D22)', () => 'https://honest.example'],
    ['a blank at the end', (issuer) => `${issuer} `],
    ['a list', (issuer) => [issuer]],
    ['nothing', () => undefined],
  ];

  it.each(variants)('DISC-8, D23: the document differs by %s', async (_what, vary) => {
    const issuer = `${world.origins.a}/tenant1`;
    becomeIssuer(issuer);
    const [first, second] = places.issuerWithPath;
    world.script(`a GET ${first}`, () => ({ body: { ...world.documents.a, issuer: vary(issuer) } }));
    world.script(`a GET ${second}`, document);
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ code: 'issuer_mismatch', issuer });
    expect(world.lines('a')).toEqual([`GET ${first}`]);
    expect(standing(session)).toBe('rejected: issuer_mismatch in discovering, none');
  });

  it.each<[string, (origin: string) => string, boolean]>([
    ['a slash in both', (origin) => `${origin}/`, true],
    ['upper case in both', upper, true],
    ['a slash in the resource metadata alone', (origin) => `${origin}/`, false],
    ['upper case in the resource metadata alone', upper, false],
  ])('DISC-8: %s', async (_what, vary, same) => {
    const listed = vary(world.origins.a);
    becomeIssuer(listed);
    if (!same) world.documents.a['issuer'] = world.origins.a;
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(session.explain().failure?.code).toBe(same ? undefined : 'issuer_mismatch');
    expect(world.lines('a')).toEqual([`GET ${OAUTH}`, ...(same ? login : [])]);
    if (same) expect(session.explain().grant?.issuer).toBe(listed);
  });

  it.each<[string, unknown]>([
    ['absent', undefined],
    ['empty', []],
    ['without S256', ['plain']],
    ['in other letters', ['s256']],
    ['not a list', 'S256'],
  ])('DISC-9, D40, M06: code_challenge_methods_supported is %s', async (_what, methods) => {
    world.documents.a['code_challenge_methods_supported'] = methods;
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ issuer: world.origins.a });
    expect(world.lines('a')).toEqual([`GET ${OAUTH}`]);
    expect(standing(session)).toBe('rejected: pkce_unsupported in discovering, none');
  });
});

describe('which of several servers', () => {
  const list = (...servers: string[]) => {
    world.documents.resource['authorization_servers'] = servers;
  };
  const listBoth = () => list(world.origins.a, world.origins.b);

  it('DISC-5, D32: the first of the list, every time', async () => {
    listBoth();
    for (let run = 0; run < 3; run += 1) await testEngine(world.resource).session.login();
    expect(world.requests('a', 'POST', '/token')).toHaveLength(3);
    expect(world.lines('b')).toEqual([]);
  });

  it('DISC-5: the first that is an issuer at all', async () => {
    list('javascript:alert(1)', `${world.origins.a}?tenant=1`, `${world.origins.a}#x`, world.origins.b);
    await testEngine(world.resource).session.login();
    expect(world.lines('a')).toEqual([]);
    expect(world.requests('b', 'POST', '/token')).toHaveLength(1);
  });

  it('DISC-5: the one that the host has credentials for', async () => {
    listBoth();
    const preRegistered = [{ issuer: world.origins.b, clientId: 'by-hand' }];
    await testEngine(world.resource, { client: { name: 'tests', preRegistered } }).session.login();
    expect(world.lines('a')).toEqual([]);
    expect(world.requests('b', 'GET', '/authorize')[0]?.query.get('client_id')).toBe('by-hand');
  });

  it('DISC-5, D32: the one that is bound, wherever it stands in the list', async () => {
    world.moveTo('b');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    listBoth();
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual([]);
    const grants = world.requests('b', 'POST', '/token').map((one) => one.form.get('grant_type'));
    expect(grants).toEqual(['authorization_code', 'refresh_token']);
  });

  it('DISC-5, D32: of two that were bound, the one that is bound now', async () => {
    const { session } = testEngine(world.resource);
    for (const place of ['a', 'b'] as const) {
      world.moveTo(place);
      await callTool(session, 'any');
    }
    const atA = world.lines('a');
    listBoth();
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual(atA);
    expect(session.explain().boundTo).toBe(world.origins.b);
  });

  it.each<[string, Answer | 'silence', string]>([
    ['without metadata', { status: 404 }, 'server_metadata_absent'],
    ['out of order', { status: 503 }, 'server_unavailable'],
    ['silent', 'silence', 'timed_out'],
  ])('DISC-5: a server %s is passed over', async (_what, answer, code) => {
    listBoth();
    world.script(`a GET ${OAUTH}`, () => (answer === 'silence' ? new Promise(() => {}) : answer));
    const policy = { interaction: 'auto', requestTimeout: answer === 'silence' ? 300 : 10_000 } as const;
    const { session } = testEngine(world.resource, { policy });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests('a').every(({ method }) => method === 'GET')).toBe(true);
    expect(world.lines('b')).toEqual([`GET ${OAUTH}`, ...login]);
    expect(session.explain().passedOver).toEqual([{ issuer: world.origins.a, code }]);
  });

  it('DISC-5: where all are dead the last one’s failure is told', async () => {
    listBoth();
    for (const place of ['a', 'b'] as const) world.script(`${place} GET ${OAUTH}`, () => ({ status: 503 }));
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ code: 'server_unavailable' });
    expect([world.lines('a'), world.lines('b')]).toEqual([[`GET ${OAUTH}`], [`GET ${OAUTH}`]]);
    expect(standing(session)).toBe('failed.coolingDown: server_unavailable in discovering, retry-later');
  });

  it('DISC-5, DISC-8, M06: a server that is unsafe is no reason to try another', async () => {
    listBoth();
    world.documents.a['issuer'] = 'https://honest.example';
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(world.lines('b')).toEqual([]);
    expect(standing(session)).toBe('rejected: issuer_mismatch in discovering, none');
  });

  it('DISC-5, DISC-11: an outage of the bound one leads to no other', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    listBoth();
    world.expireAccessTokens();
    world.script(`a GET ${OAUTH}`, () => ({ status: 503 }));
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(world.lines('b')).toEqual([]);
    expect(standing(session)).toBe('failed.coolingDown: server_unavailable in discovering, retry-later');
  });

  it('DISC-5, DISC-11, BIND-8: nor after a login elsewhere that failed', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.moveTo('b');
    world.script('b POST /token', () => ({ status: 400, body: { error: 'invalid_grant' } }));
    await callTool(session, 'any');
    const before = world.received.length;
    listBoth();
    world.scripts.clear();
    world.script(`a GET ${OAUTH}`, () => ({ status: 503 }));
    world.expireAccessTokens();
    await callTool(session, 'any');
    expect(
      world
        .lines()
        .slice(before)
        .filter((line) => !line.startsWith('resource ')),
    ).toEqual([`a GET ${OAUTH}`]);
    expect(standing(session)).toBe('failed.coolingDown: server_unavailable in discovering, retry-later');
  });

  it('DISC-12, D42: a server that moved is noticed at the next 401', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    await callTool(session, 'any');
    expect(world.requests('resource', 'GET')).toHaveLength(1);
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests('resource', 'GET')).toHaveLength(2);
    expect(world.lines('b')).toEqual([`GET ${OAUTH}`, ...login]);
    expect(standing(session)).toBe('authorized.renewal.fresh authorized.stepUp.settled');
    expect(session.explain().boundTo).toBe(world.origins.b);
  });
});
