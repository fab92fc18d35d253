// A sign-out: which tokens are revoked and where, what is forgotten, and which clients are deleted.
import { describe, expect, it } from 'vitest';
import { forgetSession } from '../../../actors/session/forgetSession.ts';
import { revokeGrants } from '../../../actors/session/revokeGrants.ts';
import { unregisterClients } from '../../../actors/session/unregisterClients.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { testHost } from '../../support/engine.ts';
import { doorThat, type Reply } from '../door.ts';
import { store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session } = of.pending.value;
const { issuer, client } = of.registration.value;
const elsewhere = 'https://b.example';
const never = new AbortController().signal;
const bearer = { dpopKey: undefined, tokenType: undefined };
const place = keys.registration(issuer, 'host');

const metadata = (change: object = {}): Reply => ({
  body: {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    code_challenge_methods_supported: ['S256'],
    ...change,
  },
});

describe('the tokens of a session', () => {
  const revoking = async (reply: Parameters<typeof doorThat>[0], known: Reply = metadata()) => {
    const door = doorThat((asked, before) =>
      asked.purpose === 'server-metadata' ? known : reply(asked, before),
    );
    const { tools, clock } = toolsFor({ doorOf: door.doorOf });
    await store(tools, 'binding');
    await store(tools, 'grant', bearer);
    const run = () => revokeGrants(tools)({ session }, never);
    const sent = () => door.asked.filter(({ purpose }) => purpose === 'revocation');
    return { tools, clock, run, sent };
  };
  const all = ['refresh', 'refresh before', 'access'];

  it('TOK-10: are revoked at their issuer, refresh tokens first', async () => {
    const { clock, run, sent } = await revoking(() => ({}));
    expect(await run()).toEqual({ at: clock.now() });
    expect(sent().map(({ url, form }) => [url, form['token'], form['token_type_hint']])).toEqual([
      [`${issuer}/revoke`, 'refresh', 'refresh_token'],
      [`${issuer}/revoke`, 'refresh before', 'refresh_token'],
      [`${issuer}/revoke`, 'access', 'access_token'],
    ]);
    const [name] = sent().map(({ headers }) => new Headers(headers).get('authorization')?.split(' ')[0]);
    expect(name).toBe('Basic');
  });

  it('TOK-10: are revoked one by one, also where the server fails', async () => {
    const { run, sent } = await revoking(() => Promise.reject(new Error('no answer')));
    await run();
    expect(sent().map(({ form }) => form['token'])).toEqual(all);
  });

  it('TOK-10: are revoked where there is no refresh token', async () => {
    const { tools, run, sent } = await revoking(() => ({}));
    await store(tools, 'grant', { ...bearer, refreshToken: undefined, superseded: undefined });
    await run();
    expect(sent().map(({ form }) => form['token'])).toEqual(['access']);
  });

  it.each<[string, Reply]>([
    ['revokes none', metadata({ revocation_endpoint: undefined })],
    ['says nothing of itself', { status: 404 }],
    ['is out of order', { status: 503 }],
  ])('TOK-10: are not revoked where the server %s', async (_what, known) => {
    const { clock, run, sent } = await revoking(() => ({}), known);
    expect(await run()).toEqual({ at: clock.now() });
    expect(sent()).toEqual([]);
  });

  it('TOK-10: are revoked of each grant that is still there', async () => {
    const { tools, run, sent } = await revoking(() => ({}));
    const former = keys.grant(issuer, 'former client', session);
    await tools.records.write(former, { ...of.grant.value, accessToken: 'former' }, undefined);
    await run();
    expect(sent().map(({ form }) => form['token'])).toContain('former');
    await tools.records.forget(of.grant.key);
    await tools.records.forget(former);
    const before = sent().length;
    await run();
    expect(sent()).toHaveLength(before);
  });
});

describe('what a session leaves', () => {
  it('TOK-10: the issuers where it logged in, or was about to, once each; and its redirect URI is free', async () => {
    const released: string[] = [];
    const userAgent: Tools['userAgent'] = {
      ...testHost().userAgent,
      release: async (uri) => void released.push(uri),
    };
    const { tools, clock } = toolsFor({ userAgent });
    const run = (redirectUri: string | null) => forgetSession(tools)({ session, redirectUri }, never);
    expect(await run(null)).toEqual({ at: clock.now(), issuers: [] });
    await store(tools, 'binding');
    await store(tools, 'pending', { server: { ...of.pending.value.server, issuer: elsewhere } });
    const ended = { code: 'cancelled', phase: 'authorizing', recovery: 'none', message: 'No.' };
    const login = { pendingKey: of.pending.key, ended: { ...ended, issuer: 'https://c.example' } };
    await store(tools, 'login', login);
    expect((await run('http://127.0.0.1/held')).issuers).toEqual([issuer, elsewhere, 'https://c.example']);
    expect(released).toEqual(['http://127.0.0.1/held']);
    expect(await stored(tools, 'pending')).toBeUndefined();
    await store(tools, 'binding');
    await store(tools, 'login', { ...login, ended: { ...ended, issuer } });
    expect((await run(null)).issuers).toEqual([issuer]);
  });

  it('R13: the right to begin a login, which others wait for', async () => {
    const { tools } = toolsFor();
    const at = keys.spend(keys.login(session));
    await tools.records.write(at, { v: 1, holder: 'here', version: '' }, undefined);
    await forgetSession(tools)({ session, redirectUri: null }, never);
    expect(await tools.records.read(at)).toBeUndefined();
  });
});

describe('the client of a session that forgets everything', () => {
  const management = { uri: `${issuer}/register/client`, token: 'token-of-the-registration' };
  const forgetting = async (
    change: object = { management },
    reply: () => Reply | Promise<Reply> = () => ({}),
  ) => {
    const door = doorThat(reply);
    const { tools, clock } = toolsFor({ doorOf: door.doorOf });
    await tools.records.write(place, { ...of.registration.value, ...change }, undefined);
    const run = (issuers: readonly string[] = [elsewhere, issuer]) =>
      unregisterClients(tools)({ session, issuers }, never);
    return { tools, clock, door, run };
  };

  it('REG-11: is deleted here, and at its server', async () => {
    const { tools, clock, door, run } = await forgetting();
    expect(await run()).toEqual({ at: clock.now() });
    expect(await tools.records.read(place)).toBeUndefined();
    expect(door.asked).toMatchObject([
      {
        purpose: 'unregistration',
        method: 'DELETE',
        url: management.uri,
        headers: { authorization: `Bearer ${management.token}` },
        resource: session.resource,
      },
    ]);
  });

  it('REG-11: is deleted here only where the server manages none, or another login uses it', async () => {
    const unmanaged = await forgetting({});
    await unmanaged.run();
    expect(await unmanaged.tools.records.read(place)).toBeUndefined();
    expect(unmanaged.door.asked).toEqual([]);
    const used = await forgetting();
    await store(used.tools, 'binding');
    await used.run();
    expect(await used.tools.records.read(place)).toBeUndefined();
    expect(used.door.asked).toEqual([]);
  });

  it.each([
    ['with another client', { [issuer]: { ...of.binding.value.servers[issuer], clientId: 'another' } }],
    ['elsewhere', { [elsewhere]: { ...of.binding.value.servers[issuer], clientId: client.clientId } }],
  ])('REG-11: is deleted at its server where others have logged in %s', async (_what, servers) => {
    const { tools, door, run } = await forgetting();
    await store(tools, 'binding', { servers: servers as never });
    await run();
    expect(door.asked).toHaveLength(1);
  });

  it('REG-11: stays where its issuer is not meant', async () => {
    const { tools, run } = await forgetting();
    await run([elsewhere]);
    expect(await tools.records.read(place)).toBeDefined();
  });

  it('REG-11: is deleted here also where its server does not answer', async () => {
    const { tools, clock, run } = await forgetting({ management }, () =>
      Promise.reject(new Error('no answer')),
    );
    expect(await run()).toEqual({ at: clock.now() });
    expect(await tools.records.read(place)).toBeUndefined();
  });
});
