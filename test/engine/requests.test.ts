// One request to the resource: what is sent, what is heard, and what is not sent again.
import { beforeEach, describe, expect, it } from 'vitest';
import { Dpop } from '../../actors/network/dpop.ts';
import { makeKey, readKey } from '../../actors/network/dpopKey.ts';
import { GivenOut } from '../../engine/givenOut.ts';
import { type ResourceRequest, sendToResource } from '../../engine/sendToResource.ts';
import { type Fetching, fetchWith, methodOf } from '../../engine/sessionFetch.ts';
import type { UsableToken } from '../../engine/useGrant.ts';
import { authMachine } from '../../machines/authMachine.ts';
import type { AuthEvent } from '../../machines/context.ts';
import { failureOf } from '../support/engine.ts';
import { full } from './contexts.ts';

const resource = 'https://mcp.example/mcp';

/** What was sent, in order. */
let sent: { readonly url: string; readonly init: RequestInit; readonly headers: Headers }[];
/** What is answered, one after the other; the last one again and again. */
let answers: (() => Response)[];
const send = (async (url, init = {}) => {
  sent.push({ url: String(url), init, headers: new Headers(init.headers) });
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  return answer?.() ?? new Response('{}');
}) as typeof fetch;

beforeEach(() => {
  sent = [];
  answers = [];
});

/** An answer of some address, as the platform's own fetch gives it. */
const from = (url: string, init: ResponseInit = {}, body: BodyInit | null = null): Response =>
  Object.defineProperty(new Response(body, init), 'url', { value: url });

const bearer: UsableToken = {
  accessToken: 'access',
  version: '7',
  isBound: false,
  headersFor: async () => ({ authorization: 'Bearer access' }),
};

/** A token that is bound to a key, as `useGrant` makes it. */
async function boundTo(dpop: Dpop): Promise<UsableToken> {
  const key = (await readKey(await makeKey())) ?? expect.unreachable();
  return {
    ...bearer,
    isBound: true,
    headersFor: async ({ method, url }) => {
      const proof = await dpop.prove(key, { method, url, accessToken: 'access', nonce: dpop.nonceFor(url) });
      return { authorization: 'DPoP access', dpop: proof };
    },
  };
}

const requestOf = (init: RequestInit = {}, canRepeat = true): ResourceRequest => ({
  url: new URL(resource),
  method: init.method ?? 'GET',
  init,
  canRepeat,
  confined: [],
});

const claimsOf = (headers: Headers): Record<string, unknown> =>
  JSON.parse(Buffer.from(headers.get('dpop')?.split('.')[1] ?? '', 'base64url').toString());

describe('a request with a token that anybody could use', () => {
  it.each([
    ['the resource', resource, 'a'],
    ['an address that the host’s own fetch does not say', '', 'a'],
    ['another origin', 'https://elsewhere.example/mcp', undefined],
  ])('T23: hears the nonce of %s: %s', async (_whose, url, nonce) => {
    const dpop = new Dpop('off', Date.now);
    answers = [() => from(url, { headers: { 'dpop-nonce': 'a' } })];
    await sendToResource(send, dpop, requestOf(), bearer);
    expect(dpop.nonceFor(resource)).toBe(nonce);
  });

  it('TOK-1: goes out as it was made, with the token in place of what was there', async () => {
    const headers = { authorization: 'Bearer own', dpop: 'own', accept: 'text/plain' };
    const init = { method: 'PATCH', body: 'a', headers, redirect: 'error' } as const;
    const dpop = new Dpop('off', Date.now);
    await sendToResource(send, dpop, requestOf(init), bearer);
    await sendToResource(send, dpop, requestOf(init), undefined);
    expect(sent.map((one) => Object.fromEntries(one.headers))).toEqual([
      { authorization: 'Bearer access', accept: 'text/plain' },
      headers,
    ]);
    for (const { url, init: of } of sent)
      expect([url, of.method, of.body, of.redirect]).toEqual([resource, 'PATCH', 'a', 'error']);
  });
});

describe('a request with a token that is bound to a key', () => {
  let dpop: Dpop;
  beforeEach(() => {
    dpop = new Dpop('preferred', Date.now);
  });
  const demand = (): Response =>
    from(resource, {
      status: 401,
      headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': crypto.randomUUID() },
    });
  /** An answer whose body is let go, or not. */
  const open = (init: ResponseInit) => {
    let isLetGo = false;
    const body = new ReadableStream({
      cancel() {
        isLetGo = true;
      },
    });
    return { answer: from(resource, init, body), isLetGo: () => isLetGo };
  };

  it('RFC 9449 §9: is sent once more with the nonce that is asked for, and no third time', async () => {
    answers = [demand];
    const token = await boundTo(dpop);
    expect((await sendToResource(send, dpop, requestOf(), token)).status).toBe(401);
    expect(sent).toHaveLength(2);
    expect(claimsOf(sent[1]?.headers ?? new Headers())['nonce']).toBeTypeOf('string');
    sent = [];
    await sendToResource(send, dpop, requestOf({ method: 'POST' }, false), token);
    expect(sent).toHaveLength(1);
  });

  it('C15: lets go of the answers that nobody reads', async () => {
    const first = open({
      status: 401,
      headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'fresh' },
    });
    const second = open({ status: 307, headers: { location: '/next' } });
    const last = open({ status: 200 });
    answers = [() => first.answer, () => second.answer, () => last.answer];
    const response = await sendToResource(send, dpop, requestOf(), await boundTo(dpop));
    expect(response).toBe(last.answer);
    expect([first, second, last].map((one) => one.isLetGo())).toEqual([true, true, false]);
    expect(sent.map(({ url }) => url)).toEqual([resource, resource, 'https://mcp.example/next']);
    expect(claimsOf(sent[2]?.headers ?? new Headers())['htu']).toBe('https://mcp.example/next');
  });

  it('RFC 9110 §15.4.4: loses its body with a 303, and its credentials at another origin', async () => {
    const leaves = (status: number, location: string) => () =>
      from(resource, { status, headers: { location } });
    answers = [leaves(303, '/done'), leaves(307, 'https://elsewhere.example/a'), () => from('', {})];
    const headers = { 'content-type': 'text/plain', cookie: 'a=b', authorization: 'own', 'x-kept': 'yes' };
    const token = await boundTo(dpop);
    await sendToResource(send, dpop, requestOf({ method: 'POST', body: 'a', headers }), token);
    const [first, second, third] = sent;
    expect([first?.init.body, first?.init.redirect]).toEqual(['a', 'manual']);
    expect([second?.init.body, second?.init.method]).toEqual([undefined, 'GET']);
    expect([...(second?.headers.keys() ?? [])]).not.toContain('content-type');
    expect(claimsOf(second?.headers ?? new Headers())).toMatchObject({
      htm: 'GET',
      htu: 'https://mcp.example/done',
    });
    expect(third?.url).toBe('https://elsewhere.example/a');
    expect([...(third?.headers.keys() ?? [])]).toEqual(['x-kept']);
  });

  it.each(['error', 'manual'] as const)('TOK-1: is not led on where the caller said %s', async (redirect) => {
    answers = [() => from(resource, { status: 307, headers: { location: '/next' } })];
    const response = await sendToResource(send, dpop, requestOf({ redirect }), await boundTo(dpop));
    expect([response.status, sent.length, sent[0]?.init.redirect]).toEqual([307, 1, redirect]);
  });

  it('W17: is refused where the platform hides where it is led', async () => {
    const hidden = Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' });
    answers = [() => hidden];
    const token = await boundTo(dpop);
    const failure = await failureOf(sendToResource(send, dpop, requestOf(), token));
    expect(failure).toMatchObject({ code: 'redirect_refused', phase: 'requesting' });
  });
});

describe('a token that was given out', () => {
  it.each([
    [false, 'Bearer access'],
    [true, 'DPoP access'],
  ])('HOST-1: is known by its header (bound: %s)', (isBound, header) => {
    const given = new GivenOut();
    expect(given.versionSent(undefined)).toBeNull();
    expect(given.versionSent(header)).toBe('');
    given.remember({ ...bearer, isBound });
    expect(given.versionSent(header)).toBe('7');
    expect(given.versionSent(undefined)).toBe('7');
    expect(given.versionSent(null)).toBeNull();
    for (const other of ['Bearer older', 'access', '', isBound ? 'Bearer access' : 'DPoP access'])
      expect(given.versionSent(other)).toBe('');
  });
});

describe('the fetch of a session', () => {
  const resting = { authorized: { renewal: 'fresh', stepUp: 'settled' } } as const;
  /** A session that has another token whenever it is challenged. */
  function sessionOf(context = full) {
    const told: AuthEvent[] = [];
    let version = 7;
    let renewals = 0;
    const session: Fetching = {
      id: full.session,
      get snapshot() {
        const grant = { ...(full.grant as NonNullable<typeof full.grant>), version: String(version) };
        const budget = { ...full.budget, renewals };
        const value = { ...context, grant, budget };
        return authMachine.resolveState({ value: resting, context: value }) as Fetching['snapshot'];
      },
      tell(event) {
        told.push(event);
        if (event.type !== 'challenge.received') return;
        version += 1;
        if (event.challenge.status === 401) renewals += 1;
      },
      quiet: async () => session.snapshot,
      inHand: () => undefined,
      usableToken: async () => ({ ...bearer, version: String(version) }),
      prove: ({ version }) => told.push({ type: 'grant.proved', grantVersion: version }),
      mark: () => 5,
    };
    const lines: unknown[] = [];
    const dpop = new Dpop('off', Date.now);
    const tools = { dpop, policy: {}, headersFor: async () => ({}) };
    const observer = { request: (facts: unknown) => void lines.push(facts) };
    return { told, lines, fetch: fetchWith(session, { fetch: send, tools, observer }) };
  }
  const refused =
    (status: number, challenge = 'Bearer error="insufficient_scope", scope="a"') =>
    (): Response =>
      new Response(null, { status, headers: { 'www-authenticate': challenge } });

  it('STEP-4: sends a request four times at most, whatever is asked for', async () => {
    const { told, lines, fetch } = sessionOf();
    answers = [refused(403)];
    expect((await fetch(resource)).status).toBe(403);
    expect(sent).toHaveLength(4);
    expect(told.filter(({ type }) => type === 'challenge.received')).toHaveLength(3);
    expect(lines).toEqual(Array(4).fill({ purpose: 'resource', method: 'GET', url: resource, status: 403 }));
  });

  it('TOK-9: a second 401 is the last word: told where a person may be asked only, and passed on', async () => {
    for (const [interaction, strategy, count] of [
      ['auto', 'code', 1],
      ['ask', 'code', 2],
      ['ask', 'direct', 1],
    ] as const) {
      sent = [];
      answers = [refused(401, 'Bearer error="invalid_token"')];
      const { told, fetch } = sessionOf({ ...full, interaction, strategy });
      expect((await fetch(resource)).status).toBe(401);
      expect(sent).toHaveLength(2);
      expect(told.filter(({ type }) => type === 'challenge.received')).toHaveLength(count);
    }
  });

  it('C15: sends again what can be read again, and nothing else', async () => {
    const form = new FormData();
    form.set('a', 'b');
    const again: readonly unknown[] = [
      undefined,
      null,
      '',
      'text',
      new URLSearchParams('a=b'),
      new ArrayBuffer(1),
      new Uint8Array(1),
      new DataView(new ArrayBuffer(1)),
      new Blob(['a']),
      form,
    ];
    const once: readonly unknown[] = [new ReadableStream(), (async function* () {})()];
    for (const [body, times] of [...again.map((one) => [one, 2]), ...once.map((one) => [one, 1])] as const) {
      sent = [];
      answers = [refused(401, 'Bearer'), () => new Response('{}')];
      await sessionOf().fetch(resource, { method: 'POST', body: body as BodyInit });
      expect(sent, String(body)).toHaveLength(times as number);
    }
  });

  it('TOK-1: takes a Request apart, and puts what is said beside it over it', async () => {
    const request = new Request(`${resource}?a=b`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'x-own': 'yes' },
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
    const { lines, fetch } = sessionOf();
    await fetch(request.clone());
    await fetch(request.clone(), { method: 'PUT', body: 'other', redirect: 'follow' });
    const [whole, changed] = sent;
    expect(whole?.url).toBe(`${resource}?a=b`);
    expect(whole?.init).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
    expect(Object.fromEntries(whole?.headers ?? [])).toMatchObject({ 'x-own': 'yes' });
    expect(changed?.init).toMatchObject({ method: 'PUT', body: 'other', redirect: 'follow' });
    expect(lines).toMatchObject([
      { method: 'POST', url: resource },
      { method: 'PUT', url: resource },
    ]);
    const binary = new Request(resource, { method: 'POST', body: new Uint8Array([255, 0]) });
    await fetch(binary);
    expect(new Uint8Array(sent[2]?.init.body as ArrayBuffer)).toEqual(new Uint8Array([255, 0]));
    await fetch(new Request(resource));
    expect(sent[3]?.init.body).toBeUndefined();
  });

  it('TOK-1: writes methods as the platform does', () => {
    const known = ['delete', 'get', 'head', 'options', 'post', 'put'];
    for (const method of known) expect(methodOf(method)).toBe(method.toUpperCase());
    for (const method of ['patch', 'forget', 'gets', 'PATCH', 'Mkcol']) expect(methodOf(method)).toBe(method);
    expect(methodOf()).toBe('GET');
    expect(methodOf('PoSt')).toBe('POST');
  });
});
