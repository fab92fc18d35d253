// A server that registers no client: what is asked for then, what is told of it, and what stays.
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../support/engine.ts';
import { atLocalhost, byName, client, issuer, made, place, refusing, registering, spendAt } from './bench.ts';

describe('a registration that is refused', () => {
  it('REG-12: is asked for again for less, and each request is told with what came of it', async () => {
    const { door, told, run } = registering((_asked, before) =>
      before === 0 ? refusing('invalid_scope') : made,
    );
    expect((await run()).registration.clientId).toBe('new');
    expect(door.asked.map(({ body = '' }) => JSON.parse(body).scope)).toEqual(['read write', undefined]);
    expect(told).toMatchObject([
      { number: 1, changed: null, status: 400, said: 'invalid_scope', sent: { scope: 'read write' } },
      { number: 2, changed: 'scope', status: 201 },
    ]);
  });

  it('REG-12: is asked for by the name localhost, where answers come here by it', async () => {
    const { door, run } = registering(
      ({ body = '' }) => {
        const [uri] = JSON.parse(body).redirect_uris;
        return uri === atLocalhost
          ? { status: 201, body: { client_id: 'new', redirect_uris: [uri] } }
          : refusing('invalid_redirect_uri');
      },
      { userAgent: byName(atLocalhost) },
    );
    expect(await run()).toMatchObject({
      redirectUri: atLocalhost,
      registration: { redirectUris: [atLocalhost] },
    });
    expect(door.asked).toHaveLength(3);
  });

  it.each([undefined, 'http://away.example/callback'])(
    'REG-12: is not asked for by another name where there is none that can be used (%s)',
    async (name) => {
      const { door, run } = registering(() => refusing('invalid_redirect_uri'), { userAgent: byName(name) });
      expect(await failureOf(run())).toMatchObject({
        code: 'registration_refused',
        phase: 'registering',
        message: expect.stringContaining('in 2 tries'),
      });
      expect(door.asked).toHaveLength(2);
    },
  );

  it('REG-5: says with what it was asked for, and repeats no token', async () => {
    const token = 'initial-access-token';
    const { told, tools, run } = registering(
      () => ({ status: 401, body: { error: 'invalid_token', error_description: `not ${token}` } }),
      { client: { name: 'Test', initialAccessTokens: [{ issuer, token }] } },
    );
    const refused = (await failureOf(run())).toFailure();
    expect(refused).toMatchObject({ code: 'registration_refused', issuer, status: 401 });
    expect(JSON.parse(refused.sent ?? '')).toMatchObject({ client_name: 'Test' });
    expect(JSON.stringify([refused, told])).not.toContain(token);
    expect(await tools.records.read(place)).toBeUndefined();
    expect(await tools.records.read(spendAt)).toBeUndefined();
  });

  it('REG-5: for now is waited for as long as the server asks', async () => {
    const { run } = registering(() => ({ status: 503, headers: { 'retry-after': '7' } }));
    expect(await failureOf(run())).toMatchObject({ code: 'server_unavailable', retryAfter: 7_000 });
  });

  it('REG-10: leaves the one that is in doubt, which is used once more', async () => {
    const { tools, run, keep } = registering(() => refusing('access_denied', 403));
    await keep({ awaitedInVain: true });
    expect((await run()).registration.clientId).toBe('client');
    expect((await tools.records.read(place))?.value).not.toHaveProperty('awaitedInVain');
    expect(await tools.records.read(spendAt)).toBeUndefined();
  });

  it('REG-10: leaves none that would not do', async () => {
    const { run, keep } = registering(() => refusing('access_denied', 403));
    await keep({ awaitedInVain: true, client: { ...client, redirectUris: [] } });
    expect((await failureOf(run())).code).toBe('registration_refused');
  });

  it('REG-10: for now leaves the doubt as it is', async () => {
    const { tools, run, keep } = registering(() => ({ status: 503 }));
    await keep({ awaitedInVain: true });
    expect((await failureOf(run())).code).toBe('server_unavailable');
    expect((await tools.records.read(place))?.value.awaitedInVain).toBe(true);
  });
});
