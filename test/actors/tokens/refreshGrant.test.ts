// A grant is renewed once for all who share it: what is sent, what is stored, and what is left to siblings.
import { describe, expect, it } from 'vitest';
import { refreshGrant } from '../../../actors/tokens/refreshGrant.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { doorThat, type Reply } from '../door.ts';
import { passUntil, settle, store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';
import { inputFor, plain, renewed } from './grants.ts';

const of = samples();
const at = keys.spend(of.grant.key);
const never = new AbortController().signal;
const invalidGrant: Reply = { status: 400, body: { error: 'invalid_grant' } };

/** Renews the stored grant; the token endpoint answers so. */
async function renewing(reply: Parameters<typeof doorThat>[0], change: object = {}) {
  const door = doorThat(reply);
  const { tools, clock } = toolsFor({ doorOf: door.doorOf });
  const version = await store(tools, 'grant', { ...plain, ...change });
  return { tools, clock, door, version, run: () => refreshGrant(tools)(inputFor(version), never) };
}

describe('before a refresh token is sent', () => {
  it('TOK-6: a grant that is gone cannot be renewed', async () => {
    const { tools, door, run } = await renewing(() => renewed);
    await tools.records.forget(of.grant.key);
    expect(await failureOf(run())).toMatchObject({
      code: 'grant_refused',
      phase: 'renewing',
      message: expect.stringContaining('nothing left to renew'),
    });
    expect(door.asked).toHaveLength(0);
  });

  it.each([
    ['has no refresh token', { refreshToken: undefined }],
    ['has lost its key', { tokenType: 'DPoP', dpopKey: undefined }],
  ])('TOK-6: a grant that %s cannot be renewed', async (_what, change) => {
    const { door, run } = await renewing(() => renewed, change);
    expect((await failureOf(run())).message).toContain('nothing left to renew');
    expect(door.asked).toHaveLength(0);
  });

  it('TOK-6: what a sibling has stored meanwhile is used, and nothing is sent', async () => {
    const { tools, door, run } = await renewing(() => renewed);
    const version = await store(tools, 'grant', { ...plain, accessToken: 'theirs' });
    expect((await run()).grant).toMatchObject({ key: of.grant.key, version });
    expect(door.asked).toHaveLength(0);
  });

  it.each([
    ['that a sibling is renewing is used when it is there', { refreshToken: 'theirs' }, undefined],
    ['that a sibling has given up is used no longer', { refreshToken: undefined, expiresAt: 1 }, 'over'],
    ['that a sibling has ended is over', null, 'over'],
  ])('C05: a grant %s', async (_what, theirs, end) => {
    const { tools, clock, door, version, run } = await renewing(() => renewed);
    await tools.records.write(at, { v: 1, holder: 'there', version }, undefined);
    const running = run();
    running.catch(() => {});
    await settle();
    if (theirs) await store(tools, 'grant', { ...plain, ...theirs });
    else await tools.records.forget(of.grant.key);
    const ended = passUntil(clock, running);
    if (end) expect((await failureOf(ended)).message).toContain('nothing left to renew');
    else expect((await ended).grant.version).not.toBe(version);
    expect(door.asked).toHaveLength(0);
  });

  it('TOK-5: a token that a sibling may have sent is given up, and kept for the sign-out', async () => {
    const { tools, clock, door, version, run } = await renewing(() => renewed);
    await tools.records.write(at, { v: 1, holder: 'there', version }, undefined);
    expect(await failureOf(passUntil(clock, run(), 1_000))).toMatchObject({
      code: 'grant_refused',
      message: expect.stringContaining('broken off'),
    });
    expect(door.asked).toHaveLength(0);
    const left = await stored(tools, 'grant');
    expect(left).not.toHaveProperty('refreshToken');
    expect(left?.superseded).toEqual(['refresh', 'refresh before']);
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it('TOK-5: a token that a sibling may have sent is not sent where it cannot be given up, now or at the next try', async () => {
    const { tools, clock, door, version, run } = await renewing(() => renewed);
    await tools.records.write(at, { v: 1, holder: 'there', version }, undefined);
    const { records } = tools;
    const write = records.write.bind(records);
    records.write = () => Promise.reject(new Error('full'));
    await expect(passUntil(clock, run(), 1_000)).rejects.toThrow('full');
    expect((await records.read(at))?.value.holder).toBe('there');
    records.write = write;
    // The sibling has stood still for long enough: nobody waits for it once more.
    expect((await failureOf(run())).message).toContain('broken off');
    expect(await records.read(at)).toBeUndefined();
    expect(door.asked).toHaveLength(0);
  });

  it('C05: where the sibling was only slow, what it stored at last is used', async () => {
    const { tools, clock, version, run } = await renewing(() => renewed);
    await tools.records.write(at, { v: 1, holder: 'there', version }, undefined);
    const { records } = tools;
    const write = records.write.bind(records);
    let theirs: string | undefined;
    records.write = async (key, ...rest) => {
      if (theirs === undefined && key === (of.grant.key as typeof key)) {
        theirs = '';
        theirs = await store(tools, 'grant', { ...plain, accessToken: 'theirs' });
      }
      return write(key, ...rest);
    };
    expect((await passUntil(clock, run(), 1_000)).grant.version).toBe(theirs);
  });

  it('C10: the tokens are stored when nobody waits for them any more', async () => {
    const { tools, version, door } = await renewing(async () => {
      await settle();
      return renewed;
    });
    const leaving = new AbortController();
    const running = refreshGrant(tools)(inputFor(version), leaving.signal);
    await settle();
    leaving.abort();
    expect((await failureOf(running)).code).toBe('cancelled');
    await tools.refreshing.settled();
    expect(door.asked).toHaveLength(1);
    expect(door.asked[0]?.signal.aborted).toBe(false);
    expect((await stored(tools, 'grant'))?.accessToken).toBe('new-access');
  });

  it('C10: a sibling is not waited for when the engine goes down', async () => {
    const closing = new AbortController();
    const { tools } = toolsFor({ closing: closing.signal });
    const version = await store(tools, 'grant', plain);
    await tools.records.write(at, { v: 1, holder: 'there', version }, undefined);
    const running = refreshGrant(tools)(inputFor(version), never);
    await settle();
    closing.abort();
    expect((await failureOf(running)).code).toBe('cancelled');
  });
});

describe('what a refresh sends', () => {
  it('STEP-3: the refresh token and the resource of the grant, and no scope', async () => {
    const { door, run } = await renewing(() => renewed);
    await run();
    expect(door.asked.map(({ url, form }) => [url, form])).toEqual([
      [
        'https://as.example/token',
        {
          grant_type: 'refresh_token',
          client_id: 'client',
          refresh_token: 'refresh',
          resource: 'https://mcp.example/',
        },
      ],
    ]);
  });

  const wantsScope: Reply = {
    status: 400,
    body: { error: 'invalid_request', error_description: 'scope is missing' },
  };

  it('TOK-5: the scopes as well, where the server has asked for them; and from then on at once', async () => {
    const { tools, door, run } = await renewing(({ form }) => (form['scope'] ? renewed : wantsScope));
    const place = keys.registration(of.registration.value.issuer, tools.userAgent.name);
    await tools.records.write(place, { ...of.registration.value, client: plain.client }, undefined);
    await run();
    expect((await tools.records.read(place))?.value.client.refreshNamesScope).toBe(true);
    expect(door.asked.map(({ form }) => form['scope'])).toEqual([undefined, 'read']);
    expect((await stored(tools, 'grant'))?.client.refreshNamesScope).toBe(true);
    const version = (await tools.records.read(of.grant.key))?.version ?? '';
    await refreshGrant(tools)(inputFor(version), never);
    expect(door.asked.map(({ form }) => form['scope'])).toEqual([undefined, 'read', 'read']);
  });

  it.each([
    ['no scope was granted', { granted: [] }, [undefined]],
    [
      'no scope was granted, and the server is known to ask',
      { granted: [], client: { ...plain.client, refreshNamesScope: true } },
      [undefined],
    ],
    ['they were named', { client: { ...plain.client, refreshNamesScope: true } }, ['read']],
  ])('TOK-5: once only where %s', async (_what, change, scopes) => {
    const { door, run } = await renewing(() => wantsScope, change);
    expect((await failureOf(run())).code).toBe('token_refused');
    expect(door.asked.map(({ form }) => form['scope'])).toEqual(scopes);
  });

  it('TOK-5: is sent once where the door fails otherwise', async () => {
    const { door, run } = await renewing(() => Promise.reject(new Error('a defect')));
    await expect(run()).rejects.toThrow();
    expect(door.asked).toHaveLength(1);
  });

  it.each(['refresh', 'access'])('TOK-3: a server that repeats the %s token is not quoted', async (token) => {
    const secret = `${token}-0123456789`;
    const { run } = await renewing(
      () => ({ status: 400, body: { error: 'invalid_target', error_description: `not ${secret}` } }),
      { refreshToken: 'refresh-0123456789', accessToken: 'access-0123456789' },
    );
    expect(JSON.stringify((await failureOf(run())).toFailure())).not.toContain(secret);
  });
});

describe('where a refresh is refused', () => {
  it('TOK-6: the version that failed is removed, and others may try', async () => {
    const { tools, run } = await renewing(() => invalidGrant);
    expect((await failureOf(run())).code).toBe('grant_refused');
    expect(await stored(tools, 'grant')).toBeUndefined();
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it('TOK-6: a grant that is gone by then is no grant', async () => {
    const gone = async (tools: Tools): Promise<void> => tools.records.forget(of.grant.key);
    const { tools, run } = await renewing(async () => {
      await gone(tools);
      return invalidGrant;
    });
    expect((await failureOf(run())).code).toBe('grant_refused');
  });

  it('TOK-6: what a sibling stored meanwhile is adopted', async () => {
    let theirs: string | undefined;
    const { tools, run } = await renewing(async () => {
      theirs = await store(tools, 'grant', { ...plain, accessToken: 'theirs' });
      return invalidGrant;
    });
    expect((await run()).grant).toMatchObject({ key: of.grant.key, version: theirs });
    expect((await stored(tools, 'grant'))?.accessToken).toBe('theirs');
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it.each<[string, Reply, object]>([
    ['a login helps', { status: 400, body: { error: 'invalid_target' } }, { recovery: 'reauthorize' }],
    ['what passes is waited for', { status: 503 }, { code: 'server_unavailable', recovery: 'retry-later' }],
  ])('T18: for another reason the grant stays, and %s', async (_what, reply, expected) => {
    const { tools, run } = await renewing(() => reply);
    expect(await failureOf(run())).toMatchObject(expected);
    expect((await stored(tools, 'grant'))?.refreshToken).toBe('refresh');
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it('TOK-5: by the door, the failure is that of the door', async () => {
    const refused = failure('unreachable', 'discovering', 'No answer.');
    const { run } = await renewing(() => Promise.reject(new AuthError(refused)));
    expect(await failureOf(run())).toMatchObject({ code: 'unreachable', phase: 'renewing' });
  });

  it('TOK-5: by a fault before anything is sent, the fault is told as it is', async () => {
    const { tools, run } = await renewing(() => renewed);
    const fault = new Error('of the door');
    let doors = 0;
    Object.assign(tools, {
      doorOf: () => {
        doors += 1;
        throw fault;
      },
    });
    await expect(run()).rejects.toBe(fault);
    expect(doors).toBe(1);
    expect((await stored(tools, 'grant'))?.refreshToken).toBe('refresh');
  });

  it('TOK-6: where the store fails before anything is sent, its error is told', async () => {
    const { tools, run } = await renewing(() => renewed);
    const error = new Error('of the store');
    tools.records.write = () => Promise.reject(error);
    await expect(run()).rejects.toBe(error);
  });
});
