// The records of a login, one by one: found, held, answered, ended, and left alone where they are somebody else's.
import { describe, expect, it } from 'vitest';
import { endBeginning, loginVersion } from '../../../actors/records/beginning.ts';
import { clientOf } from '../../../actors/records/clientOf.ts';
import { readDevice } from '../../../actors/records/deviceCode.ts';
import {
  bindingFacts,
  grantFacts,
  pendingFacts,
  registrationFacts,
  serverFacts,
  serverRecord,
} from '../../../actors/records/facts.ts';
import { keepAuthMethod } from '../../../actors/records/keepAuthMethod.ts';
import { abandon, becomeHolder, leaveToOthers } from '../../../actors/records/loginUnderWay.ts';
import {
  dropResponse,
  forgetLogin,
  readPending,
  refuseEnded,
  storeResponse,
} from '../../../actors/records/pendingRequest.ts';
import { currentGrant, hostSettings, readGrant } from '../../../actors/records/recall.ts';
import { endedElsewhere, failureRecord, sharedFailure } from '../../../actors/records/sharedFailure.ts';
import { claim } from '../../../actors/records/spending.ts';
import { answerAsHolder } from '../../../actors/records/unshownHolder.ts';
import { forgetSession } from '../../../actors/session/forgetSession.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { type Failure, failure } from '../../../contract/errors.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session } = of.pending.value;
const issuer = of.registration.value.issuer;
const never = new AbortController().signal;

type Kinds = ReturnType<typeof samples>;

/** Writes the sample of a kind, with some members changed. */
async function write<Kind extends keyof Kinds>(
  { records }: Tools,
  kind: Kind,
  change: Partial<Kinds[Kind]['value']> = {},
): Promise<void> {
  const { key, value } = samples()[kind];
  const at = key as Parameters<Tools['records']['write']>[0];
  const version = await records.write(at, { ...value, ...change } as never, undefined);
  expect(version).toBeDefined();
}

const read = async <Kind extends keyof Kinds>({ records }: Tools, kind: Kind) =>
  (await records.read(samples()[kind].key as Parameters<Tools['records']['read']>[0]))?.value as
    | Kinds[Kind]['value']
    | undefined;

const login = { pendingKey: of.pending.key } as const;
const open = { spent: undefined, response: undefined } as never;

describe('how a login ended', () => {
  const why: Failure = failure('access_denied', 'discovering', 'They said no.', {
    issuer,
    otherIssuer: 'https://b.example',
    status: 403,
    recovery: 'ask-user',
    retryAfter: 7_000,
  });

  it('AUTHZ-12: is written down without what a server said, and read back as a failure of the login', () => {
    const record = failureRecord(why);
    expect(record).toStrictEqual({
      code: 'access_denied',
      phase: 'discovering',
      recovery: 'ask-user',
      message: 'They said no.',
      issuer,
      otherIssuer: 'https://b.example',
      retryAfter: 7_000,
    });
    const { status: _, ...told } = why;
    expect(sharedFailure(session, record)).toEqual({ ...told, phase: 'authorizing' });
    const { issuer: __, otherIssuer: ___, retryAfter: ____, ...rest } = why;
    const short = failureRecord(rest);
    expect(short).not.toHaveProperty('issuer');
    expect(sharedFailure(session, short)).not.toHaveProperty('issuer');
    expect(sharedFailure(session, short)).not.toHaveProperty('otherIssuer');
    expect(sharedFailure(session, short)).not.toHaveProperty('retryAfter');
  });

  it('S08: in a way that only a newer version knows counts as cancelled', () => {
    const record = failureRecord(why);
    expect(sharedFailure(session, { ...record, code: 'of the future' })).toEqual(endedElsewhere(session));
    expect(sharedFailure(session, { ...record, code: 'constructor' }).code).toBe('cancelled');
    const { recovery } = failure('access_denied', 'authorizing', '');
    expect(sharedFailure(session, { ...record, recovery: 'of the future' }).recovery).toBe(recovery);
  });

  it('AUTHZ-12: is said to whoever asks for its request: why, that it was ended, or that it brought a grant', async () => {
    const asked = async (change: (tools: Tools) => Promise<void>): Promise<unknown> => {
      const { tools } = toolsFor();
      await change(tools);
      const errors = [
        await failureOf(refuseEnded(tools.records, session, of.pending.key)),
        await failureOf(readPending(tools, session, of.pending.key)),
      ];
      expect(errors[0]?.toFailure()).toEqual(errors[1]?.toFailure());
      return [errors[0]?.code, errors[0]?.phase, errors[0]?.recovery];
    };
    const spent = ['code_already_spent', 'authorizing', 'ask-user'];
    expect(await asked(async () => {})).toEqual(['cancelled', 'authorizing', expect.any(String)]);
    expect(await asked((tools) => write(tools, 'binding'))).toEqual(spent);
    expect(await asked((tools) => write(tools, 'login', login))).toEqual(spent);
    const ended = failureRecord(why);
    expect(await asked((tools) => write(tools, 'login', { ...login, ended }))).toEqual([
      'access_denied',
      'authorizing',
      'ask-user',
    ]);
    const another = keys.pending('another');
    expect(await asked((tools) => write(tools, 'login', { pendingKey: another, ended }))).toEqual(spent);
  });

  it('EXT-6: a device code that is gone is a login that was ended', async () => {
    const { tools } = toolsFor();
    expect(await failureOf(readDevice(tools, of.device.key))).toMatchObject({
      code: 'login_timed_out',
      phase: 'authorizing',
    });
    await write(tools, 'device');
    expect(await readDevice(tools, of.device.key)).toEqual(of.device.value);
  });
});

describe('the response to a request', () => {
  it('A17: is kept once, and not where the code is spent; and dropped when it was not its own', async () => {
    const { tools } = toolsFor();
    await storeResponse(tools, of.pending.key, 'first');
    await dropResponse(tools, of.pending.key);
    expect(await read(tools, 'pending')).toBeUndefined();
    await write(tools, 'pending', open);
    await storeResponse(tools, of.pending.key, 'first');
    await storeResponse(tools, of.pending.key, 'second');
    expect((await read(tools, 'pending'))?.response).toBe('first');
    await dropResponse(tools, of.pending.key);
    expect(await read(tools, 'pending')).not.toHaveProperty('response');
    const other = toolsFor().tools;
    await write(other, 'pending', { response: undefined, spent: true } as never);
    await storeResponse(other, of.pending.key, 'late');
    expect((await read(other, 'pending'))?.response).toBeUndefined();
  });
});

describe('a login that is under way', () => {
  it('AUTHZ-12: is held by who takes it over, unless another one has taken its place', async () => {
    const { tools } = toolsFor();
    await becomeHolder(tools, session, of.pending.key);
    expect(await read(tools, 'login')).toBeUndefined();
    await write(tools, 'login', login);
    await becomeHolder(tools, session, keys.pending('another'));
    expect((await read(tools, 'login'))?.holder).toBe('holder');
    await becomeHolder(tools, session, of.pending.key);
    expect(await read(tools, 'login')).toMatchObject({ ...login, holder: 'here', inherited: true });
  });

  it('AUTHZ-12: is left to others by its holder alone', async () => {
    const { tools } = toolsFor();
    expect(await leaveToOthers(tools, of.pending.key)).toBe(false);
    await write(tools, 'pending', open);
    expect(await leaveToOthers(tools, of.pending.key)).toBe(false);
    await write(tools, 'login', login);
    expect(await leaveToOthers(tools, of.pending.key)).toBe(false);
    await becomeHolder(tools, session, of.pending.key);
    expect(await leaveToOthers(tools, of.pending.key)).toBe(true);
    expect(await read(tools, 'login')).not.toHaveProperty('holder');
    expect((await read(tools, 'login'))?.pendingKey).toBe(of.pending.key);
  });

  const why = failure('access_denied', 'authorizing', 'No.');
  const stillOpen = { ...(open as object), expiresAt: 9e12 } as never;
  it.each<[string, object, object, boolean]>([
    ['held here', { holder: 'here' }, stillOpen, true],
    ['held elsewhere', { holder: 'there' }, stillOpen, false],
    ['held elsewhere, and answered', { holder: 'there' }, { spent: undefined, expiresAt: 9e12 }, true],
    ['held elsewhere, and too old', { holder: 'there' }, { response: undefined, expiresAt: 1 }, true],
    ['of another request', { holder: 'here', pendingKey: keys.pending('another') }, stillOpen, false],
  ])('AUTHZ-12: that is %s is ended, with why, or goes on', async (_what, held, request, isEnded) => {
    const { tools } = toolsFor();
    await write(tools, 'pending', request);
    await write(tools, 'login', { ...login, ...held });
    await abandon(tools, session, of.pending.key, why);
    expect((await read(tools, 'pending')) === undefined).toBe(isEnded);
    expect((await read(tools, 'login'))?.ended).toEqual(isEnded ? failureRecord(why) : undefined);
  });

  it('AUTHZ-12: that has ended keeps why it did; one without a reason says none', async () => {
    const { tools } = toolsFor();
    await abandon(tools, session, of.pending.key, why);
    const ended = { ...failureRecord(why), message: 'Before.' };
    await write(tools, 'login', { ...login, holder: 'here', ended });
    await abandon(tools, session, of.pending.key, why);
    expect((await read(tools, 'login'))?.ended).toEqual(ended);
    const other = toolsFor().tools;
    await write(other, 'pending', stillOpen);
    await write(other, 'login', { ...login, holder: 'here' });
    await abandon(other, session, of.pending.key, null);
    expect(await read(other, 'pending')).toBeUndefined();
    expect(await read(other, 'login')).not.toHaveProperty('ended');
  });

  it('AUTHZ-12: is forgotten, and not one that was begun meanwhile', async () => {
    const { tools } = toolsFor();
    await forgetLogin(tools.records, session, of.pending.key);
    await write(tools, 'login', login);
    await forgetLogin(tools.records, session, keys.pending('another'));
    expect(await read(tools, 'login')).toBeDefined();
    expect(await loginVersion(tools, session)).toBe((await tools.records.read(keys.login(session)))?.version);
    await forgetLogin(tools.records, session, of.pending.key);
    expect(await read(tools, 'login')).toBeUndefined();
    expect(await loginVersion(tools, session)).toBe('');
  });

  it('AUTHZ-12: whose holder is asked is answered for by the holder, and by nobody else', async () => {
    const { tools } = toolsFor();
    for (const [holder, asked, isAnswered] of [
      ['there', 'another', false],
      ['here', undefined, false],
      ['here', 'another', true],
    ] as const) {
      await tools.records.forget(keys.login(session));
      await write(tools, 'login', { ...login, holder, asked } as never);
      const before = await tools.records.read(keys.login(session));
      await answerAsHolder(tools, session, before?.value ?? expect.unreachable());
      const after = await tools.records.read(keys.login(session));
      expect(after?.value.asked).toBe(isAnswered ? undefined : asked);
      expect(after?.version === before?.version).toBe(!isAnswered);
    }
  });

  it('R13: that another engine begins is not ended from here', async () => {
    const { tools } = toolsFor();
    const at = keys.spend(keys.login(session));
    await endBeginning(tools, session);
    for (const [holder, isLeft] of [
      ['there', true],
      ['here', false],
    ] as const) {
      await tools.records.forget(at);
      await tools.records.write(at, { v: 1, holder, version: '' }, undefined);
      await endBeginning(tools, session);
      expect((await tools.records.read(at)) !== undefined).toBe(isLeft);
    }
  });
});

describe('the right to do what only one may do at a time', () => {
  const key = of.grant.key;
  const at = keys.spend(key);
  const { session } = of.grant.value;
  const what = (change: object = {}) => ({
    session,
    at,
    key,
    version: '1',
    current: async () => '1',
    ...change,
  });

  it('C03: is given, and given back', async () => {
    const { tools } = toolsFor();
    const mine = await claim(tools, what(), never);
    expect(mine.kind).toBe('held');
    expect((await tools.records.read(at))?.value).toEqual({ v: 1, holder: 'here', version: '1' });
    if (mine.kind === 'held') await mine.release();
    expect(await tools.records.read(at)).toBeUndefined();
    expect(await claim(tools, what({ current: async () => '2' }), never)).toEqual({ kind: 'moved' });
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it('C03: is not kept of a record that has moved in between', async () => {
    const { tools } = toolsFor();
    expect(await claim(tools, what({ current: async () => '2' }), never)).toEqual({ kind: 'moved' });
    expect(await tools.records.read(at)).toBeUndefined();
  });

  it('C05: is waited for while another engine has it, and broken off when that is not heard of', async () => {
    const { tools, clock } = toolsFor();
    await tools.records.write(at, { v: 1, holder: 'there', version: '' }, undefined);
    const nothing = { version: '', current: async () => '' };
    const waiting = claim(tools, what({ ...nothing, patience: 1_000, look: 250 }), never);
    let outcome: unknown;
    void waiting.then(({ kind }) => {
      outcome = kind;
    });
    for (let waited = 0; waited < 900; waited += 50) {
      await new Promise(setImmediate);
      clock.pass(50);
    }
    expect(outcome).toBeUndefined();
    while (outcome === undefined) {
      await new Promise(setImmediate);
      clock.pass(50);
    }
    expect(outcome).toBe('broken off');
  });

  it('C05: of a version that has passed is tidied up', async () => {
    const { tools } = toolsFor();
    await tools.records.write(at, { v: 1, holder: 'there', version: '0' }, undefined);
    expect((await claim(tools, what(), never)).kind).toBe('held');
    expect((await tools.records.read(at))?.value).toMatchObject({ holder: 'here', version: '1' });
  });
});

describe('what the chart may know', () => {
  it('TOK-3: of a grant, a client, a request, a binding', () => {
    const { value } = of.grant;
    const facts = {
      key: 'k',
      version: '7',
      issuer,
      clientId: 'client',
      renewable: true,
      requested: ['read'],
      granted: ['read'],
    };
    expect(grantFacts('k', { version: '7', value })).toStrictEqual({
      ...facts,
      expiresAt: 2e12,
      refreshAt: 1.9e12,
      bound: true,
    });
    const { expiresAt: _, refreshAt: __, refreshToken: ___, tokenType: ____, ...rest } = value;
    expect(grantFacts('k', { version: '7', value: rest as typeof value })).toStrictEqual({
      ...facts,
      renewable: false,
    });
    expect(registrationFacts('k', issuer, value.client)).toStrictEqual({
      key: 'k',
      kind: 'dynamic',
      issuer,
      clientId: 'client',
      authMethod: 'client_secret_basic',
      redirectUris: ['http://127.0.0.1/callback'],
    });
    expect(pendingFacts('k', of.pending.value)).toStrictEqual({
      key: 'k',
      issuer,
      redirectUri: 'http://127.0.0.1/callback',
      expiresAt: 2e12,
      requested: ['read'],
    });
    expect(bindingFacts(of.binding.value, issuer)).toStrictEqual({
      issuer,
      kind: 'dynamic',
      scopes: ['read'],
    });
    expect(bindingFacts(of.binding.value, 'https://b.example')).toBeNull();
    expect(bindingFacts(undefined, issuer)).toBeNull();
  });

  it('AUTHZ-4: of a server is what was recorded of it', () => {
    const { server } = of.pending.value;
    const facts = serverFacts(server);
    expect(facts).toEqual(server);
    expect(serverRecord(facts)).toEqual(server);
    const { requiresPush: _, dpopAlgorithms: __, grantTypes: ___, ...old } = server;
    expect(serverFacts({ ...old, grantTypes: undefined } as typeof server)).toStrictEqual({
      ...old,
      requiresPush: false,
      dpopAlgorithms: [],
    });
    const { grantTypes: ____, ...silent } = facts;
    expect(serverRecord(silent)).not.toHaveProperty('grantTypes');
  });

  it('STEP-7: of how the host is set up', () => {
    expect(hostSettings({ client: { name: 'a' }, policy: {} })).toStrictEqual({
      strategy: 'code',
      limits: { floor: [], ceiling: null },
    });
    const policy = { scopeFloor: ['a'], scopeCeiling: ['b'] };
    const settings = (grant: NonNullable<Tools['client']['grant']>) =>
      hostSettings({ client: { name: 'a', grant }, policy });
    expect(settings({ kind: 'client-credentials' })).toStrictEqual({
      strategy: 'direct',
      limits: { floor: ['a'], ceiling: ['b'] },
    });
    expect(settings({ kind: 'device', show: () => {} }).strategy).toBe('device');
  });

  it('S06: of a grant that is the session’s own, at the issuer that is meant', async () => {
    const { tools } = toolsFor();
    const value = { dpopKey: undefined, tokenType: undefined } as never;
    expect(await currentGrant(tools, session)).toBeNull();
    await write(tools, 'binding');
    expect(await currentGrant(tools, session)).toBeNull();
    await write(tools, 'grant', value);
    expect((await currentGrant(tools, session))?.key).toBe(of.grant.key);
    expect((await currentGrant(tools, session, issuer))?.key).toBe(of.grant.key);
    expect(await currentGrant(tools, session, 'https://b.example')).toBeNull();
    const stranger = { ...session, subject: 'eve' };
    expect(await readGrant(tools, stranger, of.binding.value, issuer)).toBeNull();
    expect(await readGrant(tools, session, undefined, issuer)).toBeNull();
  });
});

describe('the client of a registration', () => {
  const { client } = of.registration.value;
  const registration = (change: object = {}) => ({
    ...registrationFacts(of.registration.key, issuer, client),
    ...change,
  });
  const use = (change: object = {}) => ({
    session,
    server: serverFacts(of.pending.value.server),
    registration: registration(change),
  });

  it('TOK-11: is the stored one, with its secret, where it is the same', async () => {
    const { tools } = toolsFor();
    const { clientSecret: _, secretExpiresAt: __, ...bare } = client;
    expect(await clientOf(tools, use())).toEqual(bare);
    await write(tools, 'registration');
    expect(await clientOf(tools, use())).toEqual(client);
    expect(await clientOf(tools, use({ clientId: 'another' }))).toEqual({ ...bare, clientId: 'another' });
    expect(await clientOf(tools, use({ issuer: 'https://b.example' }))).toEqual(bare);
    expect(await clientOf(tools, use({ kind: 'metadata-document' }))).toEqual({
      ...bare,
      kind: 'metadata-document',
    });
  });

  it('TOK-11: begins with the method that was accepted, from then on', async () => {
    const { tools } = toolsFor();
    const place = keys.registration(issuer, tools.userAgent.name);
    const accepted = { ...client, authMethod: 'client_secret_post' } as const;
    const method = async () => (await tools.records.read(place))?.value.client.authMethod;
    await keepAuthMethod(tools, issuer, client, accepted);
    expect(await method()).toBeUndefined();
    await tools.records.write(place, of.registration.value, undefined);
    await keepAuthMethod(tools, issuer, client, { ...accepted, clientId: 'another' });
    await keepAuthMethod(tools, issuer, accepted, accepted);
    expect(await method()).toBe('client_secret_basic');
    await keepAuthMethod(tools, issuer, client, accepted);
    expect((await tools.records.read(place))?.value).toEqual({ ...of.registration.value, client: accepted });
  });
});

describe('a sign-out', () => {
  it('TOK-10: leaves no record of the session, and those of others alone', async () => {
    const { tools } = toolsFor();
    const { records } = tools;
    const kinds = ['grant', 'binding', 'login', 'pending', 'registration', 'device'] as const;
    for (const kind of kinds) await write(tools, kind, kind === 'login' ? (login as never) : {});
    const [former] = of.binding.value.servers[issuer]?.formerGrantKeys ?? [];
    await records.write(former ?? expect.unreachable(), of.grant.value, undefined);
    await records.write(keys.spend(of.grant.key), of.spend.value, undefined);
    await forgetSession(tools)({ session, redirectUri: null }, never);
    const left = await Promise.all(kinds.map(async (kind) => ((await read(tools, kind)) ? [kind] : [])));
    expect(left.flat()).toEqual(['registration', 'device']);
    expect(await records.read(former ?? expect.unreachable())).toBeUndefined();
    expect(await records.read(keys.spend(of.grant.key))).toBeUndefined();
  });
});
