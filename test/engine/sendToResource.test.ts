// One request to the resource: what is sent, what is heard, where it is led, and what is not sent there.
import { beforeEach, describe, expect, it } from 'vitest';
import { Dpop } from '../../actors/network/dpop.ts';
import { isNonceDemand, type ResourceRequest, sendToResource } from '../../engine/sendToResource.ts';
import { failureOf } from '../support/engine.ts';
import {
  bearer,
  boundTo,
  claimsOf,
  elsewhere,
  from,
  hidden,
  leads,
  open,
  resource,
  wire,
} from './resourceBench.ts';

let dpop: Dpop;
beforeEach(() => {
  dpop = new Dpop('preferred', Date.now);
});

const requestOf = (init: RequestInit = {}, canRepeat = true): ResourceRequest => ({
  url: new URL(resource),
  method: init.method ?? 'GET',
  init,
  canRepeat,
  confined: [],
});
const next = 'https://mcp.example/next';

describe('a request with a token that anybody could use', () => {
  it.each([
    ['the resource', resource, 'a'],
    ['an address that the host’s own fetch does not say', '', 'a'],
    ['another origin', elsewhere, undefined],
  ])('T23: hears the nonce of %s: %s', async (_whose, url, nonce) => {
    const { send } = wire(() => from(url, { headers: { 'dpop-nonce': 'a' } }));
    await sendToResource(send, dpop, requestOf(), bearer);
    expect(dpop.nonceFor(resource)).toBe(nonce);
  });

  it('TOK-1: goes out as it was made, with the token in place of what was there', async () => {
    const headers = { authorization: 'Bearer own', dpop: 'own', accept: 'text/plain' };
    const init = { method: 'PATCH', body: 'a', headers, redirect: 'error' } as const;
    const { send, sent } = wire();
    await sendToResource(send, dpop, requestOf(init), bearer);
    await sendToResource(send, dpop, requestOf(init), undefined);
    expect(sent.map((one) => Object.fromEntries(one.headers))).toEqual([
      { authorization: 'Bearer access', accept: 'text/plain' },
      headers,
    ]);
    for (const { url, init: of } of sent)
      expect([url, of.method, of.body, of.redirect]).toEqual([resource, 'PATCH', 'a', 'error']);
  });

  it.each<[string, HeadersInit]>([
    ['an object', { accept: 'text/plain', 'X-Kept': 'yes' }],
    [
      'an object without a prototype',
      Object.assign(Object.create(null), { accept: 'text/plain', 'X-Kept': 'yes' }),
    ],
    ['Headers', new Headers({ accept: 'text/plain', 'X-Kept': 'yes' })],
    [
      'pairs',
      [
        ['accept', 'text/plain'],
        ['X-Kept', 'yes'],
      ],
    ],
    [
      'a Map',
      new Map([
        ['accept', 'text/plain'],
        ['X-Kept', 'yes'],
      ]) as never,
    ],
    ['an object with a token', { accept: 'text/plain', 'X-Kept': 'yes', Authorization: 'Bearer own' }],
    ['an object with a proof', { accept: 'text/plain', 'X-Kept': 'yes', DPoP: 'own' }],
  ])('TOK-1: carries one token, whatever headers the caller gives: %s', async (_what, headers) => {
    const { send, sent } = wire();
    await sendToResource(send, dpop, requestOf({ headers }), bearer);
    const carried = { authorization: 'Bearer access', accept: 'text/plain', 'x-kept': 'yes' };
    expect(sent.map((one) => Object.fromEntries(one.headers))).toEqual([carried]);
  });

  it.each<[string, RequestInit, boolean, string | undefined]>([
    ['nothing', {}, true, undefined],
    ['a body that is null', { method: 'POST', body: null }, true, undefined],
    ['a body that can be read once only', { method: 'POST', body: 'a' }, false, undefined],
    ['a body, and a word of the caller', { method: 'POST', body: 'a', redirect: 'follow' }, true, 'follow'],
    ['a body', { method: 'POST', body: 'a' }, true, 'manual'],
  ])('TOK-1: with %s leaves redirects to the platform, unless a body would go along', async (...row) => {
    const [, init, canRepeat, redirect] = row;
    const { send, sent } = wire();
    expect((await sendToResource(send, dpop, requestOf(init, canRepeat), bearer)).status).toBe(200);
    expect(sent.map((one) => one.init.redirect)).toEqual([redirect]);
    expect(sent[0]?.init).toMatchObject(redirect === 'manual' ? { method: 'POST', body: 'a' } : init);
  });

  it('TOK-1: is led with its body where the origin is the same, with the token', async () => {
    const { send, sent } = wire(leads(307, '/next'), leads(308, next));
    const init = { method: 'PUT', body: 'a', cache: 'no-store' } as const;
    await sendToResource(send, dpop, requestOf(init), bearer);
    expect(sent.slice(0, 3).map(({ url }) => url)).toEqual([resource, next, next]);
    expect(sent[1]?.init).toMatchObject({ ...init, redirect: 'manual' });
    expect(sent[1]?.headers.get('authorization')).toBe('Bearer access');
  });

  it('TOK-1: is not led to another origin with its body, and says where it would have gone', async () => {
    const { send, sent } = wire(leads(307, elsewhere));
    const request = requestOf({ method: 'POST', body: 'a' });
    const failure = await failureOf(sendToResource(send, dpop, request, bearer));
    expect(failure).toMatchObject({ code: 'redirect_refused', phase: 'requesting' });
    expect(failure.message).toContain('https://elsewhere.example');
    expect(sent).toHaveLength(1);
  });

  it('TOK-1: is sent once more where the platform hides where its body would be led', async () => {
    const last = (): Response => from(resource, { status: 201 });
    const { send, sent } = wire(hidden, last);
    const init = { method: 'POST', body: 'a', cache: 'no-store' } as const;
    expect((await sendToResource(send, dpop, requestOf(init), bearer)).status).toBe(201);
    expect(sent.map((one) => one.init.redirect)).toEqual(['manual', undefined]);
    expect(sent[1]?.init).toMatchObject(init);
    expect(sent[1]?.headers.get('authorization')).toBe('Bearer access');
  });

  it.each([
    ['the token', bearer],
    ['nothing', undefined],
  ])('TOK-2: takes headers of the host to our origin only, along with %s', async (_what, token) => {
    const { send, sent } = wire(leads(302, '/next'), leads(302, elsewhere));
    const init = { headers: { 'x-tenant': 'a', 'x-kept': 'yes' } };
    await sendToResource(send, dpop, { ...requestOf(init), confined: ['x-tenant'] }, token);
    expect(sent.map(({ url }) => url)).toEqual([resource, next, elsewhere]);
    expect(sent.map(({ headers }) => headers.get('x-tenant'))).toEqual(['a', 'a', null]);
    expect(sent.map(({ headers }) => headers.get('x-kept'))).toEqual(['yes', 'yes', 'yes']);
    const shown = token ? 'Bearer access' : null;
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual([shown, shown, null]);
  });

  it('RFC 9449 §9: is not sent again for a nonce, which it has no proof to put into', async () => {
    const headers = { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'fresh' };
    const { send, sent } = wire(() => from(resource, { status: 401, headers }));
    await sendToResource(send, dpop, { ...requestOf(), confined: ['x-tenant'] }, bearer);
    expect(sent).toHaveLength(1);
  });
});

describe('a request with a token that is bound to a key', () => {
  const nonceDemand = 'DPoP error="use_dpop_nonce"';
  const demand = (): Response =>
    from(resource, {
      status: 401,
      headers: { 'www-authenticate': nonceDemand, 'dpop-nonce': crypto.randomUUID() },
    });

  it('RFC 9449 §9: is sent once more with the nonce that is asked for, and no third time', async () => {
    const { send, sent } = wire(demand);
    const token = await boundTo(dpop);
    expect((await sendToResource(send, dpop, requestOf(), token)).status).toBe(401);
    expect(sent).toHaveLength(2);
    expect(claimsOf(sent[1])['nonce']).toBeTypeOf('string');
    await sendToResource(send, dpop, requestOf({ method: 'POST' }, false), token);
    expect(sent).toHaveLength(3);
  });

  it.each([
    ['has only another nonce for the next one', 200, '', 'fresh'],
    ['refuses the token', 401, 'DPoP error="invalid_token"', 'fresh'],
    ['asks for the nonce that was sent', 401, nonceDemand, 'known'],
  ])('RFC 9449 §9: is not sent again where the answer %s', async (_what, status, challenge, nonce) => {
    dpop.hear(resource, 'known');
    const headers = { 'www-authenticate': challenge, 'dpop-nonce': nonce };
    const { send, sent } = wire(() => from(resource, { status, headers }));
    expect((await sendToResource(send, dpop, requestOf(), await boundTo(dpop))).status).toBe(status);
    expect(sent).toHaveLength(1);
    expect(dpop.nonceFor(resource)).toBe(nonce);
  });

  it.each([
    [401, nonceDemand, true],
    [401, 'DPoP error="invalid_token"', false],
    [400, nonceDemand, false],
    [402, nonceDemand, false],
  ])('RFC 9449 §9: an answer %i with %s asks only for a nonce: %s', (status, challenge, expected) => {
    const response = new Response(null, { status, headers: { 'www-authenticate': challenge } });
    expect(isNonceDemand(response)).toBe(expected);
  });

  it('C15: lets go of the answers that nobody reads', async () => {
    const first = open({
      status: 401,
      headers: { 'www-authenticate': nonceDemand, 'dpop-nonce': 'fresh' },
    });
    const second = open({ status: 307, headers: { location: '/next' } });
    const last = open({ status: 200 });
    const { send, sent } = wire(
      ...[first, second, last].map(
        ({ answer }) =>
          () =>
            answer,
      ),
    );
    const response = await sendToResource(send, dpop, requestOf(), await boundTo(dpop));
    expect(response).toBe(last.answer);
    expect([first, second, last].map((one) => one.isLetGo())).toEqual([true, true, false]);
    expect(sent.map(({ url }) => url)).toEqual([resource, resource, next]);
    expect(claimsOf(sent[2])['htu']).toBe(next);
  });

  it('RFC 9110 §15.4.4: loses its body with a 303, and its credentials at another origin', async () => {
    const { send, sent } = wire(leads(303, '/done'), leads(307, elsewhere), () => from('', {}));
    const headers = { 'content-type': 'text/plain', cookie: 'a=b', authorization: 'own', 'x-kept': 'yes' };
    const init = { method: 'POST', body: 'a', headers, cache: 'no-store' } as const;
    await sendToResource(send, dpop, requestOf(init), await boundTo(dpop));
    const [first, second, third] = sent;
    expect([first?.init.body, first?.init.redirect]).toEqual(['a', 'manual']);
    expect([second?.init.body, second?.init.method, second?.init.cache]).toEqual([
      undefined,
      'GET',
      'no-store',
    ]);
    expect([...(second?.headers.keys() ?? [])]).not.toContain('content-type');
    expect(second?.headers.get('x-kept')).toBe('yes');
    expect(claimsOf(second)).toMatchObject({ htm: 'GET', htu: 'https://mcp.example/done' });
    expect(third?.url).toBe(elsewhere);
    expect(third?.init.cache).toBe('no-store');
    expect([...(third?.headers.keys() ?? [])]).toEqual(['x-kept']);
  });

  it('Fetch Standard, HTTP-redirect fetch: keeps method and body with a 307, and follows twenty at most', async () => {
    const { send, sent } = wire(leads(307, '/next'));
    const request = requestOf({ method: 'PATCH', body: 'a' });
    expect((await sendToResource(send, dpop, request, await boundTo(dpop))).status).toBe(307);
    expect(sent).toHaveLength(21);
    expect(sent.at(-1)?.init).toMatchObject({ method: 'PATCH', body: 'a' });
    expect(claimsOf(sent.at(-1))).toMatchObject({ htm: 'PATCH', htu: next });
  });

  it('is answered with a redirect that leads nowhere, which is left to the caller to read', async () => {
    const nowhere = open({ status: 307 });
    const { send, sent } = wire(() => nowhere.answer);
    expect(await sendToResource(send, dpop, requestOf(), await boundTo(dpop))).toBe(nowhere.answer);
    expect([sent.length, nowhere.isLetGo()]).toEqual([1, false]);
  });

  it.each(['error', 'manual'] as const)('TOK-1: is not led on where the caller said %s', async (redirect) => {
    const { send, sent } = wire(leads(307, '/next'));
    const response = await sendToResource(send, dpop, requestOf({ redirect }), await boundTo(dpop));
    expect([response.status, sent.length, sent[0]?.init.redirect]).toEqual([307, 1, redirect]);
  });

  it('W17: is refused where the platform hides where it is led', async () => {
    const { send } = wire(hidden);
    const failure = await failureOf(sendToResource(send, dpop, requestOf(), await boundTo(dpop)));
    expect(failure).toMatchObject({ code: 'redirect_refused', phase: 'requesting' });
  });
});
