// Discovery of the resource's metadata: where it is looked for, which document counts, and what an outage may not do.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTool, standing, testEngine } from '../support/engine.ts';
import { type Answer, type Script, startWorld, type World } from '../support/world.ts';

const ROOT = '/.well-known/oauth-protected-resource';
const PATH = `${ROOT}/mcp`;
const html: Answer = { headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' };

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Serves this document there; the path well-known keeps its own unless it is named. */
function serve(path: string, document: Record<string, unknown> = {}): void {
  world.script(`resource GET ${path as `/${string}`}`, () => ({
    body: { ...world.documents.resource, ...document },
  }));
}

const absent: Script = () => ({ status: 404 });

describe('where resource metadata is looked for', () => {
  interface Search {
    readonly what: string;
    readonly arrange: () => void;
    readonly asked: readonly string[];
  }
  const searches: readonly Search[] = [
    {
      what: 'DISC-2: the pointer of the challenge, and only there',
      arrange: () => {
        world.pointer = `${world.origins.resource}/about/me`;
        serve('/about/me');
      },
      asked: ['/about/me'],
    },
    {
      what: 'DISC-3, D28: without a pointer the path well-known',
      arrange: () => {
        world.pointer = null;
      },
      asked: [PATH],
    },
    {
      what: 'DISC-3, D28: then the root well-known',
      arrange: () => {
        world.pointer = null;
        world.script(`resource GET ${PATH}`, absent);
        serve(ROOT);
      },
      asked: [PATH, ROOT],
    },
    {
      what: 'DISC-3, W12: the same after a 401 without any challenge',
      arrange: () => {
        world.script('resource POST /mcp', (request) =>
          request.headers['authorization'] === undefined ? { status: 401 } : undefined,
        );
        world.script(`resource GET ${PATH}`, absent);
        serve(ROOT);
      },
      asked: [PATH, ROOT],
    },
    {
      what: 'DISC-2, W01, W04: the Bearer among several challenges, and no look-alike of the parameter',
      arrange: () => {
        const meta = `${world.origins.resource}/about/me`;
        serve('/about/me');
        const challenge = `Basic realm="x, resource_metadata=\\"no\\"", Bearer x_resource_metadata="${world.origins.b}/", resource_metadata="${meta}"`;
        world.script('resource POST /mcp', (request) =>
          request.headers['authorization'] === undefined
            ? { status: 401, headers: { 'www-authenticate': challenge } }
            : undefined,
        );
      },
      asked: ['/about/me'],
    },
  ];

  it.each(searches)('$what', async ({ arrange, asked }) => {
    arrange();
    const { session } = testEngine(world.resource);
    const response = await callTool(session, 'any');
    expect(response.status).toBe(200);
    expect(world.lines('resource')).toEqual([
      'POST /mcp',
      ...asked.map((path) => `GET ${path}`),
      'POST /mcp',
    ]);
    expect(world.lines('b')).toEqual([]);
  });

  it('DISC-1, DISC-2: a login without a challenge at hand asks the resource for one', async () => {
    const { session } = testEngine(world.resource);
    await session.login();
    expect(world.lines()).toEqual([
      'resource GET /mcp',
      `resource GET ${PATH}`,
      'a GET /.well-known/oauth-authorization-server',
      'a POST /register',
      'a GET /authorize',
      'a POST /token',
    ]);
    expect(session.explain().resourceMetadata?.url).toBe(`${world.origins.resource}${PATH}`);
  });

  it('DISC-2: where a pointer leads to nothing, nothing else is tried', async () => {
    world.pointer = `${world.origins.resource}/about/me`;
    const { session } = testEngine(world.resource);
    const response = await callTool(session, 'any');
    expect(response.status).toBe(401);
    expect(world.lines()).toEqual(['resource POST /mcp', 'resource GET /about/me']);
    expect(standing(session)).toBe('failed.resting: resource_metadata_absent in discovering, fix-config');
  });
});

describe('whose document it is', () => {
  interface Document {
    readonly what: string;
    readonly at: string;
    readonly resource: () => unknown;
    readonly used: boolean;
  }
  const documents: readonly Document[] = [
    { what: 'the resource itself, anywhere', at: '/about', resource: () => world.resource, used: true },
    { what: 'the resource itself, at the root', at: ROOT, resource: () => world.resource, used: true },
    { what: 'a parent, at its own place', at: ROOT, resource: () => world.origins.resource, used: true },
    { what: 'D25, a parent, at our place', at: PATH, resource: () => world.origins.resource, used: false },
    { what: 'D25, a parent, elsewhere', at: '/about', resource: () => world.origins.resource, used: false },
    { what: 'a slash more', at: PATH, resource: () => `${world.resource}/`, used: false },
    { what: 'a child', at: PATH, resource: () => `${world.resource}/x`, used: false },
    { what: 'half a segment', at: PATH, resource: () => world.resource.slice(0, -1), used: false },
    { what: 'D26, a neighbour', at: PATH, resource: () => `${world.origins.resource}/mcp2`, used: false },
    { what: 'D24, another origin', at: PATH, resource: () => `${world.origins.b}/mcp`, used: false },
    { what: 'dots', at: PATH, resource: () => `${world.origins.resource}/x/../mcp`, used: false },
  ];

  it.each(documents)('DISC-4, D24: $what at $at: used $used', async ({ at, resource, used }) => {
    world.pointer = `${world.origins.resource}${at}`;
    serve(at, { resource: resource() });
    const { session } = testEngine(world.resource);
    const response = await callTool(session, 'any');
    expect(response.status).toBe(used ? 200 : 401);
    if (used)
      return expect(world.requests('a', 'GET', '/authorize')[0]?.query.get('resource')).toBe(resource());
    expect(world.lines()).toEqual(['resource POST /mcp', `resource GET ${at}`]);
    expect(standing(session)).toBe('rejected: resource_mismatch in discovering, none');
  });

  it('DISC-4: a mismatch at the path well-known is not passed over for the root', async () => {
    world.pointer = null;
    serve(PATH, { resource: `${world.origins.resource}/other` });
    serve(ROOT);
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(world.lines()).toEqual(['resource POST /mcp', `resource GET ${PATH}`]);
    expect(standing(session)).toBe('rejected: resource_mismatch in discovering, none');
  });

  it('DISC-4, D27: a document of another origin counts when it names the resource exactly', async () => {
    world.pointer = `${world.origins.b}/hosted`;
    world.script('b GET /hosted', () => ({ body: world.documents.resource }));
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('b')).toEqual(['GET /hosted']);
    expect(session.explain().resourceMetadata?.url).toBe(`${world.origins.b}/hosted`);
  });

  it.each<[string, unknown]>([
    ['none', undefined],
    ['an empty list', []],
    ['a text', 'https://as.example'],
    ['nothing that is an issuer', ['javascript:alert(1)', 7, null, 'https://as.example/?x']],
  ])('DISC-1, D31: authorization servers: %s', async (_what, servers) => {
    world.documents.resource['authorization_servers'] = servers;
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ code: 'authorization_server_missing' });
    expect(world.lines()).toEqual(['resource GET /mcp', `resource GET ${PATH}`]);
    expect(standing(session)).toBe('failed.resting: authorization_server_missing in discovering, none');
  });
});

describe('what counts as absent', () => {
  it.each<[string, Answer]>([
    ['404', { status: 404 }],
    ['410', { status: 410 }],
    ['405', { status: 405 }],
    ['403', { status: 403 }],
    ['D16, an HTML page with 200', html],
  ])('DISC-11: %s leads to the next place', async (_what, answer) => {
    world.pointer = null;
    world.script(`resource GET ${PATH}`, () => answer);
    serve(ROOT);
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('resource')).toEqual(['POST /mcp', `GET ${PATH}`, `GET ${ROOT}`, 'POST /mcp']);
  });

  it.each<[string, Answer | 'silence', string]>([
    ['500', { status: 500 }, 'server_unavailable'],
    ['503', { status: 503 }, 'server_unavailable'],
    ['503 with a document', { status: 503, body: {} }, 'server_unavailable'],
    ['429', { status: 429, headers: { 'retry-after': '30' } }, 'server_unavailable'],
    ['408', { status: 408 }, 'server_unavailable'],
    ['D13, silence', 'silence', 'timed_out'],
    [
      'broken JSON',
      { headers: { 'content-type': 'application/json' }, body: '{' },
      'resource_metadata_broken',
    ],
    ['D17, an array', { body: [] }, 'resource_metadata_broken'],
  ])('DISC-11, D30: %s does not lead to the root, or to the legacy rules', async (_what, answer, code) => {
    world.pointer = null;
    world.script(`resource GET ${PATH}`, () => (answer === 'silence' ? new Promise(() => {}) : answer));
    serve(ROOT);
    const requestTimeout = answer === 'silence' ? 300 : 10_000;
    const policy = { interaction: 'auto', legacyDiscovery: true, requestTimeout } as const;
    const { session } = testEngine(world.resource, { policy });
    const response = await callTool(session, 'any');
    expect(response.status).toBe(401);
    expect(world.lines()).toEqual(['resource POST /mcp', `resource GET ${PATH}`]);
    expect(standing(session)).toBe(`failed.coolingDown: ${code} in discovering, retry-later`);
  });

  it('DISC-11: a closed port is no absence either', async () => {
    const gone = await startWorld();
    await gone.close();
    world.pointer = `${gone.origins.resource}${PATH}`;
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(standing(session)).toBe('failed.coolingDown: unreachable in discovering, retry-later');
  });
});

describe('redirects of metadata', () => {
  const to =
    (location: string): Script =>
    () => ({ status: 302, headers: { location } });

  it('DISC-1: one on the same origin is followed', async () => {
    world.script(`resource GET ${PATH}`, to('/about'));
    serve('/about');
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('resource')).toEqual(['POST /mcp', `GET ${PATH}`, 'GET /about', 'POST /mcp']);
  });

  it('DISC-4: the place of a document is where it was found, not where it was asked for', async () => {
    world.pointer = `${world.origins.resource}${ROOT}`;
    world.script(`resource GET ${ROOT}`, to('/about'));
    serve('/about', { resource: world.origins.resource });
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(standing(session)).toBe('rejected: resource_mismatch in discovering, none');
  });

  it.each<[string, () => string, readonly string[]]>([
    ['D08, to another origin', () => `${world.origins.b}/about`, []],
    ['D09, to a private address', () => 'http://169.254.169.254/latest', []],
    ['D10, in a circle', () => PATH, Array<string>(3).fill(`resource GET ${PATH}`)],
  ])('DISC-1, %s: refused', async (_what, location, more) => {
    world.script(`resource GET ${PATH}`, to(location()));
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(world.lines()).toEqual(['resource POST /mcp', `resource GET ${PATH}`, ...more]);
    expect(standing(session)).toBe('rejected: redirect_refused in discovering, none');
  });
});

describe('servers of the 2025-03-26 revision', () => {
  const SERVER = '/.well-known/oauth-authorization-server';
  const OPENID = '/.well-known/openid-configuration';
  const nowhere = [`GET ${PATH}`, `GET ${ROOT}`];

  beforeEach(() => {
    world.pointer = null;
    world.script(`resource GET ${PATH}`, absent);
    world.documents.resource['authorization_servers'] = [world.origins.resource];
    world.documents.a['issuer'] = world.origins.resource;
  });

  it('DISC-10, D29: without the opt-in nobody is responsible', async () => {
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ code: 'resource_metadata_absent' });
    expect(world.lines()).toEqual(['GET /mcp', ...nowhere].map((line) => `resource ${line}`));
    expect(standing(session)).toBe('failed.resting: resource_metadata_absent in discovering, fix-config');
  });

  it('DISC-10: with it the origin is asked for its metadata', async () => {
    world.script(`resource GET ${SERVER}`, () => ({ body: world.documents.a }));
    const { session } = testEngine(world.resource, { policy: { legacyDiscovery: true } });
    await session.login();
    expect(world.lines('resource')).toEqual(['GET /mcp', ...nowhere, `GET ${SERVER}`]);
    expect(world.lines('a')).toEqual(['POST /register', 'GET /authorize', 'POST /token']);
  });

  it('DISC-10: and has the default endpoints when it has none', async () => {
    const endpoints = ['POST /register', 'GET /authorize', 'POST /token'] as const;
    for (const endpoint of endpoints)
      world.script(`resource ${endpoint}`, (request) => world.answer({ ...request, at: 'a' }));
    const { session } = testEngine(world.resource, { policy: { legacyDiscovery: true } });
    await session.login();
    expect(world.lines()).toEqual(
      ['GET /mcp', ...nowhere, `GET ${SERVER}`, `GET ${OPENID}`, ...endpoints].map(
        (line) => `resource ${line}`,
      ),
    );
  });
});
