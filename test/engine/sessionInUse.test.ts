// A session that is used by a host which sends its requests itself: what it gives out, and what it makes of the answers.
import { describe, expect, it } from 'vitest';
import { Dpop } from '../../actors/network/dpop.ts';
import { makeKey } from '../../actors/network/dpopKey.ts';
import type { Tools } from '../../actors/tools/tools.ts';
import { failure } from '../../contract/errors.ts';
import type { AuthSnapshot, ChartInUse } from '../../engine/sessionChart.ts';
import { SessionInUse } from '../../engine/sessionInUse.ts';
import type { AuthEvent } from '../../machines/context.ts';
import { keys } from '../../stores/records.ts';
import { store } from '../actors/stored.ts';
import { toolsFor } from '../actors/tools.ts';
import { samples } from '../stores/recordSamples.ts';
import { failureOf } from '../support/engine.ts';
import { full } from './contexts.ts';
import { from, wire } from './resourceBench.ts';
import { at, grantOf, inState, storeGrant, tokensAt } from './tokenBench.ts';

const id = samples().grant.value.session;
const url = `${id.resource}mcp`;
const spent = { ...full.budget, authorizations: 1, renewals: 0, registrations: 0, pauses: 0 };
const idle = at('idle', { grant: null, binding: null });

/** A session over a chart that is where the test says, and goes where `hears` says. */
function inUse(tools: Tools, snapshot: AuthSnapshot, hears?: (event: AuthEvent) => AuthSnapshot | undefined) {
  const { chart, told } = tokensAt(tools, snapshot, hears);
  const { send, sent } = wire();
  const session = new SessionInUse({
    id,
    chart: chart as typeof chart & ChartInUse,
    tools,
    quiet: chart.until,
    fetch: send,
    observer: { request: () => {} },
  });
  return { session, told, sent };
}

/** Logged in by a grant of the store, with something to forgive. */
async function loggedIn(tools: Tools, hears?: (event: AuthEvent) => AuthSnapshot | undefined) {
  const grant = grantOf(await storeGrant(tools));
  const made = inUse(tools, at(inState('fresh'), { grant, budget: spent }), hears);
  return { ...made, version: grant.version };
}

const answer = (status: number, challenge = 'Bearer error="invalid_token"', at = ''): Response =>
  from(at, { status, headers: { 'www-authenticate': challenge } });

describe('a token that the host asks for', () => {
  it('HOST-1: is refused where nobody is logged in, with why where the chart says so', async () => {
    const { tools } = toolsFor();
    expect(await failureOf(inUse(tools, idle).session.token(undefined))).toMatchObject({
      code: 'interaction_required',
      phase: 'requesting',
    });
    const failed = at('idle', { grant: null, binding: null, failure: full.failure });
    expect((await failureOf(inUse(tools, failed).session.token(undefined))).code).toBe('timed_out');
  });

  it('HOST-1: is the same that the fetch of the session sends', async () => {
    const { session, sent } = await loggedIn(toolsFor().tools);
    const { accessToken } = await session.token(undefined);
    await session.fetch(url);
    expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${accessToken}`);
    expect(session.inHand()?.accessToken).toBe(accessToken);
  });

  it('RFC 9449 §7.1: comes with a proof for the request, with its method as it is sent, and with the nonce that is told', async () => {
    const dpop = new Dpop('preferred', () => 1_800_000_000_000);
    const { tools } = toolsFor({ dpop });
    const version = await store(tools, 'grant', { dpopKey: await makeKey() });
    const { session } = inUse(tools, at(inState('fresh'), { grant: grantOf(version) }));
    const claims = async (request: Parameters<typeof session.authorization>[0]) => {
      const { authorization, dpop: proof = '' } = await session.authorization(request);
      expect(authorization).toBe('DPoP access');
      return JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString());
    };
    expect(await claims({ method: 'post', url, nonce: 'told' })).toMatchObject({
      htm: 'POST',
      htu: url,
      nonce: 'told',
    });
    expect(await claims({ method: 'GET', url: new URL(url) })).toMatchObject({ htm: 'GET', nonce: 'told' });
  });

  it('TOK-1: is not given out for another origin', async () => {
    const { session } = await loggedIn(toolsFor().tools);
    const work = session.authorization({ method: 'GET', url: 'https://elsewhere.example/', nonce: 'told' });
    expect(await failureOf(work)).toMatchObject({ code: 'address_refused', phase: 'requesting' });
  });
});

describe('an answer that the host tells', () => {
  it.each([
    ['by the token that was given out last', undefined, true],
    ['by the token that it names', 'Bearer access', true],
    ['not by one that was given out before', 'Bearer older', false],
    ['not by none', null, false],
  ])('TOK-12: proves the grant %s', async (_what, authorization, isProved) => {
    const { session, told, version } = await loggedIn(toolsFor().tools);
    await session.token(undefined);
    const request = authorization === undefined ? {} : { authorization };
    expect(await session.answered(answer(200), request)).toBe(false);
    expect(told).toEqual(isProved ? [{ type: 'grant.proved', grantVersion: version }] : []);
  });

  it('TOK-12: proves nothing where it is an outage, and before any token was given out', async () => {
    const { session, told } = await loggedIn(toolsFor().tools);
    expect(await session.answered(answer(200), {})).toBe(false);
    await session.token(undefined);
    expect(await session.answered(answer(503), {})).toBe(false);
    expect(told).toEqual([]);
  });

  it.each<[string, string, Parameters<SessionInUse['answered']>[1], string]>([
    ['the address of the request', `${url}/answer`, { url, method: 'patch' }, 'PATCH /mcp'],
    ['that of the answer, where none is said', url, {}, 'GET /mcp'],
    ['that of the resource, where the answer has none', '', {}, 'GET /'],
    ['what its body calls', url, { method: 'POST', body: '{"method":"tools/list"}' }, 'POST /mcp tools/list'],
  ])('STEP-4: challenges an operation by %s', async (_what, at, request, operation) => {
    const { session, told, version } = await loggedIn(toolsFor().tools);
    await session.token(undefined);
    expect(await session.answered(answer(401, undefined, at), request)).toBe(false);
    expect(told).toMatchObject([
      { type: 'challenge.received', grantVersion: version, operation, challenge: { error: 'invalid_token' } },
    ]);
  });

  it('HOST-1: is worth another request where the chart has another token then', async () => {
    const { session } = await loggedIn(toolsFor().tools, () =>
      at(inState('fresh'), { grant: grantOf('another') }),
    );
    await session.token(undefined);
    expect(await session.answered(answer(401), {})).toBe(true);
  });
});

describe('a session that is used', () => {
  it('TOK-14: asks a server anew for what it has refused, where somebody asks for that', () => {
    const { tools } = toolsFor();
    const key = keys.binding(id);
    tools.refusedRenewals.note(key, '7', failure('client_refused', 'renewing', 'No.'), tools.now());
    expect(tools.refusedRenewals.of(key, '7', tools.now())).toBeDefined();
    inUse(tools, idle).session.askAnew();
    expect(tools.refusedRenewals.of(key, '7', tools.now())).toBeUndefined();
  });

  it('DISC-12: orders its requests among all of the engine', () => {
    const { tools } = toolsFor();
    const { session } = inUse(tools, idle);
    const [first, between, last] = [session.mark(), tools.remembered.mark(), session.mark()];
    expect([first < between, between < last]).toEqual([true, true]);
  });

  it('TOK-13: looks at what siblings did', async () => {
    const { session, told } = inUse(toolsFor().tools, at(inState('fresh'), { grant: grantOf('7') }));
    await session.lookAgain();
    expect(told).toEqual([{ type: 'grant.changed', grantVersion: null }]);
  });

  it('AUTHZ-12: knows a login that was shown a moment ago, by the scopes that are asked for', async () => {
    const { tools } = toolsFor();
    const { key } = samples().pending;
    await store(tools, 'pending', { createdAt: tools.now(), requested: ['read'] });
    const pending = { ...(full.pending as NonNullable<typeof full.pending>), key, requested: ['read'] };
    const awaiting = at({ authorizing: 'awaitingUser' }, { pending, presented: key });
    const { session } = inUse(tools, awaiting);
    expect([await session.isJustShown(['read']), await session.isJustShown(['write'])]).toEqual([
      true,
      false,
    ]);
    expect(await session.loginUrl(undefined)).toBe(samples().pending.value.url);
  });

  it('BIND-1: tells which server holds what', async () => {
    const { tools } = toolsFor();
    await store(tools, 'binding');
    expect(await inUse(tools, idle).session.holdings()).toMatchObject([{ issuer: 'https://as.example' }]);
  });
});
