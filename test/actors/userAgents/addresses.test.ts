// Tables of what a person may be led to, and of what counts as a response to a redirect URI.
import { describe, expect, test } from 'vitest';
import { localhostWithoutListener, pageAddress, responseAt } from '../../../actors/userAgents/addresses.ts';
import { AuthError } from '../../../contract/errors.ts';
import { sameText, stateOf } from '../../../protocol/authorizationResponse.ts';

describe('pageAddress', () => {
  test.each([
    ['https', 'https://as.example/authorize?a=b', 'https://as.example/authorize?a=b'],
    ['http to 127.0.0.1', 'http://127.0.0.1:9000/a', 'http://127.0.0.1:9000/a'],
    ['http to ::1', 'http://[::1]:9000/a', 'http://[::1]:9000/a'],
    ['http to localhost', 'http://localhost:9000/a', 'http://localhost:9000/a'],
    [
      'A06 control and bidi characters leave as ASCII',
      'https://as.example/\u001b]8;;\u202e?q=\u001b[2J',
      'https://as.example/%1B]8;;%E2%80%AE?q=%1B[2J',
    ],
    ['16 KiB', 'https://as.example/?'.padEnd(16 * 1024, 'a'), 'https://as.example/?'.padEnd(16 * 1024, 'a')],
    ['A06 a newline is gone', 'https://as.example/a\nb', 'https://as.example/ab'],
    [
      'A02 quotes and spaces leave encoded',
      `https://as.example/?a="b' c`,
      'https://as.example/?a=%22b%27%20c',
    ],
  ])('lets through: %s', (_what, url, expected) => {
    expect(pageAddress(url)).toBe(expected);
  });

  test.each([
    ['A01 javascript', 'javascript:alert(1)'],
    ['A01 data', 'data:text/html,x'],
    ['A01 file', 'file:///etc/passwd'],
    ['A01 vbscript', 'vbscript:x'],
    ['A01 custom scheme', 'ms-msdt:/id'],
    ['A01 http elsewhere', 'http://as.example/authorize'],
    ['A01 http to a name that begins like loopback', 'http://127.0.0.1.evil.example/'],
    ['A03 an option of the opener', '--new-window'],
    ['A03 an option with a URL in it', '-a https://as.example/'],
    ['A04 longer than 16 KiB', `https://as.example/?${'a'.repeat(16 * 1024)}`],
    ['A04 one more than 16 KiB', 'https://as.example/?'.padEnd(16 * 1024 + 1, 'a')],
    [
      'A04 longer than 16 KiB before line breaks are left out',
      `https://as.example/${'\n'.repeat(16 * 1024)}`,
    ],
    ['A04 longer than 16 KiB once encoded', `https://as.example/?${'"'.repeat(6 * 1024)}`],
    ['a user name', 'https://good.example@evil.example/'],
    ['nothing', ''],
  ])('refuses: %s', (_what, url) => {
    expect(() => pageAddress(url)).toThrow(AuthError);
    expect(() => pageAddress(url)).toThrow(
      expect.objectContaining({ code: 'address_refused', phase: 'authorizing' }),
    );
  });
});

describe('the page that a person is sent to', () => {
  test.each([
    'ftp://127.0.0.1/',
    'file://127.0.0.1/a',
    'ws://localhost/',
    'http://as.example/',
    'javascript:alert(1)',
    'https://ada@as.example/',
    'https://:secret@as.example/',
    `https://as.example/${'a'.repeat(16 * 1024)}`,
    '',
  ])('A01 is not %s', (text) => {
    expect(() => pageAddress(text)).toThrow(
      expect.objectContaining({ code: 'address_refused', phase: 'authorizing' }),
    );
  });

  test.each(['https://as.example/', 'http://127.0.0.1:3000/a', 'http://localhost/a', 'http://[::1]/'])(
    'A01 may be %s',
    (text) => {
      expect(pageAddress(text)).toBe(text);
    },
  );
});

test('REG-12: localhost is the name of the redirect URI without a listener, and of no other', () => {
  expect(localhostWithoutListener('http://127.0.0.1/callback')).toBe('http://localhost/callback');
  for (const other of ['http://127.0.0.1:80/callback', 'http://127.0.0.1/other', ''])
    expect(localhostWithoutListener(other)).toBeUndefined();
});

describe('responseAt', () => {
  const own = 'http://127.0.0.1:4000/callback';
  test.each([
    ['the query byte for byte', own, `${own}?code=a%2fB+c&state=%73`, `${own}?code=a%2fB+c&state=%73`],
    ['no query', own, own, own],
    ['a query that is empty', own, `${own}?`, `${own}?`],
    ['a query with a question mark in it', own, `${own}?code=a?b`, `${own}?code=a?b`],
    ['without the fragment', own, `${own}?code=a#_=_`, `${own}?code=a`],
    ['without a fragment that looks like a query', own, `${own}#?code=a`, own],
    ['16 KiB', own, `${own}?`.padEnd(16 * 1024, 'a'), `${own}?`.padEnd(16 * 1024, 'a')],
    [
      'a redirect URI with an empty query',
      'https://app.example/cb?',
      'https://app.example/cb?code=a',
      'https://app.example/cb?code=a',
    ],
    ['a scheme in capitals', own, 'HTTP://127.0.0.1:4000/callback?x', `${own}?x`],
    [
      'a redirect URI with a query',
      'https://app.example/cb?k=1',
      'https://app.example/cb?k=1&code=a',
      'https://app.example/cb?k=1&code=a',
    ],
  ])('takes: %s', (_what, redirectUri, text, expected) => {
    expect(responseAt(redirectUri, text)).toBe(expected);
  });

  test.each([
    ['another port', 'http://127.0.0.1:4001/callback?code=a'],
    ['another host', 'http://localhost:4000/callback?code=a'],
    ['another scheme', 'https://127.0.0.1:4000/callback?code=a'],
    ['a longer path', 'http://127.0.0.1:4000/callback/?code=a'],
    ['a user name', 'http://x@127.0.0.1:4000/callback?code=a'],
    ['a password', 'http://:x@127.0.0.1:4000/callback?code=a'],
    ['one more than 16 KiB', `${own}?`.padEnd(16 * 1024 + 1, 'a')],
    ['white space in it', `${own}?code=a b`],
    ['more than 16 KiB', `${own}?code=${'a'.repeat(16 * 1024)}`],
    ['not a URL', 'code=a'],
  ])('leaves: %s', (_what, text) => {
    expect(responseAt(own, text)).toBeUndefined();
  });
});

test.each([
  ['one', 'http://x/?state=a%2Bb', 'a+b'],
  ['none', 'http://x/?code=c', undefined],
  ['no query', 'http://x/', undefined],
  ['empty', 'http://x/?state=', undefined],
  ['A14 two', 'http://x/?state=a&state=a', undefined],
])('stateOf: %s', (_what, url, expected) => {
  expect(stateOf(url)).toBe(expected);
});

test.each([
  ['abc', 'abc', true],
  ['abc', 'abd', false],
  ['abc', 'ab', false],
  ['', 'a', false],
])('sameText: %o and %o: %o', (one, other, expected) => {
  expect(sameText(one, other)).toBe(expected);
});
