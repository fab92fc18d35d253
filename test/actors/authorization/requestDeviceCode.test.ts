// A login at another device: the code that is asked for, what is shown of it, and the questions until it is approved.
import { describe, expect, it } from 'vitest';
import { pollDeviceGrant } from '../../../actors/authorization/pollDeviceGrant.ts';
import { presentDeviceCode } from '../../../actors/authorization/presentDeviceCode.ts';
import { requestDeviceCode } from '../../../actors/authorization/requestDeviceCode.ts';
import { registrationFacts, serverFacts } from '../../../actors/records/facts.ts';
import type { DevicePrompt, Policy } from '../../../actors/tools/hostOptions.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { doorThat, type Reply } from '../door.ts';
import { passUntil, settle, store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, server } = of.pending.value;
const { issuer } = server;
const never = new AbortController().signal;
const resource = 'https://mcp.example/mcp';
const bothMethods = { ...serverFacts(server), authMethods: ['client_secret_basic', 'client_secret_post'] };
const code: Reply = {
  body: {
    device_code: 'the-device-code',
    user_code: 'ABCD',
    verification_uri: `${issuer}/activate`,
    expires_in: 100,
    interval: 5,
  },
};
const refused = (error: string, status = 400): Reply => ({ status, body: { error } });

function asking(reply: Parameters<typeof doorThat>[0], policy: Policy = {}, change: Partial<Tools> = {}) {
  const door = doorThat(reply);
  const { tools, clock } = toolsFor({ doorOf: door.doorOf, policy, ...change });
  const registration = registrationFacts(of.registration.key, issuer, of.registration.value.client);
  const run = (scopes: readonly string[] = ['read', 'write']) =>
    requestDeviceCode(tools)({ session, server: bothMethods, registration, resource, scopes }, never);
  const keep = () => tools.records.write(of.registration.key, of.registration.value, undefined);
  return { tools, clock, door, run, keep };
}

describe('a code for another device', () => {
  it('EXT-6: is asked for with the scopes, the resource, and what the policy adds; and recorded', async () => {
    const authorizationParameters = {
      [issuer]: { access_type: 'offline' },
      'https://b.example': { no: '1' },
    };
    const { tools, clock, door, run, keep } = asking(() => code, { authorizationParameters });
    await keep();
    const { at, pending } = await run();
    const expiresAt = clock.now() + 100_000;
    expect(door.asked.map(({ purpose, url, form }) => [purpose, url, form])).toEqual([
      [
        'token',
        `${issuer}/device`,
        { access_type: 'offline', client_id: 'client', resource, scope: 'read write' },
      ],
    ]);
    expect(at).toBe(clock.now());
    expect(pending).toEqual({
      key: pending.key,
      issuer,
      redirectUri: null,
      expiresAt,
      requested: ['read', 'write'],
    });
    expect((await tools.records.read(keys.as('device', pending.key)))?.value).toEqual({
      v: 1,
      session,
      server: bothMethods,
      client: of.registration.value.client,
      resource,
      requested: ['read', 'write'],
      deviceCode: 'the-device-code',
      userCode: 'ABCD',
      verificationUri: `${issuer}/activate`,
      interval: 5_000,
      expiresAt,
    });
  });

  it('EXT-6: is asked for without what is empty, and is good as long as the policy says', async () => {
    const { clock, door, run, keep } = asking(() => code, {
      dangerouslyOmitResourceAt: [issuer],
      loginTimeout: 7_000,
    });
    await keep();
    expect((await run([])).pending.expiresAt).toBe(clock.now() + 7_000);
    expect(door.asked[0]?.form).toEqual({ client_id: 'client' });
  });

  it('TOK-11: is asked for by another method where the server refuses the first, which is remembered', async () => {
    const { tools, run, keep } = asking(({ form }) =>
      form['client_secret'] ? code : refused('invalid_client', 401),
    );
    await keep();
    const place = keys.registration(issuer, 'host');
    await tools.records.write(place, of.registration.value, undefined);
    const { pending } = await run();
    const kept = (await tools.records.read(keys.as('device', pending.key)))?.value;
    expect(kept?.client.authMethod).toBe('client_secret_post');
    expect((await tools.records.read(place))?.value.client.authMethod).toBe('client_secret_post');
  });

  it.each<[string, Reply, object]>([
    ['authorization_refused', refused('invalid_scope'), { oauthError: 'invalid_scope', status: 400 }],
    ['server_unavailable', { status: 503 }, { status: 503 }],
  ])('EXT-6: that is refused is %s', async (expected, reply, details) => {
    const { run, keep } = asking(() => reply);
    await keep();
    expect(await failureOf(run())).toMatchObject({
      code: expected,
      phase: 'authorizing',
      issuer,
      ...details,
    });
  });

  it('EXT-6: that nobody answers about fails in its own phase', async () => {
    const { run, keep } = asking(() => Promise.reject(new TypeError('no answer')));
    await keep();
    expect((await failureOf(run())).phase).toBe('authorizing');
  });
});

const pending = {
  key: of.device.key,
  issuer,
  redirectUri: null,
  expiresAt: 2e12,
  requested: ['read'],
} as const;

describe('the code, for the person', () => {
  it.each([true, false])('EXT-6: is shown as it was recorded (with a whole address: %s)', async (isWhole) => {
    const shown: DevicePrompt[] = [];
    const grant = { kind: 'device', show: (prompt: DevicePrompt) => void shown.push(prompt) } as const;
    const { tools, clock } = toolsFor({ client: { name: 'Test', grant } });
    await store(tools, 'device', isWhole ? {} : { verificationUriComplete: undefined });
    expect(await presentDeviceCode(tools)({ session, pending }, never)).toEqual({ at: clock.now() });
    const { userCode, verificationUri, verificationUriComplete, expiresAt } = of.device.value;
    expect(shown).toStrictEqual([
      { userCode, verificationUri, ...(isWhole && { verificationUriComplete }), issuer, expiresAt },
    ]);
  });

  it('EXT-6: cannot be shown where the host gives no way, or one that fails', async () => {
    const { tools } = toolsFor();
    await store(tools, 'device');
    expect(await failureOf(presentDeviceCode(tools)({ session, pending }, never))).toMatchObject({
      code: 'config_invalid',
      phase: 'authorizing',
      message: expect.stringContaining('give client.grant'),
    });
    const show = () => {
      throw new Error('of the host');
    };
    const failing = { ...tools, client: { name: 'Test', grant: { kind: 'device', show } as const } };
    expect(await failureOf(presentDeviceCode(failing)({ session, pending }, never))).toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('a way to show the code'),
    });
  });
});

describe('the grant of a code', () => {
  const issued: Reply = { body: { access_token: 'new-access', token_type: 'Bearer', expires_in: 600 } };

  async function polling(reply: (before: number) => Reply, change: object = {}) {
    const times: number[] = [];
    const { tools, clock, door } = asking((_asked, before) => {
      times.push(clock.now() - start);
      return reply(before);
    });
    const start = clock.now();
    await store(tools, 'device', { expiresAt: start + 60_000, ...change });
    const run = (signal = never) => pollDeviceGrant(tools)({ session, server: bothMethods, pending }, signal);
    return { tools, clock, door, times, run };
  }

  it('EXT-6: is asked for at its interval, more slowly where the server wants that, until it is approved', async () => {
    const answers = [refused('authorization_pending'), refused('slow_down'), issued];
    const { tools, clock, door, times, run } = await polling((before) => answers[before] ?? issued);
    const { at, grant } = await passUntil(clock, run(), 500);
    expect(times).toEqual([5_000, 10_000, 20_000]);
    expect(door.asked[0]?.form).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'device',
      resource: session.resource,
    });
    expect(at).toBeLessThanOrEqual(clock.now());
    expect(grant).toMatchObject({ key: of.grant.key, issuer, requested: ['read'] });
    expect((await stored(tools, 'grant'))?.accessToken).toBe('new-access');
    expect(await stored(tools, 'device')).toBeUndefined();
  });

  it('TOK-11: is asked for by the method that the server took last', async () => {
    const answers = [refused('invalid_client', 401), refused('authorization_pending'), issued];
    const { clock, door, run } = await polling((before) => answers[before] ?? issued);
    await passUntil(clock, run(), 500);
    expect(door.asked.map(({ form }) => form['client_secret'] !== undefined)).toEqual([false, true, true]);
  });

  it('EXT-6: is not asked for where the code has run out', async () => {
    const { tools, clock, door, run } = await polling(() => issued, { expiresAt: 1_800_000_005_000 });
    expect(await failureOf(passUntil(clock, run(), 500))).toMatchObject({ code: 'login_timed_out', issuer });
    expect(door.asked).toHaveLength(0);
    expect(await stored(tools, 'device')).toBeUndefined();
  });

  it.each([
    ['access_denied', 'access_denied'],
    ['expired_token', 'login_timed_out'],
  ])('EXT-6: that the server refuses (%s) is over: %s', async (error, expected) => {
    const { tools, clock, run } = await polling(() => refused(error));
    expect((await failureOf(passUntil(clock, run(), 500))).code).toBe(expected);
    expect(await stored(tools, 'device')).toBeUndefined();
  });

  it.each(['before', 'while'])(
    'EXT-6: is not asked for when the login is cancelled %s it is waited for',
    async (when) => {
      const { tools, door, run } = await polling(() => issued);
      const leaving = new AbortController();
      if (when === 'before') leaving.abort();
      const running = run(leaving.signal);
      running.catch(() => {});
      await settle();
      leaving.abort();
      expect(await failureOf(running)).toMatchObject({
        code: 'cancelled',
        phase: 'authorizing',
        message: expect.stringContaining('The login was cancelled'),
      });
      expect(door.asked).toHaveLength(0);
      expect(await stored(tools, 'device')).toBeUndefined();
    },
  );
});
