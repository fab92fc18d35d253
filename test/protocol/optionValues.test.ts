// The kinds of values that options have: for each what is let through, what is refused, and what the refusal asks for.
import { describe, expect, it } from 'vitest';
import type { Judge } from '../../protocol/options.ts';
import * as kinds from '../../protocol/optionValues.ts';

/** What is said of a value; nothing of one that is let through. */
function sentenceOn(judge: Judge, value: unknown): string | undefined {
  try {
    judge(value, 'here');
    return undefined;
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'config_invalid', phase: 'configuring' });
    return (thrown as Error).message;
  }
}

interface Row {
  readonly kind: Judge;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
  /** What the sentence names. */
  readonly asks: RegExp;
}

const longest = 2 ** 31 - 1;
/** All letters of a method. @see RFC 9110 §5.6.2 */
const tokenLetters = [..."!#$%&'*+-.^_`|~09azAZ"];
const notTokens = ['', 'G T', 'GET ', ' GET', 'GET\n', 'G/T', 'G(T', 'G,T', 'G"T', 'É', 5, null];
/** All letters of a scope, and of a nonce. @see RFC 6749 appendix A */
const scopeLetters = Array.from({ length: 94 }, (_, at) => String.fromCharCode(at + 0x21)).filter(
  (letter) => letter !== '"' && letter !== '\\',
);
const notScopes = ['', 'a b', 'a"', '"a', 'a\\', 'a\u007f', 'a\n', 'ü', 5, null];
const callable = (): void => {};
const url = new URL('https://app.example/');

const rows: Readonly<Record<string, Row>> = {
  duration: {
    kind: kinds.duration,
    good: [1, 0.5, longest],
    bad: [0, -1, longest + 1, Number.NaN, '1', 1n],
    asks: /milliseconds, above 0 and at most 2147483647/,
  },
  durationOrNone: {
    kind: kinds.durationOrNone,
    good: [0, 1, longest],
    bad: [-1, longest + 1, Number.NaN, '0'],
    asks: /milliseconds, from 0 to 2147483647/,
  },
  flag: { kind: kinds.flag, good: [true, false], bad: [0, 'true', null], asks: /true or false/ },
  callback: { kind: kinds.callback, good: [callable, URL], bad: [{}, null], asks: /function/ },
  anyText: { kind: kinds.anyText, good: ['', 'a\n'], bad: [5, null, ['a']], asks: /text/ },
  name: {
    kind: kinds.name,
    good: ['a', ' Übung 1 ', '名前', '🎉', 'می\u200cخواهم', '👩\u200d💻'],
    bad: [
      ...['', ' ', '\u200b', '\u200b \u3164', 'a\nb', 'a\u0085', 'a\ud800', 'a\u2028b', 'a\u2029b'],
      ...['\u202aa', '\u202ea', '\u2066a', '\u2069a', 5, null],
    ],
    asks: /people can read/,
  },
  id: {
    kind: kinds.id,
    good: [' ', '~', 'x'.repeat(4096)],
    bad: ['', 'x'.repeat(4097), 'a\n', 'ä', '\u007f', 5],
    asks: /printable ASCII/,
  },
  token: {
    kind: kinds.token,
    good: ['!', '~', 'a.b'],
    bad: ['', 'a b', ' a', 'a\n', 'ä', '\u007f', 5],
    asks: /token: printable ASCII/,
  },
  scopes: {
    kind: kinds.scopes,
    good: [[], scopeLetters, ['x'.repeat(256)]],
    bad: [...notScopes.map((scope) => [scope]), ['a', 'x'.repeat(257)]],
    asks: /here\[\d\] must be one scope: printable ASCII/,
  },
  address: {
    kind: kinds.address,
    good: ['https://a.example/?q', 'http://localhost/'],
    bad: ['http://a.example/', 'https://u@a.example/', 'https://a.example/#', 'ftp://localhost/', '', url],
    asks: /https URL without user name and fragment/,
  },
  issuer: {
    kind: kinds.issuer,
    good: ['https://a.example', 'http://127.0.0.1:8000/a'],
    bad: ['https://a.example/?', 'http://a.example', '', 5],
    asks: /URL of an issuer/,
  },
  issuers: {
    kind: kinds.issuers,
    good: [[], ['https://a.example']],
    bad: [[''], ['https://a.example?']],
    asks: /here\[0\] must be .*issuer/,
  },
  webPage: {
    kind: kinds.webPage,
    good: [
      'https://a.example/',
      'http://a.example/a?b#c',
      'https://a.example/#',
      'https://a.example:8443#a\nb',
    ],
    bad: ['a.example', 'javascript:alert(1)//#', 'https://u@a.example/#c', '', url],
    asks: /web page/,
  },
  redirectUri: {
    kind: kinds.redirectUri,
    good: ['https://a.example/', 'http://localhost/', 'com.example:/'],
    bad: ['http://a.example/', 'app:/', 'https://a.example/#', 5],
    asks: /without fragment/,
  },
  signal: {
    kind: kinds.signal,
    good: [
      AbortSignal.abort(),
      { aborted: false, addEventListener: callable, removeEventListener: callable },
    ],
    bad: [new AbortController(), { aborted: false }, new EventTarget(), null, undefined],
    asks: /AbortSignal/,
  },
  httpMethod: { kind: kinds.httpMethod, good: ['GET', ...tokenLetters], bad: notTokens, asks: /method/ },
  requestUrl: {
    kind: kinds.requestUrl,
    good: ['https://a.example/', 'app:x', url, { href: 'https://a.example/' }],
    bad: ['', '/a', undefined, null, 5, {}, { href: 5 }, ['https://a.example/'], { toString: () => 'a:b' }],
    asks: /whole URL/,
  },
  nonce: { kind: kinds.nonce, good: [...scopeLetters, 'x'.repeat(300)], bad: notScopes, asks: /DPoP-Nonce/ },
};

describe('HOST-2: a value of an option', () => {
  it.each(Object.entries(rows))('%s', (_name, { kind, good, bad, asks }) => {
    for (const value of good) expect([value, sentenceOn(kind, value)]).toEqual([value, undefined]);
    for (const value of bad) expect(sentenceOn(kind, value)).toMatch(asks);
  });

  it.each([
    ['scopes', kinds.scopes],
    ['issuers', kinds.issuers],
  ])('%s are a list, and the sentence says of what', (what, kind) => {
    expect(sentenceOn(kind, 'a')).toBe(`here must be an array of ${what}.`);
  });

  it('each kind has a row', () => {
    const helpers = ['isText', 'urlText', 'readUrl'];
    const judges = Object.keys(kinds).filter((name) => !helpers.includes(name));
    expect(Object.keys(rows).sort()).toEqual(judges.sort());
  });
});
