// A client is registered once for all who share a store: what is sent, what is kept, and what is found instead.
import { describe, expect, it } from 'vitest';
import { serverFacts } from '../../../actors/records/facts.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { passUntil, settle } from '../stored.ts';
import {
  atLocalhost,
  byName,
  client,
  type Input,
  issuer,
  made,
  place,
  redirectUri,
  registering,
  session,
  spendAt,
} from './bench.ts';

const of = samples();

describe('a registration', () => {
  it('REG-4: is asked for with what the host says of itself', async () => {
    const { door, run } = registering(() => made, {
      client: {
        name: 'Test',
        uri: 'https://app.example',
        softwareId: 'id of the software',
        softwareVersion: '1.2',
        initialAccessTokens: [
          { issuer: 'https://b.example', token: 'of another' },
          { issuer, token: 'initial' },
        ],
      },
    });
    await run();
    const [asked] = door.asked;
    expect(asked).toMatchObject({
      purpose: 'registration',
      method: 'POST',
      url: `${issuer}/register`,
      resource: session.resource,
    });
    expect(asked?.headers).toEqual({
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: 'Bearer initial',
    });
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      client_name: 'Test',
      client_uri: 'https://app.example',
      software_id: 'id of the software',
      software_version: '1.2',
      redirect_uris: [redirectUri],
      application_type: 'native',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'read write',
    });
  });

  it('REG-9: is asked for without what the host does not say', async () => {
    const initialAccessTokens = [{ issuer: 'https://b.example', token: 'of another' }];
    const { door, run } = registering(() => made, { client: { name: 'Test', initialAccessTokens } });
    await run();
    expect(door.asked[0]?.headers).not.toHaveProperty('authorization');
    const sent = JSON.parse(door.asked[0]?.body ?? '');
    expect(Object.keys(sent).filter((name) => /uri$|^software/.test(name))).toEqual([]);
  });

  it('REG-8: is kept at its issuer, and told without its secret', async () => {
    const body = {
      client_id: 'new',
      client_secret: 'a secret',
      client_secret_expires_at: 2_000_000_000,
      token_endpoint_auth_method: 'client_secret_post',
      registration_access_token: 'token-of-the-registration',
      registration_client_uri: `${issuer}/register/new`,
    };
    const { tools, clock, run } = registering(() => ({ status: 201, body }));
    const server = { ...serverFacts(of.pending.value.server), authMethods: ['client_secret_post'] };
    expect(await run({ server })).toEqual({
      at: clock.now(),
      registration: {
        key: place,
        kind: 'dynamic',
        issuer,
        clientId: 'new',
        authMethod: 'client_secret_post',
        redirectUris: [redirectUri],
      },
      redirectUri,
    });
    expect((await tools.records.read(place))?.value).toMatchObject({
      v: 1,
      issuer,
      client: {
        kind: 'dynamic',
        clientId: 'new',
        clientSecret: 'a secret',
        secretExpiresAt: 2e12,
        authMethod: 'client_secret_post',
        redirectUris: [redirectUri],
      },
      management: { uri: `${issuer}/register/new`, token: 'token-of-the-registration' },
    });
    expect(await tools.records.read(spendAt)).toBeUndefined();
  });

  it('REG-8: takes the place of the one that was kept', async () => {
    const { tools, run, keep } = registering(() => made);
    await keep({ awaitedInVain: true });
    expect((await run()).registration.clientId).toBe('new');
    const { value } = (await tools.records.read(place)) ?? expect.unreachable();
    expect(value.client.clientId).toBe('new');
    expect(value).not.toHaveProperty('awaitedInVain');
  });

  it('EXT-6: of a device needs no redirect URI', async () => {
    const { door, run } = registering(() => ({ status: 201, body: { client_id: 'new' } }), {
      client: { name: 'Test', grant: { kind: 'device', show: () => {} } },
      userAgent: byName(atLocalhost),
    });
    const found = await run({ redirectUri: null });
    expect(found).toMatchObject({ redirectUri: null, registration: { redirectUris: [] } });
    expect(found.registration.key).toBe(keys.registration(issuer, 'device'));
    expect(JSON.parse(door.asked[0]?.body ?? '').redirect_uris).toEqual([]);
  });

  it.each<[string, Partial<Input>, object]>([
    ['that fits', {}, {}],
    ['where no redirect URI is needed', { redirectUri: null }, {}],
    ['whose secret is good still', {}, { client: { ...client, secretExpiresAt: 1_800_000_000_001 } }],
  ])('R13: that is kept, %s, is used, and nothing is sent', async (_what, given, kept) => {
    const { door, run, keep } = registering(() => made);
    await keep(kept);
    expect((await run(given)).registration.clientId).toBe('client');
    expect(door.asked).toHaveLength(0);
  });

  it.each<[string, Partial<Input>, object]>([
    ['was refused', { refusedClient: 'client' }, {}],
    ['is in doubt', {}, { awaitedInVain: true }],
    ['has a secret that has expired', {}, { client: { ...client, secretExpiresAt: 1_800_000_000_000 } }],
    ['answers elsewhere', {}, { client: { ...client, redirectUris: ['http://127.0.0.1/other'] } }],
  ])('REG-10: that is kept is not used where it %s', async (_what, given, kept) => {
    const { door, run, keep } = registering(() => made);
    await keep(kept);
    expect((await run(given)).registration.clientId).toBe('new');
    expect(door.asked).toHaveLength(1);
  });

  it('REG-12: by the name localhost is used where answers come here by it', async () => {
    const kept = { client: { ...client, redirectUris: [atLocalhost] } };
    const { door, run, keep } = registering(() => made, { userAgent: byName(atLocalhost) });
    await keep(kept);
    expect(await run()).toMatchObject({
      redirectUri: atLocalhost,
      registration: { clientId: 'client', redirectUris: [atLocalhost] },
    });
    expect(door.asked).toHaveLength(0);
  });

  it('R13: is made once for all sessions that ask at the same time, and one for each redirect URI', async () => {
    const { door, run } = registering(({ body = '' }) => ({
      status: 201,
      body: { client_id: 'new', redirect_uris: JSON.parse(body).redirect_uris },
    }));
    const other = 'http://127.0.0.1/other';
    const found = await Promise.all([run(), run(), run({ redirectUri: other })]);
    expect(found.map((one) => one.redirectUri)).toEqual([redirectUri, redirectUri, other]);
    expect(door.asked).toHaveLength(2);
  });

  it.each(['the signal', 'the end of the engine'])(
    'R13: that another engine makes is waited for, until %s',
    async (by) => {
      const closing = new AbortController();
      const leaving = new AbortController();
      const { tools, door, run } = registering(() => made, { closing: closing.signal });
      await tools.records.write(spendAt, { v: 1, holder: 'there', version: '' }, undefined);
      const running = run({}, leaving.signal);
      running.catch(() => {});
      await settle();
      (by === 'the signal' ? leaving : closing).abort();
      expect((await failureOf(running)).code).toBe('cancelled');
      expect(door.asked).toHaveLength(0);
    },
  );

  it('R13: that another engine has made meanwhile is used', async () => {
    const { tools, clock, door, run, keep } = registering(() => made);
    await tools.records.write(spendAt, { v: 1, holder: 'there', version: '' }, undefined);
    const running = run();
    await settle();
    await keep();
    expect((await passUntil(clock, running)).registration.clientId).toBe('client');
    expect(door.asked).toHaveLength(0);
  });

  it('R13: that another engine has made while the server answered is used', async () => {
    const { tools, door, run, keep } = registering(async () => {
      await keep();
      return made;
    });
    expect((await run()).registration.clientId).toBe('client');
    expect(door.asked).toHaveLength(1);
    expect((await tools.records.read(place))?.value.client.clientId).toBe('client');
  });

  it('R13: that another engine has begun and not ended is made here', async () => {
    const { tools, clock, run } = registering(() => made);
    await tools.records.write(spendAt, { v: 1, holder: 'there', version: '' }, undefined);
    expect((await passUntil(clock, run(), 1_000)).registration.clientId).toBe('new');
    expect(await tools.records.read(spendAt)).toBeUndefined();
  });
});
