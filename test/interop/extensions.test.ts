// Against real servers: DPoP with nonces, pushed requests, a login at another device, and clients that speak for themselves.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import type { DevicePrompt } from '../../index.ts';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { callTool, testEngine } from '../support/engine.ts';

let playground: Playground;
let folder: string;
const start = async (...options: Parameters<typeof startPlayground>): Promise<void> => {
  playground = await startPlayground(...options);
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-interop-'));
});
afterEach(async () => {
  await playground.close();
  await rm(folder, { recursive: true, force: true });
});

const tokenRequests = (grantType: string) =>
  playground.exchanges.filter(
    ({ path, body }) => path === '/token' && new URLSearchParams(body).get('grant_type') === grantType,
  );
const authorizations = () => playground.exchanges.filter(({ path }) => path === '/authorize');
const name = 'authchart interop';

describe('EXT-5: DPoP, where both servers demand nonces', () => {
  it('TOK-4, T22: logs in, calls, renews with rotation, and keeps its key over a restart', async () => {
    await start({ dpop: 'nonces' });
    const options = { client: { name, dpop: 'required' as const } };
    const first = testEngine(playground.resource, { ...options, store: fileStore({ folder }) });
    expect((await callTool(first.session, 'read_note')).status).toBe(200);
    expect((await callTool(first.session, 'write_note')).status).toBe(200);
    expect(authorizations().length).toBeGreaterThan(0);
    playground.expireAccessTokens();
    playground.rotateNonces();
    expect((await callTool(first.session, 'read_note')).status).toBe(200);
    await first.engine.dispose();

    playground.forgetExchanges();
    playground.expireAccessTokens();
    const second = testEngine(playground.resource, { ...options, store: fileStore({ folder }) });
    expect((await callTool(second.session, 'write_note')).status).toBe(200);
    expect(authorizations()).toEqual([]);
    const refreshes = tokenRequests('refresh_token').filter(({ status }) => status === 200);
    expect(refreshes).toHaveLength(1);
    for (const { headers } of playground.exchanges.filter(({ path }) => path === '/mcp')) {
      expect(headers['authorization'] ?? 'DPoP').toMatch(/^DPoP/);
    }
    await second.engine.dispose();
  });
});

describe('AUTHZ-2, TOK-11: pushed authorization requests, where the servers require them', () => {
  it.each(['dynamic', 'pre-registered'])('a %s client logs in and steps up', async (kind) => {
    await start({ requirePushedAuthorization: true });
    const { issuer, preRegistered } = playground.a;
    const client = kind === 'dynamic' ? { name } : { name, preRegistered: [{ issuer, ...preRegistered }] };
    const { session, engine } = testEngine(playground.resource, { client });
    expect((await callTool(session, 'write_note')).status).toBe(200);
    for (const { query } of authorizations()) {
      expect([...new URLSearchParams(query).keys()].toSorted()).toEqual(['client_id', 'request_uri']);
    }
    expect(authorizations()).toHaveLength(2);
    await engine.dispose();
  });
});

describe('EXT-6: a login at another device', () => {
  it('TOK-8, STEP-1: is approved there, used here, renewed and widened', async () => {
    await start({ devicePollSeconds: 0.2 });
    const shown: DevicePrompt[] = [];
    const show = (prompt: DevicePrompt): void => {
      shown.push(prompt);
      void playground.approveDevice(prompt.userCode);
    };
    const client = { name, grant: { kind: 'device' as const, show } };
    const { session, engine } = testEngine(playground.resource, { client });
    await session.login();
    expect((await callTool(session, 'read_note')).status).toBe(200);
    playground.expireAccessTokens();
    expect((await callTool(session, 'read_note')).status).toBe(200);
    expect(tokenRequests('refresh_token')).toHaveLength(1);
    expect((await callTool(session, 'write_note')).status).toBe(200);
    expect(shown).toHaveLength(2);
    expect(authorizations()).toEqual([]);
    await engine.dispose();
  });

  it('ends when the person says no', async () => {
    await start({ devicePollSeconds: 0.2 });
    const show = ({ userCode }: DevicePrompt): void => void playground.denyDevice(userCode);
    const { session, engine } = testEngine(playground.resource, {
      client: { name, grant: { kind: 'device', show } },
    });
    await expect(session.login()).rejects.toMatchObject({ code: 'access_denied', recovery: 'ask-user' });
    await engine.dispose();
  });
});

describe('EXT-1, EXT-2: a client that speaks for itself', () => {
  it.each(['a secret', 'an ES256 key', 'an RS256 key'])(
    'with %s: no person, no registration',
    async (with_) => {
      await start({});
      const { issuer, serviceAccount, signedServiceAccount, signedServiceAccountRsa } = playground.a;
      const signed = with_ === 'an ES256 key' ? signedServiceAccount : signedServiceAccountRsa;
      const credentials =
        with_ === 'a secret'
          ? { issuer, ...serviceAccount }
          : {
              issuer,
              clientId: signed.clientId,
              privateKey: { key: signed.privateKeyPem, algorithm: signed.alg },
            };
      const { session, engine } = testEngine(playground.resource, {
        client: { name, preRegistered: [credentials], grant: { kind: 'client-credentials' } },
        policy: { interaction: 'ask' },
      });
      expect((await callTool(session, 'read_note')).status).toBe(200);
      expect((await callTool(session, 'write_note')).status).toBe(200);
      playground.expireAccessTokens();
      expect((await callTool(session, 'write_note')).status).toBe(200);
      expect(authorizations()).toEqual([]);
      expect(playground.a.registrations).toBe(0);
      expect(tokenRequests('client_credentials')).toHaveLength(3);
      await engine.dispose();
    },
  );
});
