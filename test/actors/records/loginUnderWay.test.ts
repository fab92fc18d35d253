// The login that a session has under way: whom it serves, what of it is taken along, and who may end it.
import { describe, expect, it } from 'vitest';
import { serverFacts } from '../../../actors/records/facts.ts';
import {
  abandon,
  becomeHolder,
  findCurrent,
  leaveToOthers,
  loginFacts,
  makeCurrent,
  scopesUnderWay,
  type Wanted,
} from '../../../actors/records/loginUnderWay.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { type FailureCode, failure } from '../../../contract/errors.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, client, server } = of.pending.value;
const issuer = server.issuer;
const open = { spent: undefined, response: undefined };
const another = keys.pending('another');

const registration = { key: 'k', kind: 'dynamic', issuer, authMethod: 'none', redirectUris: [] } as const;
const wanted = (change: Partial<Wanted> = {}): Wanted => ({
  session,
  server: serverFacts(server),
  registration: { ...registration, clientId: client.clientId },
  resource: session.resource,
  scopes: ['read'],
  ...change,
});

/** A login is under way, with these members changed in its request and in its own record. */
async function underWay(request: object = {}, login: object = {}) {
  const { tools, clock } = toolsFor();
  await store(tools, 'pending', { ...open, ...request });
  await store(tools, 'login', { pendingKey: of.pending.key, asked: undefined, ...login });
  return { tools, clock };
}

const madeFor = (tools: Tools) => ({
  key: another,
  record: { ...of.pending.value, ...open, expiresAt: tools.now() + 1 } as typeof of.pending.value,
});

const serving: readonly [string, object, object, Partial<Wanted>, boolean][] = [
  ['that brings all', {}, {}, {}, true],
  ['where no client is registered yet', {}, {}, { registration: null }, true],
  [
    'of another engine, with a client of its own',
    {},
    {},
    { registration: { ...registration, clientId: 'ours' } },
    true,
  ],
  [
    'of this engine, with a client that was forgotten',
    {},
    { holder: 'here' },
    { registration: { ...registration, clientId: 'ours' } },
    false,
  ],
  ['for fewer scopes', {}, {}, { scopes: ['write'] }, false],
  ['at another server', {}, {}, { server: { ...serverFacts(server), issuer: 'https://b.example' } }, false],
  ['for another resource', {}, {}, { resource: 'https://other.example/' }, false],
  ['whose time is over', { expiresAt: 1_800_000_000_000 }, {}, {}, false],
  ['whose request is gone', {}, { pendingKey: another }, {}, false],
];

describe('a login that is under way', () => {
  it.each(serving)('C06: %s is found, or not', async (_what, request, login, ask, isFound) => {
    const { tools } = await underWay(request, login);
    const { found, version } = await findCurrent(tools, wanted(ask));
    expect(version).toBe((await tools.records.read(keys.login(session)))?.version);
    expect(found?.key).toBe(isFound ? of.pending.key : undefined);
    if (isFound) expect(found?.record).toEqual(await stored(tools, 'pending'));
  });

  it.each(serving)('C06: %s goes on, or gives way', async (_what, request, login, ask, isJoined) => {
    const { tools } = await underWay(request, login);
    const made = madeFor(tools);
    const current = await makeCurrent(tools, wanted(ask), made);
    expect(current.key).toBe(isJoined ? of.pending.key : another);
    expect((await stored(tools, 'login'))?.pendingKey).toBe(current.key);
    const isGone = !isJoined && login !== serving.at(-1)?.[2];
    expect((await stored(tools, 'pending')) === undefined).toBe(isGone);
  });

  it('C06: is not found where there is none', async () => {
    expect(await findCurrent(toolsFor().tools, wanted())).toEqual({});
  });

  it('C06: is the one that was made, held here, where there was none', async () => {
    const { tools } = toolsFor();
    const made = madeFor(tools);
    expect(await makeCurrent(tools, wanted(), made)).toBe(made);
    expect(await stored(tools, 'login')).toEqual({ v: 1, pendingKey: another, holder: 'here' });
  });

  it('C06: that another engine was faster to begin is joined', async () => {
    const { tools } = toolsFor();
    const write = tools.records.write.bind(tools.records);
    tools.records.write = async (...args) => {
      tools.records.write = write;
      await store(tools, 'pending', open);
      await store(tools, 'login', { pendingKey: of.pending.key });
      return write(...args);
    };
    expect((await makeCurrent(tools, wanted(), madeFor(tools))).key).toBe(of.pending.key);
  });

  it('C06: cannot be begun where every race for it is lost', async () => {
    const { tools } = toolsFor();
    let races = 0;
    tools.records.write = async () => {
      races += 1;
      return undefined;
    };
    expect((await failureOf(makeCurrent(tools, wanted(), madeFor(tools)))).code).toBe('store_conflict');
    expect(races).toBe(8);
  });

  it('AUTHZ-12: is told with the client that it was made for, and without its secrets', () => {
    const { tools } = toolsFor();
    expect(loginFacts(tools, { key: of.pending.key, record: of.pending.value })).toEqual({
      pending: {
        key: of.pending.key,
        issuer,
        redirectUri: 'http://127.0.0.1/callback',
        expiresAt: 2e12,
        requested: ['read'],
      },
      registration: {
        key: keys.registration(issuer, 'host'),
        kind: 'dynamic',
        issuer,
        clientId: 'client',
        authMethod: 'client_secret_basic',
        redirectUris: ['http://127.0.0.1/callback'],
      },
    });
  });
});

describe('the scopes of a login that another one replaces', () => {
  const ended = { code: 'cancelled', phase: 'authorizing', recovery: 'none', message: 'No.' };
  it.each<[string, object, object, object, readonly string[]]>([
    ['are asked for again', {}, {}, {}, ['read']],
    ['are not, where it has ended', {}, { ended }, {}, []],
    ['are not, where it is answered', { response: 'answer' }, {}, {}, []],
    ['are not, where its time is over', { expiresAt: 1_800_000_000_000 }, {}, {}, []],
    ['are, a moment before', { expiresAt: 1_800_000_000_001 }, {}, {}, ['read']],
    ['are not, where its request is gone', {}, { pendingKey: another }, {}, []],
    ['are not, at another server', {}, {}, { server: { issuer: 'https://b.example' } }, []],
    ['are not, for another resource', {}, {}, { resource: 'https://other.example/' }, []],
  ])('C06: %s', async (_what, request, login, ask, scopes) => {
    const { tools } = await underWay(request, login);
    expect(await scopesUnderWay(tools, { ...wanted(), ...ask } as Wanted)).toEqual(scopes);
  });

  it('C06: are none where there is none', async () => {
    expect(await scopesUnderWay(toolsFor().tools, wanted())).toEqual([]);
  });
});

describe('the end of a login', () => {
  const why = (code: FailureCode) => failure(code, 'authorizing', 'Over.');

  it.each<[FailureCode, object, true | undefined]>([
    ['login_timed_out', open, true],
    ['access_denied', open, undefined],
    ['login_timed_out', { response: 'answer' }, undefined],
  ])(
    'REG-10: that is %s raises a doubt about its client, unless it was answered',
    async (code, request, doubt) => {
      const { tools } = await underWay(request, { holder: 'here' });
      const place = keys.registration(issuer, tools.userAgent.name);
      await tools.records.write(place, of.registration.value, undefined);
      await abandon(tools, session, of.pending.key, why(code));
      expect((await tools.records.read(place))?.value.awaitedInVain).toBe(doubt);
      expect((await stored(tools, 'login'))?.ended?.code).toBe(code);
      expect(await stored(tools, 'pending')).toBeUndefined();
    },
  );

  it('REG-10: that was told before raises no doubt', async () => {
    const ended = { code: 'access_denied', phase: 'authorizing', recovery: 'none', message: 'No.' };
    const { tools } = await underWay({}, { holder: 'here', ended });
    const place = keys.registration(issuer, tools.userAgent.name);
    await tools.records.write(place, of.registration.value, undefined);
    await abandon(tools, session, of.pending.key, why('login_timed_out'));
    expect((await tools.records.read(place))?.value).not.toHaveProperty('awaitedInVain');
    expect(await stored(tools, 'pending')).toBeUndefined();
  });

  it('AUTHZ-12: whose request is gone is told all the same', async () => {
    const { tools } = await underWay({}, { holder: 'there' });
    await tools.records.forget(of.pending.key);
    await abandon(tools, session, of.pending.key, why('login_timed_out'));
    expect((await stored(tools, 'login'))?.ended?.code).toBe('login_timed_out');
  });

  it.each([
    ['another login', { pendingKey: another, holder: 'here' }],
    ['nobody', undefined],
  ])('AUTHZ-12: is not told to %s that has come in between', async (_what, login) => {
    const { tools } = await underWay({}, { holder: 'here' });
    const { records } = tools;
    const update = records.update.bind(records);
    records.update = async (...args) => {
      records.update = update;
      await records.forget(keys.login(session));
      if (login) await store(tools, 'login', { ...login, asked: undefined });
      return update(...args);
    };
    await abandon(tools, session, of.pending.key, why('access_denied'));
    expect(await stored(tools, 'login')).toEqual(login && { v: 1, ...login });
  });

  it('AUTHZ-12: is nothing where there is no login, or another one', async () => {
    const { tools } = toolsFor();
    await store(tools, 'pending', open);
    await abandon(tools, session, of.pending.key, why('access_denied'));
    await store(tools, 'login', { pendingKey: another, holder: 'here' });
    await abandon(tools, session, of.pending.key, why('access_denied'));
    expect(await stored(tools, 'pending')).toBeDefined();
    expect(await stored(tools, 'login')).not.toHaveProperty('ended');
  });

  it('AUTHZ-12: leaves a login to others only where it is the one that is meant', async () => {
    const { tools } = await underWay({}, { pendingKey: another, holder: 'here' });
    expect(await leaveToOthers(tools, of.pending.key)).toBe(false);
    expect((await stored(tools, 'login'))?.holder).toBe('here');
    await becomeHolder(tools, session, of.pending.key);
    expect(await stored(tools, 'login')).not.toHaveProperty('inherited');
  });
});
