// A login that a person approves at another device: shown, polled for as often as is allowed, and over when it is over.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitFor } from 'xstate';
import { type DevicePrompt, type EngineOptions, memoryStore, type Session } from '../../index.ts';
import {
  callTool,
  everythingTold,
  failureOf,
  personsTurn,
  standing,
  testEngine,
  textsOf,
} from '../support/engine.ts';
import { type Answer, type Received, type Script, startWorld, type World } from '../support/world.ts';

const METADATA = 'GET /.well-known/oauth-authorization-server';
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
const CODE = 'device-code-of-ada';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  for (const place of ['a', 'b'] as const)
    world.documents[place]['device_authorization_endpoint'] = `${world.origins[place]}/device`;
  gives({});
  world.script('a POST /token', ({ form }) => (isPoll(form) ? approved() : undefined));
});
afterEach(() => {
  vi.unstubAllGlobals();
  return world.close();
});

const isPoll = (form: URLSearchParams) => form.get('grant_type') === DEVICE_CODE;
const polls = (): readonly Received[] =>
  world.requests('a', 'POST', '/token').filter(({ form }) => isPoll(form));
const approved = (): Answer => ({ body: world.mint('a', 'read', 'device') });
const failing = (error: string): Answer => ({
  status: 400,
  body: { error, error_description: `of ${CODE}` },
});

/** What A answers when it is asked for a code; the interval is 10 ms. */
function gives(more: Readonly<Record<string, unknown>>, status = 200): void {
  world.script('a POST /device', () => ({
    status,
    body: {
      device_code: CODE,
      user_code: 'ABCD-EFGH',
      verification_uri: `${world.origins.a}/activate`,
      expires_in: 600,
      interval: 0.01,
      ...more,
    },
  }));
}

/** What A answers to polls, in turn; the last one from then on. */
function answersPolls(...answers: readonly (Script | Answer)[]): void {
  let next = 0;
  world.script('a POST /token', (request) => {
    if (!isPoll(request.form)) return undefined;
    const answer = answers[Math.min(next++, answers.length - 1)];
    return typeof answer === 'function' ? answer(request, world) : answer;
  });
}

/** An engine on a machine without a browser, and what it showed. */
function atDevice(options: Partial<EngineOptions> = {}, client: Partial<EngineOptions['client']> = {}) {
  const prompts: DevicePrompt[] = [];
  const show = (prompt: DevicePrompt) => void prompts.push(prompt);
  const grant = { kind: 'device', show } as const;
  const policy = { interaction: 'ask' } as const;
  return {
    prompts,
    ...testEngine(world.resource, {
      policy,
      ...options,
      client: { name: 'authchart tests', grant, ...client },
    }),
  };
}

/** Waits that `slow_down` made longer by whole 5 s are noted, and cut to their 10 ms. */
function shortenPauses(): readonly number[] {
  const pauses: number[] = [];
  const { setTimeout: wait } = globalThis;
  const isPause = (ms: number | undefined): ms is number => ms !== undefined && ms > 5000 && ms % 5000 === 10;
  vi.stubGlobal('setTimeout', (work: () => void, ms?: number) => {
    if (isPause(ms)) pauses.push(ms);
    return wait(work, isPause(ms) ? 10 : ms);
  });
  return pauses;
}

const isAuthorized = (session: Session) =>
  waitFor(session.actor, (snapshot) => snapshot.matches('authorized'));

describe('a login at another device', () => {
  it('EXT-6, AUTHZ-2: the code is shown, and polled for until it is approved', async () => {
    gives({ verification_uri_complete: `${world.origins.a}/activate?user_code=ABCD-EFGH` });
    answersPolls(failing('authorization_pending'), failing('authorization_pending'), approved);
    const { session, prompts, states } = atDevice({ now: () => 1_700_000_000_000 });
    await session.login();
    expect(prompts).toEqual([
      {
        userCode: 'ABCD-EFGH',
        verificationUri: `${world.origins.a}/activate`,
        verificationUriComplete: `${world.origins.a}/activate?user_code=ABCD-EFGH`,
        issuer: world.origins.a,
        expiresAt: 1_700_000_600_000,
      },
    ]);
    expect(world.lines('a')).toEqual([
      METADATA,
      'POST /register',
      'POST /device',
      ...polls().map(() => 'POST /token'),
    ]);
    expect(polls()).toHaveLength(3);
    const clientId = session.explain().server?.clientId;
    const [asked] = world.requests('a', 'POST', '/device');
    const resource = world.resource;
    expect(Object.fromEntries(asked?.form ?? [])).toEqual({ client_id: clientId, resource, scope: 'read' });
    for (const { form } of polls())
      expect(Object.fromEntries(form)).toEqual({
        grant_type: DEVICE_CODE,
        device_code: CODE,
        client_id: clientId,
        resource,
      });
    expect(states().join()).not.toMatch(/reserving|preparing|awaitingUser/);
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('EXT-6, REG-4, REG-7: is registered for that grant, and for no redirect; once', async () => {
    const store = memoryStore();
    const { session, engine } = atDevice({ store });
    await session.login();
    const [registration] = world.requests('a', 'POST', '/register');
    expect(JSON.parse(registration?.body ?? '')).toMatchObject({
      grant_types: [DEVICE_CODE, 'refresh_token'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'none',
    });
    await session.logout();
    await engine.dispose();
    const again = atDevice({ store });
    await again.session.login();
    expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
    await again.session.logout();
    // A client with a browser is another client: that one has a redirect.
    await testEngine(world.resource, { store }).session.login();
    expect(world.requests('a', 'POST', '/register')).toHaveLength(2);
  });

  it('EXT-6, REG-2: or is known by its document', async () => {
    world.documents.a['client_id_metadata_document_supported'] = true;
    const metadataUrl = 'https://app.example/oauth/client.json';
    const { session } = atDevice({}, { metadataUrl });
    await session.login();
    expect(world.lines('a')).toEqual([METADATA, 'POST /device', 'POST /token']);
    expect(polls()[0]?.form.get('client_id')).toBe(metadataUrl);
  });

  it('EXT-6, TOK-11: or by hand, with its secret at both endpoints', async () => {
    const own = { issuer: world.origins.a, clientId: 'by-hand', clientSecret: 'hand-secret' };
    const { session } = atDevice({}, { preRegistered: [own] });
    await session.login();
    const basic = `Basic ${btoa('by-hand:hand-secret')}`;
    expect(world.requests('a', 'POST').map(({ path, headers }) => [path, headers['authorization']])).toEqual([
      ['/device', basic],
      ['/token', basic],
    ]);
  });

  it('EXT-6, TOK-8: the grant is renewed without another look at a device', async () => {
    const { session, prompts } = atDevice();
    await session.login();
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(prompts).toHaveLength(1);
    const grants = world.requests('a', 'POST', '/token').map(({ form }) => form.get('grant_type'));
    expect(grants).toEqual([DEVICE_CODE, 'refresh_token']);
  });

  it('EXT-6, AUTHZ-11: with `ask` a request shows nobody a code', async () => {
    const { session, prompts } = atDevice();
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(standing(session)).toBe('failed.resting: interaction_required in authorizing, ask-user');
    expect([prompts, world.lines('a')]).toEqual([[], [METADATA]]);
  });

  it('EXT-6, STEP-1: a step-up shows another code, for the union', async () => {
    world.needs = ({ body }) => (body.includes('"write"') ? 'write' : null);
    world.script('a POST /token', ({ form }) =>
      isPoll(form)
        ? {
            body: world.mint('a', world.requests('a', 'POST', '/device').at(-1)?.form.get('scope') ?? '', ''),
          }
        : undefined,
    );
    const { session, prompts } = atDevice({ policy: { interaction: 'auto' } });
    expect((await callTool(session, 'write')).status).toBe(200);
    const scopes = world.requests('a', 'POST', '/device').map(({ form }) => form.get('scope'));
    expect(scopes).toEqual(['read', 'read write']);
    expect(prompts).toHaveLength(2);
  });

  it('EXT-6: requests and logins that come meanwhile join the one that is under way, and disturb nothing', async () => {
    const store = memoryStore();
    answersPolls(...Array<Answer>(5).fill(failing('authorization_pending')), approved);
    const { session, prompts, progress } = atDevice({ store });
    const first = session.login();
    await personsTurn(session);
    const [answer] = await Promise.all([callTool(session, 'any'), session.login(), first]);
    expect(answer.status).toBe(200);
    expect(prompts).toHaveLength(1);
    expect(progress.filter(({ kind }) => kind === 'set-aside')).toEqual([]);
    expect(await textsOf(store, 'device:')).toEqual([]);
  });

  it('EXT-6: the device code is told to nobody, and not kept', async () => {
    const store = memoryStore();
    answersPolls(failing('authorization_pending'), approved);
    const engine = atDevice({ store });
    const told: string[] = [];
    engine.session.subscribe(() => told.push(everythingTold(engine)));
    const login = engine.session.login();
    await personsTurn(engine.session);
    expect((await textsOf(store, 'device:')).join()).toContain(CODE);
    expect((await store.list('')).join()).not.toContain(CODE);
    await login;
    expect(told.length).toBeGreaterThan(5);
    expect(told.join()).not.toContain(CODE);
    expect((await textsOf(store)).join()).not.toContain(CODE);
    expect(JSON.stringify(engine.prompts)).not.toContain(CODE);
  });
});

describe('how often it is polled', () => {
  it('EXT-6: not before the interval is over, and again after each', async () => {
    gives({ interval: 0.2 });
    const pending = failing('authorization_pending');
    answersPolls(pending, approved);
    const at: number[] = [];
    const { session } = atDevice({
      onProgress: () => {},
      fetch: (input, init) => {
        if (String(input instanceof Request ? input.url : input).endsWith('/token'))
          at.push(performance.now());
        return fetch(input, init);
      },
    });
    const login = session.login();
    await personsTurn(session);
    const start = performance.now();
    await login;
    const [first = 0, second = 0] = at;
    // Timers may fire a millisecond early, and the start was seen a little late.
    expect(first - start).toBeGreaterThan(150);
    expect(second - first).toBeGreaterThan(190);
    expect(at).toHaveLength(2);
  });

  it('EXT-6: each slow_down adds five seconds, for good', async () => {
    const pauses = shortenPauses();
    const [slow, pending] = [failing('slow_down'), failing('authorization_pending')];
    answersPolls(slow, pending, slow, pending, approved);
    const { session } = atDevice();
    await session.login();
    expect(pauses).toEqual([5010, 5010, 10_010, 10_010]);
    expect(polls()).toHaveLength(5);
  });

  it.each<[string, Answer]>([
    ['an outage', { status: 503 }],
    ['too many requests', { status: 429, body: {} }],
    ['a cut connection', { cut: true }],
    ['a server error', failing('server_error')],
  ])('EXT-6, TOK-7: %s is a reason to wait longer, and not to end', async (_what, answer) => {
    const pauses = shortenPauses();
    answersPolls(answer, failing('authorization_pending'), approved);
    const { session } = atDevice();
    await session.login();
    expect(pauses).toEqual([5010, 5010]);
    expect(polls()).toHaveLength(3);
  });

  it.each<[string, unknown]>([
    ['names none', undefined],
    ['names nonsense', 'often'],
    ['names a negative one', -1],
  ])('EXT-6: where the server %s it is five seconds', async (_what, interval) => {
    gives({ interval });
    const waits: (number | undefined)[] = [];
    const { setTimeout: wait } = globalThis;
    vi.stubGlobal('setTimeout', (work: () => void, ms?: number) => {
      waits.push(ms);
      return wait(work, ms === 5000 ? 1 : ms);
    });
    const { session } = atDevice();
    await session.login();
    expect(waits).toContain(5000);
  });
});

describe('how it ends', () => {
  it.each([
    ['access_denied', 'access_denied', 'ask-user'],
    ['expired_token', 'login_timed_out', 'ask-user'],
    ['invalid_grant', 'login_timed_out', 'ask-user'],
    ['invalid_client', 'client_refused', 'reregister'],
    ['unauthorized_client', 'client_refused', 'reregister'],
  ])('EXT-6: with %s', async (error, code, recovery) => {
    const store = memoryStore();
    answersPolls(failing('authorization_pending'), failing(error));
    const engine = atDevice({ store });
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code, recovery, phase: 'authorizing', issuer: world.origins.a });
    expect(polls()).toHaveLength(2);
    expect(`${failure.message}${failure.said}${everythingTold(engine)}`).not.toContain(CODE);
    expect((await textsOf(store)).join()).not.toContain(CODE);
    // The next one is a new one.
    answersPolls(approved);
    await engine.session.login();
    expect(engine.prompts).toHaveLength(2);
  });

  it('EXT-6: what a person denied is not brought up again by requests', async () => {
    answersPolls(failing('access_denied'));
    const { session, prompts } = atDevice({ policy: { interaction: 'auto' } });
    for (let at = 0; at < 4; at += 1) expect((await callTool(session, 'any')).status).toBe(401);
    expect(prompts).toHaveLength(1);
  });

  it.each<[string, Readonly<Record<string, unknown>>, number | undefined]>([
    ['the code runs out', { expires_in: 0.1, interval: 5 }, undefined],
    ['the host’s own time is over', { interval: 5 }, 100],
  ])('EXT-6: when %s, without waiting for the next poll', async (_what, given, loginTimeout) => {
    gives(given);
    const policy = { interaction: 'ask', ...(loginTimeout !== undefined && { loginTimeout }) } as const;
    const { session } = atDevice({ policy });
    const start = performance.now();
    expect(await failureOf(session.login())).toMatchObject({
      code: 'login_timed_out',
      issuer: world.origins.a,
    });
    expect(performance.now() - start).toBeLessThan(4000);
    expect(polls()).toEqual([]);
  });

  it('EXT-6: when a timer is early by the clock, without a poll before its time', async () => {
    gives({ expires_in: 3, interval: 5 });
    let now = Date.now();
    const sleep = async (milliseconds: number): Promise<void> => {
      now += Math.max(milliseconds - 1, 0.5);
    };
    const { session } = atDevice({ now: () => now, sleep });
    expect((await failureOf(session.login())).code).toBe('login_timed_out');
    expect(polls()).toEqual([]);
  });

  it('EXT-6, AUTHZ-3: when a person cancels; a late approval finds nobody', async () => {
    const store = memoryStore();
    let arrived = (): void => {};
    const poll = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let approve = (): void => {};
    const approval = new Promise<void>((resolve) => {
      approve = resolve;
    });
    answersPolls(async () => {
      arrived();
      await approval;
      return approved();
    });
    const { session, engine } = atDevice({ store });
    const login = failureOf(session.login());
    await poll;
    void session.cancel();
    expect((await login).code).toBe('cancelled');
    approve();
    expect((await callTool(session, 'any')).status).toBe(401);
    await engine.dispose();
    expect(polls()).toHaveLength(1);
    expect(await textsOf(store, 'device:')).toEqual([]);
    expect(await textsOf(store, 'grant:')).toEqual([]);
  });

  it('EXT-6: when the host cannot show the code; nothing is polled for', async () => {
    const show = () => {
      throw new Error('no screen for ABCD-EFGH');
    };
    const engine = atDevice({}, { grant: { kind: 'device', show } });
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code: 'config_invalid', phase: 'authorizing' });
    expect(`${failure.message}${everythingTold(engine)}`).not.toContain('ABCD-EFGH');
    expect(polls()).toEqual([]);
  });

  it('EXT-6, TOK-10: a sign-out while it is under way leaves nothing behind', async () => {
    const store = memoryStore();
    gives({ interval: 5 });
    const { session } = atDevice({ store });
    const login = failureOf(session.login());
    await personsTurn(session);
    await session.logout();
    await login;
    expect(await textsOf(store, 'device:')).toEqual([]);
  });
});

describe('what a server may give', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a script as its page', { verification_uri: 'javascript:alert(1)' }],
    ['a page by plain http', { verification_uri: 'http://login.example/activate' }],
    ['a page with a user name', { verification_uri: 'https://bank.example@evil.example/' }],
    ['no page', { verification_uri: undefined }],
    ['no code', { device_code: undefined }],
    ['a code of another type', { device_code: 42 }],
    ['no code for people', { user_code: '' }],
    ['a code that moves the cursor', { user_code: 'AB\u001b[2J' }],
    ['a code of many letters', { user_code: 'X'.repeat(65) }],
  ])('EXT-6, AUTHZ-9: %s is refused; nobody is led there', async (_what, given) => {
    gives(given);
    const engine = atDevice();
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code: 'authorization_refused', issuer: world.origins.a, status: 200 });
    expect([engine.prompts, polls()]).toEqual([[], []]);
    expect(everythingTold(engine)).not.toMatch(new RegExp(`${CODE}|javascript|evil`));
  });

  it('EXT-6, AUTHZ-9: a second page that is refused is left out', async () => {
    gives({ verification_uri_complete: 'javascript:alert(1)' });
    const { session, prompts } = atDevice();
    await session.login();
    expect(prompts[0]).not.toHaveProperty('verificationUriComplete');
  });

  it.each<[string, Answer, string]>([
    ['an outage', { status: 503 }, 'server_unavailable'],
    ['a cut connection', { cut: true }, 'unreachable'],
    ['an error', { status: 400, body: { error: 'invalid_scope' } }, 'authorization_refused'],
    ['a page', { body: '<h1>Hi</h1>' }, 'authorization_refused'],
  ])('EXT-6: %s instead of a code is told as that', async (_what, answer, code) => {
    world.script('a POST /device', () => answer);
    const { session, prompts } = atDevice();
    expect(await failureOf(session.login())).toMatchObject({ code, phase: 'authorizing' });
    expect([prompts, polls()]).toEqual([[], []]);
  });

  it('EXT-6: a server without the endpoint is told as that; nobody is registered there in vain', async () => {
    delete world.documents.a['device_authorization_endpoint'];
    const { session } = atDevice();
    expect((await failureOf(session.login())).code).toBe('grant_impossible');
    expect(world.lines('a')).toEqual([METADATA]);
  });

  it('EXT-6, REG-8: a client that the server forgot is registered again, once', async () => {
    const store = memoryStore();
    const first = atDevice({ store });
    await first.session.login();
    await first.session.logout();
    await first.engine.dispose();
    const known = world.requests('a', 'POST', '/device')[0]?.form.get('client_id');
    world.script('a POST /device', ({ form }) =>
      form.get('client_id') === known
        ? { status: 401, body: { error: 'invalid_client' } }
        : {
            body: {
              device_code: CODE,
              user_code: 'A',
              verification_uri: `${world.origins.a}/x`,
              interval: 0.01,
            },
          },
    );
    const { session } = atDevice({ store });
    await session.login();
    await isAuthorized(session);
    expect(world.requests('a', 'POST', '/register')).toHaveLength(2);
  });
});
