// What a refresh brings is stored before anyone uses it, also where siblings or a failing store come in between.
import { describe, expect, it } from 'vitest';
import { refreshGrant } from '../../../actors/tokens/refreshGrant.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { doorThat, type Reply } from '../door.ts';
import { settle, store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';
import { inputFor, plain, renewed } from './grants.ts';

const of = samples();
const at = keys.spend(of.grant.key);
const never = new AbortController().signal;

/** Renews the stored grant; `meanwhile` happens while the server answers. */
async function renewing(
  reply: Reply = renewed,
  change: object = {},
  meanwhile: (tools: Tools) => Promise<unknown> = async () => {},
) {
  const door = doorThat(async () => {
    await meanwhile(tools);
    return reply;
  });
  const { tools, clock } = toolsFor({ doorOf: door.doorOf });
  const version = await store(tools, 'grant', { ...plain, ...change });
  return { tools, clock, door, version, run: () => refreshGrant(tools)(inputFor(version), never) };
}

describe('what a refresh brings', () => {
  it('TOK-4: is stored whole, and told without a token', async () => {
    const { tools, clock, run } = await renewing();
    const { at: told, grant } = await run();
    const now = clock.now();
    expect(told).toBe(now);
    const { value } = of.grant;
    expect(await stored(tools, 'grant')).toEqual({
      v: 1,
      session: value.session,
      issuer: value.issuer,
      client: plain.client,
      resource: value.resource,
      accessToken: 'new-access',
      refreshToken: 'new-refresh',
      superseded: ['refresh before'],
      expiresAt: now + 600_000,
      refreshAt: now + 540_000,
      requested: ['read'],
      granted: ['read'],
    });
    expect(grant).toEqual({
      key: of.grant.key,
      version: (await tools.records.read(of.grant.key))?.version,
      issuer: value.issuer,
      clientId: 'client',
      expiresAt: now + 600_000,
      refreshAt: now + 540_000,
      renewable: true,
      requested: ['read'],
      granted: ['read'],
    });
    expect(await tools.records.read(at)).toBeUndefined();
    expect(tools.unsaved.size).toBe(0);
  });

  it('TOK-5: leaves the refresh token as it was where the server sends no other, and the scopes', async () => {
    const { tools, clock, run } = await renewing({
      body: { access_token: 'new-access', token_type: 'Bearer', expires_in: 600 },
    });
    expect((await run()).grant.refreshAt).toBe(clock.now() + 540_000);
    expect(await stored(tools, 'grant')).toMatchObject({ refreshToken: 'refresh', granted: ['read'] });
  });

  it('STEP-3: has the scopes that the server names', async () => {
    const { tools, run } = await renewing({
      body: { access_token: 'new-access', token_type: 'Bearer', scope: 'other' },
    });
    expect((await run()).grant.granted).toEqual(['other']);
    expect((await stored(tools, 'grant'))?.granted).toEqual(['other']);
  });

  it('TOK-11: is remembered with the method by which the server took the client', async () => {
    const client = { ...of.grant.value.client, authMethod: 'client_secret_basic' as const };
    const door = doorThat(({ form }) =>
      form['client_secret'] ? renewed : { status: 401, body: { error: 'invalid_client' } },
    );
    const { tools } = toolsFor({ doorOf: door.doorOf });
    const place = keys.registration(of.grant.value.issuer, tools.userAgent.name);
    await tools.records.write(place, { ...of.registration.value, client }, undefined);
    const version = await store(tools, 'grant', { ...plain, client });
    const given = inputFor(version);
    const server = { ...given.server, authMethods: ['client_secret_basic', 'client_secret_post'] };
    await refreshGrant(tools)({ ...given, server }, never);
    expect((await stored(tools, 'grant'))?.client.authMethod).toBe('client_secret_post');
    expect((await tools.records.read(place))?.value.client.authMethod).toBe('client_secret_post');
  });

  it('T12: is not put in the place of what a sibling has stored', async () => {
    let theirs = '';
    const { tools, run } = await renewing(renewed, {}, async (given) => {
      theirs = await store(given, 'grant', {
        ...plain,
        accessToken: 'theirs',
        refreshToken: 'their refresh',
      });
    });
    expect((await run()).grant).toMatchObject({ key: of.grant.key, version: theirs });
    expect((await stored(tools, 'grant'))?.accessToken).toBe('theirs');
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it('T12: is stored where a sibling only gave up the token that was sent', async () => {
    const { tools, run } = await renewing(renewed, {}, (given) =>
      store(given, 'grant', { ...plain, refreshToken: undefined, superseded: ['refresh'] }),
    );
    const { grant } = await run();
    expect(await stored(tools, 'grant')).toMatchObject({ accessToken: 'new-access' });
    expect(grant.version).toBe((await tools.records.read(of.grant.key))?.version);
  });

  it('T12: is of no use where the login was ended meanwhile', async () => {
    const { tools, run } = await renewing(renewed, {}, (given) => given.records.forget(of.grant.key));
    expect(await failureOf(run())).toMatchObject({
      code: 'grant_refused',
      phase: 'renewing',
      message: expect.stringContaining('ended while it was renewed'),
    });
    expect(await stored(tools, 'grant')).toBeUndefined();
    expect(tools.unsaved.size).toBe(0);
  });

  it('T12: is kept in memory where the store fails, and saved at the next try, with nothing sent again', async () => {
    const { tools, door, version, run } = await renewing();
    const { records } = tools;
    const write = records.write.bind(records);
    records.write = (key, value, before) =>
      key === (of.grant.key as typeof key) ? Promise.reject(new Error('full')) : write(key, value, before);
    await expect(run()).rejects.toThrow('full');
    expect(tools.unsaved.get(of.grant.key)).toMatchObject({
      value: { accessToken: 'new-access' },
      before: { version },
      spent: 'refresh',
    });
    expect(await records.read(at)).toBeDefined();
    records.write = write;
    const { grant } = await run();
    expect(door.asked).toHaveLength(1);
    expect((await stored(tools, 'grant'))?.accessToken).toBe('new-access');
    expect(grant.version).toBe((await records.read(of.grant.key))?.version);
    expect(tools.unsaved.size).toBe(0);
  });

  it('T12: is saved also where nobody asks again, within a second after the store is back', async () => {
    const { tools, clock, door, run } = await renewing();
    const { records } = tools;
    const write = records.write.bind(records);
    let refused = 0;
    records.write = (key, value, before) => {
      if (key !== (of.grant.key as typeof key)) return write(key, value, before);
      refused += 1;
      return Promise.reject(new Error('full'));
    };
    await expect(run()).rejects.toThrow('full');
    for (let second = 0; second < 3; second += 1) {
      await settle();
      clock.pass(1_000);
    }
    await settle();
    expect(refused).toBe(4);
    records.write = write;
    clock.pass(1_000);
    await settle();
    expect((await stored(tools, 'grant'))?.accessToken).toBe('new-access');
    expect(tools.unsaved.size).toBe(0);
    expect(door.asked).toHaveLength(1);
  });
});
