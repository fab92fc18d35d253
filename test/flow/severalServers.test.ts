// A resource that lists several servers: the host may choose, is held to the list, and is told what was passed over.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EnginePolicy, memoryStore } from '../../index.ts';
import { callTool, everythingTold, failureOf, standing, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

const METADATA = '/.well-known/oauth-authorization-server';
const authorized = 'authorized.renewal.fresh authorized.stepUp.settled';

let world: World;
let listed: readonly [string, string];
beforeEach(async () => {
  world = await startWorld();
  listed = [world.origins.a, world.origins.b];
  list(...listed);
});
afterEach(() => world.close());

function list(...servers: readonly string[]): void {
  world.documents.resource['authorization_servers'] = servers;
}

type Select = Exclude<EnginePolicy['selectServer'], string | undefined>;

const choosing = (selectServer: Select | string, store = memoryStore()) =>
  testEngine(world.resource, { store, policy: { interaction: 'auto', selectServer } });

describe('the host chooses', () => {
  it('DISC-5: among those that are listed, and knows which one is bound', async () => {
    const select = vi.fn<Select>(async () => world.origins.b);
    const { session } = choosing(select);
    expect((await callTool(session, 'any')).status).toBe(200);
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(select.mock.calls).toEqual([
      [{ session: session.id, listed, bound: undefined }],
      [{ session: session.id, listed, bound: world.origins.b }],
    ]);
    expect(world.lines('a')).toEqual([]);
    const grants = world.requests('b', 'POST', '/token').map(({ form }) => form.get('grant_type'));
    expect(grants).toEqual(['authorization_code', 'refresh_token']);
  });

  it('DISC-5: names the only one that may be used, and no other is, where it is listed or not', async () => {
    const { session } = choosing(world.origins.b);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(session.explain().boundTo).toBe(world.origins.b);
    list(world.origins.b);
    expect((await callTool(session, 'any')).status).toBe(200);
    list(world.origins.a);
    const failure = await failureOf(choosing(world.origins.b).session.login());
    expect(failure).toMatchObject({ code: 'config_invalid', phase: 'discovering' });
    expect(failure.message).toContain(`choose one of ${world.origins.a}.`);
    expect(world.lines('a')).toEqual([]);
  });

  it('DISC-5: is left out, and the only one that may be used is not used for it', async () => {
    world.script('b GET /.well-known/oauth-authorization-server', () => ({ status: 404 }));
    const failure = await failureOf(choosing(world.origins.b).session.login());
    expect(failure.message).toContain('policy.selectServer');
    expect(world.lines('a')).toEqual([]);
  });

  it('DISC-5, BIND-1: another one than before gets nothing of the one before', async () => {
    let choice: string = world.origins.a;
    const { session } = choosing(() => choice);
    await callTool(session, 'any');
    const ofA = [...world.accessTokens.keys(), ...world.refreshTokens.keys()];
    choice = world.origins.b;
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(session.explain().boundTo).toBe(world.origins.b);
    const atB = JSON.stringify(
      world.requests('b').map(({ headers, body, query }) => [headers, body, `${query}`]),
    );
    expect(ofA).toHaveLength(2);
    for (const token of ofA) expect(atB).not.toContain(token);
  });

  it('DISC-5: is not asked where there is nothing to choose', async () => {
    list(world.origins.a);
    const select = vi.fn<Select>(() => world.origins.b);
    const { session } = choosing(select);
    await session.login();
    expect(select).not.toHaveBeenCalled();
    expect(session.explain().boundTo).toBe(world.origins.a);
  });

  it('DISC-5: is asked again, among the rest, when its choice is dead', async () => {
    const gone = await startWorld();
    await gone.close();
    list(gone.origins.a, ...listed);
    const select = vi.fn<Select>(({ listed: [first, , last] }) =>
      last === undefined ? world.origins.b : (first ?? ''),
    );
    const { session } = choosing(select);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(select.mock.calls.map(([choice]) => choice.listed)).toEqual([[gone.origins.a, ...listed], listed]);
    expect(session.explain().boundTo).toBe(world.origins.b);
  });

  it.each<[string, () => unknown]>([
    ['a server that is not listed', () => 'https://evil.example'],
    ['one that differs by a slash', () => `${world.origins.a}/`],
    ['one that differs by case', () => world.origins.a.replace('http', 'HTTP')],
    ['nothing', () => undefined],
    ['an index', () => 0],
    [
      'an error',
      () => {
        throw new Error('password hunter2 of the directory');
      },
    ],
  ])('DISC-5: is held to the list: %s', async (_what, choose) => {
    const engine = choosing(choose as Select);
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code: 'config_invalid', recovery: 'fix-config', phase: 'discovering' });
    expect([world.lines('a'), world.lines('b')]).toEqual([[], []]);
    expect(everythingTold(engine)).not.toMatch(/hunter2|evil/);
  });

  it('DISC-5, BIND-6: a choice moves no credentials', async () => {
    const preRegistered = [
      { issuer: world.origins.a, clientId: 'by-hand', clientSecret: 'hand-secret', resource: world.resource },
    ];
    const { session } = testEngine(world.resource, {
      client: { name: 'tests', preRegistered },
      policy: { selectServer: () => world.origins.b },
    });
    expect((await failureOf(session.login())).code).toBe('bound_elsewhere');
    expect(world.lines('b')).toEqual([`GET ${METADATA}`]);
  });
});

describe('what is passed over', () => {
  const absent = { status: 404 };
  const outage = { status: 503 };

  it.each([
    ['one merely out of reach', absent, outage, 'server_unavailable', 'failed.coolingDown', 'retry-later'],
    [
      'the other merely out of reach',
      outage,
      absent,
      'server_unavailable',
      'failed.coolingDown',
      'retry-later',
    ],
    ['both without metadata', absent, absent, 'server_metadata_absent', 'failed.resting', 'none'],
  ])('DISC-5, DISC-11: all dead, %s', async (_what, atA, atB, code, state, recovery) => {
    world.script(`a GET ${METADATA}`, () => atA);
    world.script(`b GET ${METADATA}`, () => atB);
    const { session } = testEngine(world.resource);
    const failure = await failureOf(session.login());
    expect(failure).toMatchObject({ code, recovery });
    expect(standing(session)).toBe(`${state}: ${code} in discovering, ${recovery}`);
    const reason = (answer: typeof absent) =>
      answer === absent ? 'server_metadata_absent' : 'server_unavailable';
    const reasons = [
      { issuer: world.origins.a, code: reason(atA) },
      { issuer: world.origins.b, code: reason(atB) },
    ];
    expect(session.explain().passedOver).toEqual(reasons);
    for (const { issuer, code: why } of reasons) expect(failure.message).toContain(`${issuer}: ${why}`);
  });

  it('DISC-5: is looked at again the next time', async () => {
    world.script(`a GET ${METADATA}`, () => outage);
    world.script(`b GET ${METADATA}`, () => absent);
    const { session } = testEngine(world.resource);
    await failureOf(session.login());
    world.scripts.clear();
    await session.login();
    expect(standing(session)).toBe(authorized);
    expect(session.explain()).toMatchObject({ passedOver: [], boundTo: world.origins.a });
  });

  it('DISC-5: a bound server that is gone for good, with no metadata, gives way to the next', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(session.explain().boundTo).toBe(world.origins.a);
    world.expireAccessTokens();
    world.script(`a GET ${METADATA}`, () => absent);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(session.explain()).toMatchObject({
      boundTo: world.origins.b,
      passedOver: [{ issuer: world.origins.a, code: 'server_metadata_absent' }],
    });
    expect(JSON.stringify(world.requests('b').map(({ body }) => body))).not.toContain('refresh-a-');
  });

  it('DISC-5, DISC-8: the bound one is known also where its slash is overlooked', async () => {
    const named = `${world.origins.b}/`;
    world.documents.b['issuer'] = named;
    const serve = (...servers: readonly string[]) => {
      // The scripted resource takes tokens of the servers in its own document; the one that it serves says these.
      list(world.origins.a, named);
      world.script('resource GET /.well-known/oauth-protected-resource/mcp', () => ({
        body: { ...world.documents.resource, authorization_servers: servers },
      }));
    };
    serve(world.origins.b);
    const select = vi.fn<Select>(({ bound }) => bound ?? '');
    const { session } = testEngine(world.resource, {
      policy: {
        interaction: 'auto',
        dangerouslyIgnoreTrailingSlashOf: [world.origins.b],
        selectServer: select,
      },
    });
    await callTool(session, 'any');
    expect(session.explain().boundTo).toBe(named);
    serve(...listed);
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    // It is told as the list has it: that is what may be chosen.
    expect(select.mock.calls.map(([{ bound }]) => bound)).toEqual([world.origins.b]);
    expect(world.lines('a')).toEqual([]);
    const grants = world.requests('b', 'POST', '/token').map(({ form }) => form.get('grant_type'));
    expect(grants).toEqual(['authorization_code', 'refresh_token']);
  });
});

describe('explain() says why the others were not chosen', () => {
  it('DISC-5: the first one, the bound one, the host’s own choice, or one that could not be used', async () => {
    world.documents.resource['authorization_servers'] = [world.origins.a, world.origins.b];
    const first = testEngine(world.resource);
    await callTool(first.session, 'any');
    expect(first.session.explain().notChosen).toEqual([
      { issuer: world.origins.b, why: 'the resource is bound to the chosen one' },
    ]);
    const second = testEngine(world.resource, {
      policy: { interaction: 'auto', selectServer: () => world.origins.b },
    });
    await callTool(second.session, 'any');
    expect(second.session.explain().notChosen).toEqual([
      { issuer: world.origins.a, why: 'the host chose another' },
    ]);
    world.script('a GET /.well-known/oauth-authorization-server', () => ({ status: 404 }));
    const third = testEngine(world.resource);
    await callTool(third.session, 'any');
    expect(third.session.explain().notChosen).toEqual([
      { issuer: world.origins.a, why: 'it could not be used: server_metadata_absent' },
    ]);
  });
});

describe('a server that registers nobody', () => {
  beforeEach(() => {
    delete world.documents.a['registration_endpoint'];
  });

  it('DISC-5, REG-1: is passed over for the next one that is listed, and explain() says why', async () => {
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    const { boundTo, passedOver } = session.explain();
    expect([boundTo, passedOver]).toEqual([
      world.origins.b,
      [{ issuer: world.origins.a, code: 'registration_impossible' }],
    ]);
    expect(world.lines('a')).toEqual([`GET ${METADATA}`]);
  });

  it('DISC-5, AUTHZ-11: is passed over before anybody is asked: the person hears of the other one', async () => {
    const { session } = testEngine(world.resource, { policy: { interaction: 'ask' } });
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(session.explain().failure).toMatchObject({
      code: 'interaction_required',
      issuer: world.origins.b,
    });
  });

  it('DISC-5: is not passed over where the client was registered there by hand', async () => {
    const preRegistered = [{ issuer: world.origins.a, clientId: 'by-hand' }];
    const { session } = testEngine(world.resource, { client: { name: 'tests', preRegistered } });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('b')).toEqual([]);
  });

  it('DISC-5, REG-1: and where no other one does, it is said what helps', async () => {
    delete world.documents.b['registration_endpoint'];
    const { session } = testEngine(world.resource);
    expect(await failureOf(session.login())).toMatchObject({
      code: 'registration_impossible',
      recovery: 'fix-config',
      message: expect.stringContaining('register a client at one of them by hand'),
    });
    expect([...world.lines('a'), ...world.lines('b')]).toEqual([`GET ${METADATA}`, `GET ${METADATA}`]);
  });

  it('DISC-5, TOK-7: and where the other one is away, it is tried again later', async () => {
    world.script(`b GET ${METADATA}`, () => ({ status: 503 }));
    const { session } = testEngine(world.resource);
    expect(await failureOf(session.login())).toMatchObject({
      code: 'server_unavailable',
      recovery: 'retry-later',
    });
  });

  it('BIND-6: a client that belongs to another server still ends the search', async () => {
    const preRegistered = [
      { issuer: 'https://third.example', clientId: 'by-hand', resource: world.resource },
    ];
    const { session } = testEngine(world.resource, { client: { name: 'tests', preRegistered } });
    expect((await failureOf(session.login())).code).toBe('bound_elsewhere');
  });
});
