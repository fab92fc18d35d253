// A code is exchanged once, at the issuer that was recorded with it; whoever finds it spent waits for what came of it.
import { describe, expect, it } from 'vitest';
import { exchangeCode } from '../../../actors/authorization/exchangeCode.ts';
import { pendingFacts, serverFacts } from '../../../actors/records/facts.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
import type { Work } from '../../../contract/work.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf, testHost } from '../../support/engine.ts';
import { doorThat, type Reply } from '../door.ts';
import { passUntil, settle, store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, server, redirectUri } = of.pending.value;
const { issuer } = server;
const { clientSecret: _, secretExpiresAt: __, ...rest } = of.pending.value.client;
const client = { ...rest, authMethod: 'none' as const };
const never = new AbortController().signal;
const issued: Reply = {
  body: { access_token: 'new-access', token_type: 'Bearer', refresh_token: 'new-refresh', expires_in: 600 },
};
const response = `${redirectUri}?state=state&code=the-code-0123456789&iss=${encodeURIComponent(issuer)}`;
const answered = { client, dpopKey: undefined, spent: undefined, response };

type Input = Work['exchangeCode']['input'];
const input = (change: Partial<Input> = {}): Input => ({
  session,
  pending: pendingFacts(of.pending.key, of.pending.value),
  server: serverFacts(server),
  ...change,
});

async function exchanging(reply: Parameters<typeof doorThat>[0], request: object | null = {}) {
  const door = doorThat(reply);
  const released: string[] = [];
  const userAgent: Tools['userAgent'] = {
    ...testHost().userAgent,
    release: async (uri) => void released.push(uri),
  };
  const { tools, clock } = toolsFor({ doorOf: door.doorOf, userAgent });
  if (request) await store(tools, 'pending', { ...answered, ...request });
  await store(tools, 'login', { pendingKey: of.pending.key });
  const run = (given: Partial<Input> = {}, signal = never) => exchangeCode(tools)(input(given), signal);
  return { tools, clock, door, released, run };
}

describe('the exchange of a code', () => {
  it('A02: sends the code with what was recorded of its request', async () => {
    const { door, run } = await exchanging(() => issued);
    await run();
    expect(door.asked.map(({ purpose, url, form }) => [purpose, url, form])).toEqual([
      [
        'token',
        `${issuer}/token`,
        {
          grant_type: 'authorization_code',
          client_id: 'client',
          code: 'the-code-0123456789',
          code_verifier: 'verifier',
          redirect_uri: redirectUri,
          resource: session.resource,
        },
      ],
    ]);
  });

  it('TOK-4: ends with a grant that is stored, and nothing that is under way', async () => {
    const { tools, clock, released, run } = await exchanging(() => issued);
    const { at, grant } = await run();
    expect(at).toBe(clock.now());
    expect(grant).toMatchObject({ key: of.grant.key, issuer, requested: ['read'], renewable: true });
    expect(await stored(tools, 'grant')).toMatchObject({
      accessToken: 'new-access',
      resource: session.resource,
    });
    expect((await stored(tools, 'binding'))?.current).toBe(issuer);
    expect(await stored(tools, 'pending')).toBeUndefined();
    expect(await stored(tools, 'login')).toBeUndefined();
    expect(released).toEqual([redirectUri]);
  });

  it('AUTHZ-9: marks the code as spent before it is sent', async () => {
    let spent: unknown;
    const { tools, run } = await exchanging(async () => {
      spent = (await stored(tools, 'pending'))?.spent;
      return issued;
    });
    await run();
    expect(spent).toBe(true);
  });

  it('TOK-4: where the grant cannot be stored, the code is spent all the same', async () => {
    const { tools, run } = await exchanging(() => issued);
    tools.records.update = () => Promise.reject(new Error('full'));
    await expect(run()).rejects.toThrow('full');
    expect(await stored(tools, 'pending')).toBeUndefined();
  });

  describe('T12: while the store fails', () => {
    const down = new AuthError(failure('store_failed', 'storing', 'The database is away.'));

    /** The store refuses so many updates after the answer. @returns how often it was asked. */
    function refuse({ records }: Tools, times: number): () => number {
      const update = records.update.bind(records);
      let asked = 0;
      records.update = (...given) => {
        asked += 1;
        return asked > times ? update(...given) : Promise.reject(down);
      };
      return () => asked;
    }

    it('for a moment, is stored when the store is back: the person has not logged in for nothing', async () => {
      const { tools, clock, door, run } = await exchanging(() => issued);
      refuse(tools, 2);
      const { grant } = await passUntil(clock, run(), 250);
      expect(grant).toMatchObject({ key: of.grant.key, issuer });
      expect(await stored(tools, 'grant')).toMatchObject({ accessToken: 'new-access' });
      expect(door.asked).toHaveLength(1);
    });

    it('for longer, is told after three seconds and four tries', async () => {
      const { tools, clock, run } = await exchanging(() => issued);
      const asked = refuse(tools, 99);
      const start = clock.now();
      expect((await failureOf(passUntil(clock, run(), 250))).code).toBe('store_failed');
      expect(asked()).toBe(4);
      expect(clock.now() - start).toBeLessThanOrEqual(3_500);
    });

    it('for longer still, is stored when the store is back, as long as no other login has been begun', async () => {
      for (const isBegun of [false, true]) {
        const { tools, clock, released, run } = await exchanging(() => issued);
        refuse(tools, 6);
        await failureOf(passUntil(clock, run(), 250));
        if (isBegun) await tools.records.forget(of.pending.key);
        else expect((await stored(tools, 'pending'))?.spent).toBe(true);
        for (let second = 0; second < 5; second += 1) {
          await settle();
          clock.pass(1_000);
        }
        await settle();
        expect((await stored(tools, 'grant'))?.accessToken).toBe(isBegun ? undefined : 'new-access');
        expect(await stored(tools, 'pending')).toBeUndefined();
        expect(released).toEqual(isBegun ? [] : [redirectUri]);
      }
    });

    it('and has stored it all the same, its refresh token does not count as one that was replaced', async () => {
      const { tools, clock, run } = await exchanging(() => issued);
      const { records } = tools;
      const update = records.update.bind(records);
      let times = 0;
      records.update = async (...given) => {
        const stored = await update(...given);
        times += 1;
        if (times === 1) throw down;
        return stored;
      };
      await passUntil(clock, run(), 250);
      expect(await stored(tools, 'grant')).not.toHaveProperty('superseded');
    });

    it('only after the grant is there, the login has succeeded, and what is left is tidied up later', async () => {
      const { tools, clock, released, run } = await exchanging(() => issued);
      const { records } = tools;
      const forget = records.forget.bind(records);
      records.forget = () => Promise.reject(down);
      expect((await run()).grant.key).toBe(of.grant.key);
      expect(await stored(tools, 'pending')).toBeDefined();
      records.forget = forget;
      await settle();
      clock.pass(1_000);
      await settle();
      expect(await stored(tools, 'pending')).toBeUndefined();
      expect(released).toEqual([redirectUri]);
    });
  });

  it('T27: is not begun at another server than the person was sent to', async () => {
    const { tools, door, run } = await exchanging(() => issued);
    const other = 'https://b.example';
    expect(await failureOf(run({ server: { ...serverFacts(server), issuer: other } }))).toMatchObject({
      code: 'token_of_other_issuer',
      phase: 'authorizing',
      issuer: other,
      otherIssuer: issuer,
      message: expect.stringContaining('changed during the login'),
    });
    expect(door.asked).toHaveLength(0);
    expect(await stored(tools, 'pending')).toBeUndefined();
  });

  it.each([
    ['of another request', response.replace('state=state', 'state=other')],
    ['of another issuer', response.replace('as.example', 'b.example')],
    ['that names no issuer', response.replace(/&iss=.*/, '')],
  ])('A16: is not begun with an answer %s', async (_what, changed) => {
    const { door, run } = await exchanging(() => issued, { response: changed });
    expect(await failureOf(run())).toMatchObject({
      code: 'response_malformed',
      phase: 'authorizing',
      message: expect.stringContaining('changed after it was judged'),
    });
    expect(door.asked).toHaveLength(0);
  });

  it('A16: needs no issuer in the answer of a server that names none', async () => {
    const { run } = await exchanging(() => issued, {
      response: response.replace(/&iss=.*/, ''),
      server: { ...server, sendsIssuer: false },
    });
    expect((await run({ server: { ...serverFacts(server), sendsIssuer: false } })).grant.issuer).toBe(issuer);
  });

  it.each<[string, Reply, object]>([
    [
      'the code is dead, and the person is asked again',
      { status: 400, body: { error: 'invalid_grant' } },
      { code: 'grant_refused', recovery: 'ask-user', status: 400 },
    ],
    ['later helps', { status: 503 }, { code: 'server_unavailable', recovery: 'retry-later' }],
  ])('AUTHZ-9: leaves nothing where %s', async (_what, reply, expected) => {
    const { tools, run } = await exchanging(() => reply);
    expect(await failureOf(run())).toMatchObject({ ...expected, phase: 'authorizing' });
    expect(await stored(tools, 'pending')).toBeUndefined();
    expect(await stored(tools, 'grant')).toBeUndefined();
  });

  it('AUTHZ-9: tells why it failed also where the store fails then', async () => {
    const { tools, run } = await exchanging(async () => {
      tools.records.forget = () => Promise.reject(new Error('of the store'));
      return { status: 503 };
    });
    expect((await failureOf(run())).code).toBe('server_unavailable');
  });

  it.each([
    ['code', 'the-code-0123456789', {}],
    ['verifier', 'the-verifier-0123456789', { verifier: 'the-verifier-0123456789' }],
    [
      'state',
      'the-state-0123456789',
      {
        state: 'the-state-0123456789',
        response: response.replace('state=state', 'state=the-state-0123456789'),
      },
    ],
  ])('TOK-3: quotes no server that repeats the %s', async (_what, secret, request) => {
    const { run } = await exchanging(
      () => ({ status: 400, body: { error: 'invalid_request', error_description: `not ${secret}` } }),
      request,
    );
    const refused = (await failureOf(run())).toFailure();
    expect(refused.code).toBe('token_refused');
    expect(JSON.stringify(refused)).not.toContain(secret);
  });
});

describe('a code that another engine spends', () => {
  it.each<[string, object, boolean]>([
    ['that was sent', { spent: true }, false],
    ['whose answer was taken back', { response: undefined }, true],
  ])(
    'AUTHZ-9: %s is not sent from here, and nobody waits longer than the term',
    async (_what, request, isLeft) => {
      const { tools, clock, door, run } = await exchanging(() => issued, request);
      const start = clock.now();
      expect(await failureOf(passUntil(clock, run(), 1_000))).toMatchObject({
        code: 'code_already_spent',
        phase: 'authorizing',
        recovery: 'ask-user',
      });
      expect(clock.now() - start).toBeGreaterThanOrEqual(tools.leaseTerm);
      expect(door.asked).toHaveLength(0);
      expect((await stored(tools, 'pending')) !== undefined).toBe(isLeft);
    },
  );

  it('C04: is not waited for anew after a failure of the store', async () => {
    const { tools, clock, run } = await exchanging(() => issued, { spent: true });
    const at = keys.as('pending', of.pending.key);
    const { version = '' } = (await tools.records.read(at)) ?? {};
    tools.standstills.note(at, version, tools.leaseTerm - 1_000);
    const start = clock.now();
    expect((await failureOf(passUntil(clock, run(), 500))).code).toBe('code_already_spent');
    expect(clock.now() - start).toBeLessThanOrEqual(2_000);
    expect(tools.standstills.of(at, version)).toBe(0);
  });

  it('AUTHZ-9: is waited for until its request is gone', async () => {
    const { tools, run } = await exchanging(() => issued, { spent: true });
    const running = run();
    running.catch(() => {});
    await settle();
    await tools.records.forget(of.pending.key);
    expect((await failureOf(running)).code).toBe('code_already_spent');
  });

  it('AUTHZ-9: is not sent where the other one was faster to mark it', async () => {
    const { tools, door, clock, run } = await exchanging(() => issued);
    const write = tools.records.write.bind(tools.records);
    tools.records.write = async (key, ...args) => {
      if (key.startsWith('pending:')) {
        tools.records.write = write;
        await store(tools, 'pending', { ...answered, spent: true });
      }
      return write(key, ...args);
    };
    expect((await failureOf(passUntil(clock, run(), 1_000))).code).toBe('code_already_spent');
    expect(door.asked).toHaveLength(0);
  });

  it('AUTHZ-12: ends as its login has ended there', async () => {
    const { tools, run } = await exchanging(() => issued, null);
    const ended = { code: 'access_denied', phase: 'authorizing', recovery: 'none', message: 'They said no.' };
    await store(tools, 'login', { pendingKey: of.pending.key, ended });
    expect((await failureOf(run())).code).toBe('access_denied');
    await tools.records.forget(keys.login(session));
    expect((await failureOf(run())).code).toBe('cancelled');
  });

  it('AUTHZ-9: is waited for until the signal', async () => {
    const { run } = await exchanging(() => issued, { spent: true });
    const leaving = new AbortController();
    const running = run({}, leaving.signal);
    running.catch(() => {});
    await settle();
    leaving.abort();
    expect((await failureOf(running)).code).toBe('cancelled');
  });
});
