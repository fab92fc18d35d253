// The authorization request: what is in its URL, what is recorded of it first, and when another login goes on instead.
import { describe, expect, it } from 'vitest';
import { prepareAuthorization } from '../../../actors/authorization/prepareAuthorization.ts';
import { Dpop } from '../../../actors/network/dpop.ts';
import { registrationFacts, serverFacts } from '../../../actors/records/facts.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import type { Work } from '../../../contract/work.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf, testHost } from '../../support/engine.ts';
import { store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, server } = of.pending.value;
const { issuer } = server;
const { client } = of.registration.value;
const never = new AbortController().signal;
const bearer = { dpopKey: undefined, tokenType: undefined };

type Input = Work['prepareAuthorization']['input'];
const input = (change: Partial<Input> = {}): Input => ({
  session,
  server: serverFacts(server),
  registration: registrationFacts(of.registration.key, issuer, client),
  redirectUri: 'http://127.0.0.1/callback',
  resource: 'https://mcp.example/mcp',
  scopes: ['read', 'write'],
  accumulated: [],
  knownGrants: [],
  ...change,
});

function preparing(change: Partial<Tools> = {}) {
  const released: string[] = [];
  const userAgent: Tools['userAgent'] = {
    ...testHost().userAgent,
    release: async (uri) => void released.push(uri),
  };
  const { tools, clock } = toolsFor({ userAgent, ...change });
  const run = (given: Partial<Input> = {}) => prepareAuthorization(tools)(input(given), never);
  /** The parameters of the URL that was made. */
  const sent = async (given: Partial<Input> = {}): Promise<Record<string, string>> => {
    const { pending } = await run(given);
    const record = await tools.records.read(keys.as('pending', pending.key));
    return Object.fromEntries(new URL(record?.value.url ?? '').searchParams);
  };
  return { tools, clock, released, run, sent };
}

const sha256 = async (text: string): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('base64url');

describe('an authorization request', () => {
  it('AUTHZ-4: is recorded with all that belongs to it', async () => {
    const { tools, clock, run } = preparing();
    await tools.records.write(of.registration.key, of.registration.value, undefined);
    const { pending, registration, isJoined, at } = await run();
    const value = (await tools.records.read(keys.as('pending', pending.key)))?.value;
    const { state = '', verifier = '', url = '' } = value ?? {};
    const now = clock.now();
    expect([at, isJoined]).toEqual([now, false]);
    expect(value).toEqual({
      v: 1,
      session,
      server,
      client,
      redirectUri: 'http://127.0.0.1/callback',
      resource: 'https://mcp.example/mcp',
      state,
      verifier,
      url,
      requested: ['read', 'write'],
      createdAt: now,
      expiresAt: now + 600_000,
    });
    const { origin, pathname, searchParams } = new URL(url);
    expect(origin + pathname).toBe(`${issuer}/authorize`);
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: 'http://127.0.0.1/callback',
      code_challenge: await sha256(verifier),
      code_challenge_method: 'S256',
      state,
      resource: 'https://mcp.example/mcp',
      scope: 'read write',
    });
    expect(pending).toMatchObject({ issuer, expiresAt: now + 600_000, requested: ['read', 'write'] });
    expect(registration).toMatchObject({ issuer, clientId: 'client' });
    expect(await stored(tools, 'login')).toEqual({ v: 1, pendingKey: pending.key, holder: 'here' });
  });

  it('AUTHZ-4: is open as long as the policy says', async () => {
    const { clock, run } = preparing({ policy: { loginTimeout: 5_000 } });
    expect((await run()).pending.expiresAt).toBe(clock.now() + 5_000);
  });

  it('A05: has each of its parameters once, whatever the endpoint brings along', async () => {
    const names = ['scope', 'resource', 'prompt', 'dpop_jkt', 'state'];
    const query = names.map((name) => `${name}=theirs`).join('&');
    const { sent } = preparing({ policy: { dangerouslyOmitResourceAt: [issuer] } });
    const authorizationEndpoint = `${issuer}/authorize?tenant=1&${query}`;
    const at = { ...serverFacts(server), authorizationEndpoint };
    const { state, ...rest } = await sent({ server: at, scopes: [] });
    expect(state).not.toBe('theirs');
    expect(Object.keys(rest).sort()).toEqual(
      'client_id code_challenge code_challenge_method redirect_uri response_type tenant'.split(' '),
    );
  });

  it('AUTHZ-4: has what the policy adds for this server', async () => {
    const { sent } = preparing({
      policy: {
        prompt: 'consent',
        authorizationParameters: {
          [issuer]: { access_type: 'offline' },
          'https://b.example': { other: '1' },
        },
        dangerouslySendResourceAs: { [issuer]: 'https://known.example/' },
      },
    });
    const parameters = await sent();
    expect(parameters).toMatchObject({
      prompt: 'consent',
      access_type: 'offline',
      resource: 'https://known.example/',
    });
    expect(parameters).not.toHaveProperty('other');
  });

  it('AUTHZ-4: names the key that its tokens are to be bound to', async () => {
    const { clock } = toolsFor();
    const { tools, run } = preparing({ dpop: new Dpop('required', clock.now) });
    const { pending } = await run();
    const value = (await tools.records.read(keys.as('pending', pending.key)))?.value;
    expect(value?.dpopKey).toBeDefined();
    expect(new URL(value?.url ?? '').searchParams.get('dpop_jkt')).toMatch(/^[\w-]{43}$/);
  });

  it('AUTHZ-4: that is too long to open is not made', async () => {
    const { tools, run } = preparing();
    const length = (scope: string) =>
      run({ scopes: [scope] }).then(async ({ pending }) => {
        const url = (await tools.records.read(keys.as('pending', pending.key)))?.value.url ?? '';
        await tools.records.forget(keys.login(session));
        return url.length;
      });
    const rest = (await length('a')) - 1;
    expect(await length('a'.repeat(16 * 1024 - rest))).toBe(16 * 1024);
    expect(await failureOf(length('a'.repeat(16 * 1024 - rest + 1)))).toMatchObject({
      code: 'authorization_refused',
      phase: 'authorizing',
      issuer,
      message: expect.stringContaining(`${issuer} would be too long to open`),
    });
  });

  it('AUTHZ-4: is not made twice at one place', async () => {
    const { tools, run } = preparing();
    tools.records.write = async () => undefined;
    expect((await failureOf(run())).code).toBe('store_conflict');
  });
});

describe('a request beside others', () => {
  const open = { spent: undefined, response: undefined, resource: 'https://mcp.example/mcp' };

  it('C06: is withdrawn where a login serves that is under way', async () => {
    const { tools, run, released } = preparing();
    await store(tools, 'pending', { ...open, requested: ['write', 'read'] });
    await store(tools, 'login', { pendingKey: of.pending.key });
    const keysMade: string[] = [];
    const write = tools.records.write.bind(tools.records);
    tools.records.write = (key, ...rest) => {
      keysMade.push(key);
      return write(key, ...rest);
    };
    expect(await run()).toMatchObject({ pending: { key: of.pending.key }, isJoined: true });
    expect(released).toEqual(['http://127.0.0.1/callback']);
    expect(keysMade).toHaveLength(1);
    expect(await tools.records.read(keys.as('pending', keysMade[0] ?? ''))).toBeUndefined();
  });

  it('C06: asks also for what the login asked for that it replaces', async () => {
    const { tools, run, released } = preparing();
    await store(tools, 'pending', { ...open, requested: ['other', 'read'] });
    await store(tools, 'login', { pendingKey: of.pending.key });
    const { pending, isJoined } = await run();
    expect(isJoined).toBe(false);
    expect(pending.requested).toEqual(['read', 'write', 'other']);
    expect(await stored(tools, 'pending')).toBeUndefined();
    expect(released).toEqual([]);
  });

  it('R13: gives back the right to begin a login', async () => {
    const { tools, run } = preparing();
    const at = keys.spend(keys.login(session));
    await tools.records.write(at, { v: 1, holder: 'here', version: '' }, undefined);
    await run();
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it.each<[string, object, 'known' | 'new', string | undefined]>([
    ['of all that is wanted', { requested: ['read'], granted: ['write'] }, 'new', 'code_already_spent'],
    ['that the chart knows', { requested: ['read', 'write'] }, 'known', undefined],
    ['for less', { requested: ['read'], granted: ['read'] }, 'new', undefined],
  ])('C06: is needless, or not, where a grant %s is there meanwhile', async (_what, grant, known, code) => {
    const { tools, run } = preparing();
    await store(tools, 'binding');
    const version = await store(tools, 'grant', { ...bearer, ...grant });
    const running = run({ knownGrants: known === 'known' ? [version] : ['another'] });
    if (code === undefined) {
      expect((await running).isJoined).toBe(false);
      return;
    }
    let made = '';
    const forget = tools.records.forget.bind(tools.records);
    tools.records.forget = (key) => {
      if (key.startsWith('pending:')) made = key;
      return forget(key);
    };
    expect(await failureOf(running)).toMatchObject({ code, recovery: 'ask-user' });
    expect(await stored(tools, 'login')).toBeUndefined();
    expect(made).not.toBe('');
    expect(await tools.records.read(keys.as('pending', made))).toBeUndefined();
  });
});
