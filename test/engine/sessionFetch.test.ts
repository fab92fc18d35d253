// The fetch of a session: which requests go out, what their answers tell the chart, and what is sent again.
import { describe, expect, it, vi } from 'vitest';
import { methodOf } from '../../engine/sessionFetch.ts';
import { failureOf } from '../support/engine.ts';
import { full } from './contexts.ts';
import { fetchOf, refused } from './fetchBench.ts';
import { bearer, elsewhere, leads, open, resource } from './resourceBench.ts';

const ok = (): Response => new Response('{}');
const expired = 'Bearer error="invalid_token"';

describe('what an answer tells the chart', () => {
  it.each([
    [200, 'Bearer', ['grant.proved']],
    [404, 'Bearer', ['grant.proved']],
    [503, 'Bearer', []],
    [401, expired, ['challenge.received']],
    [403, 'Bearer error="insufficient_scope"', ['grant.proved', 'challenge.received']],
    [403, 'Bearer', ['grant.proved']],
  ])('TOK-12: %i with %s: %j', async (status, challenge, types) => {
    const { fetch, told } = fetchOf({ answers: [refused(status, challenge)], brings: [] });
    expect((await fetch(resource)).status).toBe(status);
    expect(told.map(({ type }) => type)).toEqual(types);
  });

  it('STEP-4: names the grant, the operation with its method in capitals, and when the request was sent', async () => {
    const { fetch, told, sent } = fetchOf({ answers: [refused(401, expired)], brings: [] });
    await fetch(`${resource}?a=b`, { method: 'patch', body: '{"method":"tools/call"}' });
    expect(sent[0]?.init.method).toBe('patch');
    expect(told).toMatchObject([
      { grantVersion: '7', operation: 'PATCH /mcp tools/call', order: 5, challenge: { status: 401 } },
    ]);
  });

  it('TOK-12: of a request without a token proves nothing, and challenges no grant', async () => {
    const { fetch, told, sent } = fetchOf({ answers: [refused(401, expired)], token: undefined, brings: [] });
    await fetch(resource);
    expect(told[0]).toMatchObject({ type: 'challenge.received', grantVersion: null });
    expect(sent[0]?.headers.get('authorization')).toBeNull();
    const good = fetchOf({ answers: [ok], token: undefined });
    expect((await good.fetch(resource)).status).toBe(200);
    expect(good.told).toEqual([]);
  });

  it.each([
    ['a demand for a nonce, where it is bound to a key', true, 'DPoP error="use_dpop_nonce"', []],
    ['a demand for a nonce, where it is not', false, 'DPoP error="use_dpop_nonce"', ['challenge.received']],
    ['a refusal, where it is bound to a key', true, 'DPoP error="invalid_token"', ['challenge.received']],
  ])('RFC 9449 §9: nothing of its token with %s', async (_what, isBound, challenge, types) => {
    const { fetch, told } = fetchOf({
      answers: [refused(401, challenge)],
      token: { ...bearer, isBound },
      brings: [],
    });
    expect((await fetch(resource)).status).toBe(401);
    expect(told.map(({ type }) => type)).toEqual(types);
  });

  it('L04: and the observer, who hears of the address without its query', async () => {
    const { fetch, lines } = fetchOf();
    await fetch(`${resource}?code=secret`);
    expect(lines).toEqual([{ purpose: 'resource', method: 'GET', url: resource, status: 200 }]);
  });
});

describe('a request is sent again', () => {
  it('STEP-4: four times at most, whatever is asked for', async () => {
    const { told, lines, sent, fetch } = fetchOf({ answers: [refused(403)] });
    expect((await fetch(resource)).status).toBe(403);
    expect(sent).toHaveLength(4);
    expect(told.filter(({ type }) => type === 'challenge.received')).toHaveLength(3);
    expect(lines).toEqual(Array(4).fill({ purpose: 'resource', method: 'GET', url: resource, status: 403 }));
  });

  it('TOK-9: not after a second 401, which is told where a person may be asked only, and passed on', async () => {
    for (const [interaction, strategy, count] of [
      ['auto', 'code', 1],
      ['ask', 'code', 2],
      ['ask', 'direct', 1],
    ] as const) {
      const context = { ...full, interaction, strategy };
      const { told, sent, fetch } = fetchOf({ answers: [refused(401, expired)], context });
      expect((await fetch(resource)).status).toBe(401);
      expect(sent).toHaveLength(2);
      expect(told.filter(({ type }) => type === 'challenge.received')).toHaveLength(count);
    }
  });

  it.each<[string, readonly number[], number, number]>([
    ['a step-up after a renewal', [401, 403, 200], 3, 200],
    ['a renewal after a grant that was only remembered', [403, 401, 200], 3, 200],
    ['no second renewal, also where a remembered grant came between', [401, 403, 401, 200], 3, 401],
  ])('TOK-9: for %s', async (_what, statuses, times, last) => {
    const answers = statuses.map((status) =>
      status === 200 ? ok : refused(status, status === 401 ? expired : undefined),
    );
    const { sent, fetch } = fetchOf({ answers, context: { ...full, interaction: 'auto' } });
    expect((await fetch(resource)).status).toBe(last);
    expect(sent).toHaveLength(times);
  });

  it('TOK-9: not where the chart has nothing new', async () => {
    const { sent, told, fetch } = fetchOf({ answers: [refused(401, expired), ok], brings: [] });
    expect((await fetch(resource)).status).toBe(401);
    expect([sent.length, told.length]).toEqual([1, 1]);
  });

  it('C15: where its body can be read again, and not otherwise', async () => {
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
      const { sent, fetch } = fetchOf({ answers: [refused(401, 'Bearer'), ok] });
      const response = await fetch(resource, { method: 'POST', body: body as BodyInit });
      expect(sent, String(body)).toHaveLength(times as number);
      expect(response.status).toBe(times === 2 ? 200 : 401);
    }
  });

  it('C15: once the answer before was let go', async () => {
    const first = open({ status: 401, headers: { 'www-authenticate': expired } });
    const { fetch } = fetchOf({ answers: [() => first.answer, ok] });
    expect((await fetch(resource)).status).toBe(200);
    expect(first.isLetGo()).toBe(true);
  });
});

describe('a request to the resource', () => {
  it('TOK-1: never goes to another origin', async () => {
    const { sent, fetch } = fetchOf();
    for (const input of [elsewhere, new URL(elsewhere), new Request(elsewhere)]) {
      const failure = await failureOf(fetch(input));
      expect(failure).toMatchObject({ code: 'address_refused', phase: 'requesting' });
    }
    expect(sent).toEqual([]);
  });

  it('TOK-13: goes with the token that is in hand, and nobody is asked for another', async () => {
    const { sent, inHand, usableToken, fetch } = fetchOf();
    inHand.mockReturnValue({ ...bearer, accessToken: 'hand' });
    await fetch(resource);
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer hand');
    expect(usableToken).not.toHaveBeenCalled();
  });

  it.each([
    ['the signal of the caller', new AbortController().signal],
    ['none', null],
  ])('waits no longer than %s says', async (_whose, signal) => {
    const { usableToken, quiet, fetch } = fetchOf({ answers: [refused(401, expired), ok] });
    await fetch(resource, { signal });
    const expected = signal ?? undefined;
    expect(usableToken.mock.calls).toEqual([[expected], [expected]]);
    expect(quiet.mock.calls).toEqual([[expected]]);
  });

  it('P07: is refused where the certificate is to blame, and fails as it did otherwise', async () => {
    const cause = Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const failing = (thrown: unknown) => fetchOf({ send: () => Promise.reject(thrown) }).fetch(resource);
    expect(await failureOf(failing(new TypeError('fetch failed', { cause })))).toMatchObject({
      code: 'certificate_untrusted',
      phase: 'requesting',
    });
    const other = new TypeError('fetch failed');
    await expect(failing(other)).rejects.toBe(other);
  });

  it('HOST-2: has the headers of the host, under those of the call, for our origin only', async () => {
    const headersFor = vi.fn(async () => ({ 'x-tenant': 'a', accept: 'text/html' }));
    const tools = { policy: { resourceHeaders: headersFor as never }, headersFor };
    const { sent, fetch } = fetchOf({ tools, answers: [leads(302, elsewhere), ok] });
    const headers = { accept: 'text/plain', 'x-own': 'yes' };
    await fetch(resource, { method: 'OPTIONS', cache: 'no-store', headers });
    expect(headersFor.mock.calls).toEqual([[new URL(resource), full.session.resource]]);
    expect(sent.map((one) => Object.fromEntries(one.headers))).toEqual([
      { authorization: 'Bearer access', 'x-tenant': 'a', ...headers },
      { 'x-own': 'yes' },
    ]);
    expect(sent[0]?.init).toMatchObject({ method: 'OPTIONS', cache: 'no-store' });
  });

  it('HOST-2: has no more than those of the call where the host has none', async () => {
    const { headersFor, fetch } = fetchOf();
    await fetch(resource);
    expect(headersFor).not.toHaveBeenCalled();
  });

  it('TOK-1: writes methods as the platform does', () => {
    const known = ['delete', 'get', 'head', 'options', 'post', 'put'];
    for (const method of known) expect(methodOf(method)).toBe(method.toUpperCase());
    for (const method of ['patch', 'forget', 'gets', 'PATCH', 'Mkcol']) expect(methodOf(method)).toBe(method);
    expect(methodOf()).toBe('GET');
    expect(methodOf('PoSt')).toBe('POST');
  });
});

describe('a Request', () => {
  const request = new Request(`${resource}?a=b`, {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json', 'x-own': 'yes' },
    redirect: 'error',
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
  });

  it('TOK-1: is taken apart, and what is said beside it is put over it', async () => {
    const { lines, sent, fetch } = fetchOf();
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
  });

  it.each([
    ['of no type', {}],
    ['of another type than JSON', { 'content-type': 'application/octet-stream' }],
  ])('C15: keeps the bytes of a body %s', async (_what, headers) => {
    const { sent, fetch } = fetchOf();
    await fetch(new Request(resource, { method: 'POST', body: new Uint8Array([255, 0]), headers }));
    expect(new Uint8Array(sent[0]?.init.body as ArrayBuffer)).toEqual(new Uint8Array([255, 0]));
  });

  it('TOK-1: has no body and no word for redirects where nobody gave one', async () => {
    const { sent, fetch } = fetchOf();
    await fetch(new Request(resource));
    expect(sent[0]?.init.body).toBeUndefined();
    expect(sent[0]?.init).not.toHaveProperty('redirect');
  });

  it('STEP-4: with JSON names its operation, also when it is sent again', async () => {
    const { sent, told, fetch } = fetchOf({ answers: [refused(401, expired), ok] });
    const body = '{"method":"tools/list"}';
    await fetch(new Request(request.clone(), { body }));
    expect(told[0]).toMatchObject({ operation: 'POST /mcp tools/list' });
    expect(sent.map(({ init }) => init.body)).toEqual([body, body]);
  });
});
