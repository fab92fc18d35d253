// A login, before it is begun: the redirect URI, and the login of another engine that serves as well.
import { describe, expect, it } from 'vitest';
import { findLogin } from '../../../actors/authorization/findLogin.ts';
import { reserveRedirect } from '../../../actors/authorization/reserveRedirect.ts';
import { pendingFacts, serverFacts } from '../../../actors/records/facts.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf, testHost } from '../../support/engine.ts';
import { passUntil, settle, store } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, server } = of.pending.value;
const { issuer } = server;
const never = new AbortController().signal;
const open = { spent: undefined, response: undefined };
const _pending = pendingFacts(of.pending.key, of.pending.value);
const redirectUri = 'http://127.0.0.1/callback';

/** Tools with a user agent that does these things otherwise. */
function withUserAgent(change: Partial<Tools['userAgent']> = {}, more: Partial<Tools> = {}) {
  const released: string[] = [];
  const release = async (uri: string) => void released.push(uri);
  const userAgent = { ...testHost().userAgent, release, ...change };
  return { ...toolsFor({ userAgent, ...more }), released };
}

const given = {
  session,
  server: serverFacts(server),
  registration: null,
  resource: session.resource,
  scopes: ['read'],
};
const taken = () =>
  Promise.reject(new AuthError(failure('user_agent_failed', 'authorizing', 'It is taken.')));

describe('a redirect URI', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['of the registration that is known', ['http://127.0.0.1/wanted'], ['http://127.0.0.1/wanted']],
    ['of one that was made meanwhile', [], [redirectUri]],
  ])('R13: is one %s', async (_what, wanted, expected) => {
    const asked: unknown[] = [];
    const { tools, clock } = withUserAgent({
      reserve: async (uris) => {
        asked.push(uris);
        return redirectUri;
      },
    });
    await tools.records.write(keys.registration(issuer, 'host'), of.registration.value, undefined);
    expect(await reserveRedirect(tools)({ ...given, wanted }, never)).toEqual({
      at: clock.now(),
      redirectUri,
      login: null,
    });
    expect(asked).toEqual([expected]);
  });

  it('R13: is any where no registration is known', async () => {
    const asked: unknown[] = [];
    const { tools } = withUserAgent({ reserve: async (uris) => String(asked.push(uris) && redirectUri) });
    await reserveRedirect(tools)({ ...given, wanted: [] }, never);
    expect(asked).toEqual([[]]);
  });

  it('AUTHZ-8: that may not be used is refused, and the right to begin is given back', async () => {
    const { tools } = withUserAgent({ reserve: async () => 'http://away.example/' });
    const at = keys.spend(keys.login(session));
    await tools.records.write(at, { v: 1, holder: 'here', version: '' }, undefined);
    await store(tools, 'pending', open);
    await store(tools, 'login', { pendingKey: of.pending.key });
    expect((await failureOf(reserveRedirect(tools)({ ...given, wanted: [] }, never))).code).toBe(
      'config_invalid',
    );
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it('C06: that another engine has for a login that serves is left to it', async () => {
    const { tools, clock } = withUserAgent({ reserve: taken });
    await store(tools, 'pending', open);
    await store(tools, 'login', { pendingKey: of.pending.key });
    expect(await reserveRedirect(tools)({ ...given, wanted: [] }, never)).toMatchObject({
      at: clock.now(),
      redirectUri: null,
      login: { pending: { key: of.pending.key }, registration: { clientId: 'client' } },
    });
  });

  it('C06: that is taken for nothing that is known fails at once where no port can be held', async () => {
    const { tools, clock } = withUserAgent({ reserve: taken });
    const start = clock.now();
    const failing = reserveRedirect(tools)({ ...given, wanted: [] }, never);
    expect((await failureOf(failing)).code).toBe('user_agent_failed');
    expect(clock.now()).toBe(start);
  });

  it('C06: that is taken is waited for 3 seconds', async () => {
    const { tools, clock } = withUserAgent({ reserve: taken, hold: async () => false });
    const start = clock.now();
    const failing = passUntil(clock, reserveRedirect(tools)({ ...given, wanted: [] }, never), 500);
    expect((await failureOf(failing)).code).toBe('user_agent_failed');
    expect(clock.now() - start).toBeGreaterThanOrEqual(3_000);
    expect(clock.now() - start).toBeLessThan(6_000);
  });

  it('C06: is had with the login that another engine begins meanwhile', async () => {
    const { tools } = withUserAgent({ reserve: taken, hold: async () => false });
    const waiting = reserveRedirect(tools)({ ...given, wanted: [] }, never);
    await settle();
    await store(tools, 'pending', open);
    await store(tools, 'login', { pendingKey: of.pending.key });
    expect((await waiting).login?.pending.key).toBe(of.pending.key);
  });
});

describe('a login, before it is begun', () => {
  it('C06: is found, by the resource as this server is asked for it', async () => {
    const known = 'https://known.example/';
    const policy = { dangerouslySendResourceAs: { [issuer]: known } };
    const { tools, clock } = withUserAgent({}, { policy });
    await store(tools, 'pending', { ...open, resource: known });
    await store(tools, 'login', { pendingKey: of.pending.key });
    expect(await findLogin(tools)(given, never)).toMatchObject({
      at: clock.now(),
      login: { pending: { key: of.pending.key } },
    });
  });

  it('R13: is begun here where there is none', async () => {
    const { tools, clock } = withUserAgent();
    expect(await findLogin(tools)(given, never)).toEqual({ at: clock.now(), login: null });
    expect(await tools.records.read(keys.spend(keys.login(session)))).toBeDefined();
  });

  it('R13: is waited for while another engine begins it', async () => {
    const { tools, clock } = withUserAgent();
    const at = keys.spend(keys.login(session));
    await tools.records.write(at, { v: 1, holder: 'there', version: '' }, undefined);
    const finding = findLogin(tools)(given, never);
    await settle();
    await store(tools, 'pending', open);
    await store(tools, 'login', { pendingKey: of.pending.key });
    expect((await passUntil(clock, finding)).login?.pending.key).toBe(of.pending.key);
  });

  it('R13: is begun here after 3 seconds in which another engine has not', async () => {
    const { tools, clock } = withUserAgent();
    const at = keys.spend(keys.login(session));
    await tools.records.write(at, { v: 1, holder: 'there', version: '' }, undefined);
    const start = clock.now();
    expect((await passUntil(clock, findLogin(tools)(given, never), 50)).login).toBeNull();
    expect(clock.now() - start).toBeGreaterThanOrEqual(3_000);
    expect((await tools.records.read(at))?.value.holder).toBe('here');
  });
});
