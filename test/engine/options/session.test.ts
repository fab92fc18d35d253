// What callers of a session and an engine give: what is said of it where it is refused.
import { describe, expect, it } from 'vitest';
import {
  judgeAnsweredRequest,
  judgeCallbackUrl,
  judgeCompleteOptions,
  judgeHostRequest,
  judgeListener,
  judgeLoginOptions,
  judgeLogoutOptions,
  judgeResponse,
  judgeWaitOptions,
  RequestReader,
} from '../../../engine/options/session.ts';
import { anySubject } from '../../../index.ts';
import { sentenceOf } from './verdict.ts';

const url = 'https://mcp.example/mcp';
const { signal } = new AbortController();
const wholeUrl = 'must be a whole URL, as a text or a URL.';

describe('what a caller gives', () => {
  it.each<[string, () => unknown]>([
    ['subject must be a text or anySubject.', () => judgeCompleteOptions({ subject: 7 as never })],
    [
      'callbackUrl must be the URL that the person was sent back to, as a text or a URL.',
      () => judgeCallbackUrl(7),
    ],
    ['scopes must be an array of scopes.', () => judgeLoginOptions({ scopes: 'read' as never })],
    ['again must be true or false.', () => judgeLoginOptions({ again: 1 as never })],
    ['signal must be an AbortSignal.', () => judgeLoginOptions({ signal: {} as never })],
    ['forget must be one of everything.', () => judgeLogoutOptions({ forget: 'all' as never })],
    ['signal must be an AbortSignal.', () => judgeLogoutOptions({ signal: {} as never })],
    ['signal must be an AbortSignal.', () => judgeWaitOptions({ signal: {} as never })],
    [
      'method must be the method of a request, such as "GET".',
      () => judgeHostRequest({ method: 'G T', url }),
    ],
    [`url ${wholeUrl}`, () => judgeHostRequest({ method: 'GET', url: '/mcp' })],
    ['nonce must be the text of a DPoP-Nonce.', () => judgeHostRequest({ method: 'GET', url, nonce: '' })],
    ['signal must be an AbortSignal.', () => judgeHostRequest({ method: 'GET', url, signal: {} as never })],
    ['method must be the method of a request, such as "GET".', () => judgeAnsweredRequest({ method: '' })],
    [`url ${wholeUrl}`, () => judgeAnsweredRequest({ url: 'mcp' })],
    [
      'authorization must be the header that was sent, or null.',
      () => judgeAnsweredRequest({ authorization: 7 as never }),
    ],
    ['signal must be an AbortSignal.', () => judgeAnsweredRequest({ signal: {} as never })],
    ['response.status must be a number.', () => judgeResponse({ status: '200', headers: new Headers() })],
    ['response.headers must be an object.', () => judgeResponse({ status: 200 })],
    ['response.headers.get must be a function.', () => judgeResponse({ status: 200, headers: {} })],
    ['response must be an object.', () => judgeResponse(undefined)],
    ['listener must be a function.', () => judgeListener({})],
    [`input ${wholeUrl}`, () => new RequestReader().read('/mcp', {})],
    ['init must be an object.', () => new RequestReader().read(url, 7 as never)],
    [
      'init.method must be the method of a request, such as "GET".',
      () => new RequestReader().read(url, { method: '' }),
    ],
    ['init.signal must be an AbortSignal.', () => new RequestReader().read(url, { signal: {} as never })],
  ])('HOST-2: is refused: %s', (sentence, judge) => {
    expect(sentenceOf(judge)).toBe(sentence);
  });

  it.each<[string, () => unknown]>([
    ['a subject', () => judgeCompleteOptions({ subject: '' })],
    ['any subject', () => judgeCompleteOptions({ subject: anySubject })],
    ['a query', () => judgeCallbackUrl('?code=c')],
    ['a URL', () => judgeCallbackUrl(new URL(url))],
    ['all of a login', () => judgeLoginOptions({ scopes: ['read'], again: true, signal })],
    ['all of a sign-out', () => judgeLogoutOptions({ forget: 'everything', signal })],
    ['a signal', () => judgeWaitOptions({ signal })],
    ['all of a request', () => judgeHostRequest({ method: 'GET', url, nonce: 'n', signal })],
    [
      'all of an answered request',
      () => judgeAnsweredRequest({ method: 'GET', url, body: 7, authorization: 'Bearer a', signal }),
    ],
    ['a request that carried no token', () => judgeAnsweredRequest({ authorization: null })],
    ['a response', () => judgeResponse(new Response())],
    ['a listener', () => judgeListener(() => {})],
    ['a request without a signal', () => new RequestReader().read(url, { signal: null, method: 'GET' })],
    ['a request with its signal', () => new RequestReader().read(url, { signal })],
  ])('HOST-2: %s is not refused', (_what, judge) => {
    expect(sentenceOf(judge)).toBeUndefined();
  });

  it.each([url, new URL(url), new Request(url)])('HOST-2: a request goes where %s says', (input) => {
    expect(new RequestReader().read(input, {}).href).toBe(url);
  });

  it('HOST-2: each request goes where it says itself, whatever was read before', () => {
    const reader = new RequestReader();
    const moving = new URL(url);
    expect(reader.read(moving, {}).href).toBe(url);
    moving.pathname = '/other';
    const inputs = [moving, url, url, `${url}/a`, url];
    const places = ['https://mcp.example/other', url, url, `${url}/a`, url];
    expect(inputs.map((input) => reader.read(input, {}).href)).toEqual(places);
    expect(sentenceOf(() => reader.read('/mcp', {}))).toContain(wholeUrl);
    expect(sentenceOf(() => reader.read(url, { method: '' }))).toContain('init.method');
  });

  it('HOST-2: a place is judged once, and never where it is refused', () => {
    const judged: string[] = [];
    const reader = new RequestReader(({ href }) => {
      judged.push(href);
      if (href !== url) throw new Error('elsewhere');
    });
    for (const input of [url, url, new URL(url), url]) reader.read(input, {});
    for (let times = 1; times <= 2; times += 1)
      expect(() => reader.read(`${url}/a`, {})).toThrow('elsewhere');
    expect(judged).toEqual([url, url, `${url}/a`, `${url}/a`]);
  });
});
