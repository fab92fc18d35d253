// Redirects of the resource that are followed by hand: over every status and method, and where each leads.
import { describe, expect, test } from 'vitest';
import {
  bodyHeaders,
  credentialHeaders,
  judgeRedirect,
  type RedirectedRequest,
} from '../../protocol/resourceRedirect.ts';

const url = new URL('https://rs.example/old?x=1');
const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
const of = (more: Partial<RedirectedRequest> = {}): RedirectedRequest => ({
  url,
  method: 'GET',
  canRepeat: true,
  followed: 0,
  ...more,
});
const stop = { kind: 'stop' };
const follow = (to: string, more: object = {}) => ({
  kind: 'follow',
  to: new URL(to),
  method: 'GET',
  dropsBody: false,
  leavesOrigin: false,
  ...more,
});

describe('which answers are redirects', () => {
  test('EXT-5: 301, 302, 303, 307 and 308 with a place', () => {
    const followed = statuses.filter((status) => judgeRedirect(status, '/new', of()).kind === 'follow');
    expect(followed).toEqual([301, 302, 303, 307, 308]);
    expect(statuses.filter((status) => judgeRedirect(status, null, of()).kind === 'follow')).toEqual([]);
  });

  test('D10: twenty of them, and no more', () => {
    expect(judgeRedirect(302, '/new', of({ followed: 19 }))).toEqual(follow('https://rs.example/new'));
    for (const followed of [20, 21, 1000]) expect(judgeRedirect(302, '/new', of({ followed }))).toEqual(stop);
  });
});

describe('where they lead (TOK-1, TOK-2)', () => {
  test.each([
    ['/new', 'https://rs.example/new', false],
    ['new', 'https://rs.example/new', false],
    ['?y=2', 'https://rs.example/old?y=2', false],
    ['', 'https://rs.example/old?x=1', false],
    ['https://RS.example:443/new', 'https://rs.example/new', false],
    ['//evil.example/new', 'https://evil.example/new', true],
    ['http://rs.example/new', 'http://rs.example/new', true],
    ['https://rs.example:8443/new', 'https://rs.example:8443/new', true],
    ['https://rs.example.evil.example/', 'https://rs.example.evil.example/', true],
  ])('%j leads to %s; to another origin: %s', (location, to, leavesOrigin) => {
    expect(judgeRedirect(307, location, of())).toEqual(follow(to, { leavesOrigin }));
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://rs.example/',
    'file:///etc/passwd',
    'https://',
  ])('%j leads nowhere', (location) => {
    expect(judgeRedirect(302, location, of())).toEqual(stop);
  });
});

describe('which method is used, and what stays behind', () => {
  const toGet = [
    '301 POST',
    '302 POST',
    '303 POST',
    '303 PUT',
    '303 PATCH',
    '303 DELETE',
    '303 post',
    '303 get',
  ];
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'post', 'get'];
  const rows = [301, 302, 303, 307, 308].flatMap((status) =>
    methods.map((method) => [status, method, toGet.includes(`${status} ${method}`)] as const),
  );

  test.each(rows)('%d after %s: becomes GET without its body: %s', (status, method, dropsBody) => {
    const expected = follow('https://rs.example/new', { method: dropsBody ? 'GET' : method, dropsBody });
    expect(judgeRedirect(status, '/new', of({ method }))).toEqual(expected);
    // C15: what can be read only once is not sent again, unless it stays behind.
    const once = judgeRedirect(status, '/new', of({ method, canRepeat: false }));
    expect(once).toEqual(dropsBody ? expected : stop);
  });

  test('headers of the body, and of credentials', () => {
    expect([...bodyHeaders].sort()).toEqual(
      ['encoding', 'language', 'length', 'location', 'type'].map((name) => `content-${name}`),
    );
    expect([...credentialHeaders].sort()).toEqual(['authorization', 'cookie', 'dpop', 'proxy-authorization']);
  });
});
