// WWW-Authenticate from friends and strangers: vectors for the challenge reader.
import { describe, expect, test } from 'vitest';
import { readChallenge, readScopeList, readScopes } from '../../protocol/challenge.ts';

const read = (header: string | null | undefined) => {
  const { status, ...rest } = readChallenge(401, header);
  expect(status).toBe(401);
  return rest;
};
const url = 'https://r.example/.well-known/oauth-protected-resource/mcp';
const bearer = { scheme: 'bearer' as const };

describe('readChallenge finds', () => {
  test.each([
    [
      'everything',
      `Bearer realm="x", error="invalid_token", resource_metadata="${url}", scope="a b"`,
      { ...bearer, error: 'invalid_token', resourceMetadata: url, scopes: ['a', 'b'] },
    ],
    ['a bare scheme', 'Bearer', bearer],
    ['a bare scheme among others', 'Negotiate, Bearer, Basic realm="x"', bearer],
    [
      'W01: Bearer behind others',
      `Basic realm="a, b", Digest nonce=x , Bearer scope=s`,
      { ...bearer, scopes: ['s'] },
    ],
    ['W01: Bearer behind a token', `Negotiate YWJj/+==, Bearer error=x`, { ...bearer, error: 'x' }],
    ['W02: lines joined by commas', `Bearer realm="x",Bearer error="e"`, { ...bearer, error: 'e' }],
    ['W02: empty elements', `, ,Bearer ,, error="e",,`, { ...bearer, error: 'e' }],
    [
      'W03: a quoted comma and scope=',
      `Bearer error_description="a, scope=\\"admin:all\\", b", scope="ok"`,
      { ...bearer, scopes: ['ok'] },
    ],
    ['W03: a challenge inside quotes', `Basic realm="x, Bearer error=evil"`, {}],
    ['W03: a challenge inside quotes behind a broken one', `Basic x y "a, Bearer error=evil, b"`, {}],
    [
      'W04: a name that ends alike',
      `Bearer x_resource_metadata="https://evil.example", resource_metadata="${url}"`,
      { ...bearer, resourceMetadata: url },
    ],
    ['W04: a name that begins alike', `Bearer resource_metadata_x="https://evil.example"`, bearer],
    [
      'W05: escapes, once',
      `Bearer error="in\\valid\\_token", scope="a\\\\\\\\b c"`,
      { ...bearer, error: 'invalid_token', scopes: ['c'] },
    ],
    ['W06: upper case', `BEARER ERROR="x", Scope="s"`, { ...bearer, error: 'x', scopes: ['s'] }],
    ['W06: blanks around =', `Bearer \t error =\t"x" , scope= s`, { ...bearer, error: 'x', scopes: ['s'] }],
    ['W06: token form', 'Bearer error=invalid_token', { ...bearer, error: 'invalid_token' }],
    [
      'a URL without its quotes',
      `Bearer error=x, resource_metadata=${url}?a=b, scope=s`,
      { ...bearer, error: 'x', resourceMetadata: `${url}?a=b`, scopes: ['s'] },
    ],
    ['an unquoted value of all its letters', 'Bearer error=!#+-[]~', { ...bearer, error: '!#+-[]~' }],
    ['a name of all letters', "Bearer !#$%&'*+-.^_`|~aZ09=x, error=e", { ...bearer, error: 'e' }],
    ['an empty quoted value', 'Bearer error="", realm=""', bearer],
    ['W15: a token instead of parameters', 'Bearer YWJj==', bearer],
    ['W15: a token of all its letters', 'Bearer aZ09-._~+/== , error="x"', bearer],
    ['W15: parameters behind a token belong to nobody', 'Bearer YWJj==, error="x"', bearer],
    [
      'W15: DPoP alone',
      'DPoP algs="ES256", error="use_dpop_nonce"',
      { scheme: 'dpop', error: 'use_dpop_nonce' },
    ],
    ['W15: Bearer before DPoP, whatever their order', `DPoP error="x", Bearer`, bearer],
    [
      'of two Bearers, the one that says something',
      `Bearer realm="a", Bearer scope="s", error="x"`,
      { ...bearer, scopes: ['s'], error: 'x' },
    ],
    [
      'of two Bearers that say something, the first',
      `Bearer resource_metadata="${url}", Bearer error="x"`,
      { ...bearer, resourceMetadata: url },
    ],
    [
      'of two Bearers that say nothing, the first',
      `Bearer scope="a", Bearer scope="b"`,
      { ...bearer, scopes: ['a'] },
    ],
    [
      'a sound Bearer behind a broken one',
      `Bearer error="x" junk, Bearer error="y"`,
      { ...bearer, error: 'y' },
    ],
    [
      'what came before an unterminated quote',
      `Bearer error="x", Basic realm="oops, Bearer error=y`,
      { ...bearer, error: 'x' },
    ],
    ['W10: __proto__', `Bearer __proto__="x", constructor="y", error="z"`, { ...bearer, error: 'z' }],
  ])('%s', (_, header, expected) => {
    expect(read(header)).toEqual(expected);
  });
});

describe('readChallenge makes nothing of', () => {
  test.each([
    ['W12: no header', null],
    ['W12: no header, otherwise', undefined],
    ['nothing', ''],
    ['commas', ' , ,, '],
    ['other schemes', 'Basic realm="x", Digest nonce="y", MyBearer error=x'],
    ['W07: a repeated parameter', 'Bearer error="a", error="b"'],
    ['W07: a repeated parameter in another case', `Bearer scope="a", realm="x", SCOPE="b"`],
    ['W07: a repeated parameter, the same again', 'Bearer error="a", error="a"'],
    ['W08: an unterminated quote', 'Bearer error="x'],
    ['W08: an unterminated quote at a backslash', 'Bearer error="x\\'],
    ['W08: an unterminated quote behind a sound parameter', `Bearer resource_metadata="${url}", error="x`],
    ['W08: a parameter without a scheme', `resource_metadata="${url}"`],
    ['W08: an equals sign', '='],
    ['W08: a quote', '"'],
    ['W08: an empty scheme', ' ="x", "y"'],
    ['W08: a value missing', 'Bearer realm="x", error= , scope="s"'],
    ['W08: a scheme glued to a token', 'Bearer/x'],
    ['W08: two values', 'Bearer error="x""y"'],
    ['W08: a text where a parameter should stand', 'Bearer error="x", "y"'],
    ['W08: a value without a name', 'Bearer error="x", ="y"'],
    ['W08: a blank for an equals sign', 'Bearer error xinvalid_token'],
    ['W08: parameters without a comma', 'Bearer error="x" scope="y"'],
    ['W08: a scheme glued to something', 'Bearer@x error="y"'],
    ['W08: a comma missing between challenges', 'Basic Bearer error="y"'],
    ['W08: other alphabets', '\u0411earer error="x"'],
  ])('%s', (_, header) => {
    expect(read(header)).toEqual({});
  });

  test('W14: an answer that is no refusal', () => {
    for (const status of [0, 200, 204, 302, 399, 500]) {
      expect(readChallenge(status, 'Bearer error="x"')).toEqual({ status });
    }
  });
});

test('W13: any other 4xx is read like a 401 and a 403', () => {
  for (const status of [400, 401, 403, 499]) {
    expect(readChallenge(status, `Bearer resource_metadata="${url}"`)).toEqual({
      status,
      scheme: 'bearer',
      resourceMetadata: url,
    });
  }
});

test('W10: no prototype is touched', () => {
  read('Bearer __proto__="polluted", a="b"');
  expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

describe('values that are dropped, without the rest of the challenge', () => {
  test.each([
    ['W11: control characters in an error', 'Bearer error="a\r\nb"'],
    ['an error that is too long', `Bearer error="${'a'.repeat(65)}"`],
    ['a relative address', 'Bearer resource_metadata="/x"'],
    ['an address of another scheme', 'Bearer resource_metadata="javascript:alert(1)"'],
    ['W11: an address with a line break', 'Bearer resource_metadata="https://r.example/\n"'],
    ['an address of 2 KiB and one', `Bearer resource_metadata="https://r.example/${'a'.repeat(2049 - 18)}"`],
    ['an empty scope', 'Bearer scope=""'],
    ['W16: a scope of illegal characters', 'Bearer scope="a\\"b \\\\ ä \x07"'],
  ])('%s', (_, header) => {
    expect(read(header)).toEqual(bearer);
  });

  test('an address of 2 KiB is kept', () => {
    const long = `https://r.example/${'a'.repeat(2048 - 18)}`;
    expect(read(`Bearer resource_metadata="${long}"`)).toEqual({ ...bearer, resourceMetadata: long });
  });

  test('an http address is kept as it was written: whether it may be used is judged at the door', () => {
    const odd = 'HTTP://169.254.169.254/a/../b';
    expect(read(`Bearer resource_metadata="${odd}"`)).toEqual({ ...bearer, resourceMetadata: odd });
  });
});

describe('readScopes, readScopeList (W16)', () => {
  test.each([
    ['order and duplicates', 'b a b  a c ', ['b', 'a', 'c']],
    [
      'punctuation of real scopes',
      'https://x.example/a.b user:read,write',
      ['https://x.example/a.b', 'user:read,write'],
    ],
    ['all letters', '! # [ ] ~', ['!', '#', '[', ']', '~']],
    ['illegal characters', 'ok a"b a\\b ü a\tb \x00 \ud800', ['ok']],
    ['long names', `${'a'.repeat(256)} ${'b'.repeat(257)}`, ['a'.repeat(256)]],
    ['a megabyte in one name', 'x'.repeat(1_048_576), undefined],
    ['nothing', '', undefined],
    ['blanks', '   ', undefined],
    ['no text', ['a'], undefined],
    ['null', null, undefined],
  ])('text: %s', (_, value, expected) => {
    expect(readScopes(value)).toEqual(expected);
  });

  test('text: at most 100 of 10,000', () => {
    const scopes = readScopes(Array.from({ length: 10_000 }, (_, i) => `s${i}`).join(' '));
    expect(scopes).toHaveLength(100);
    expect(scopes?.[99]).toBe('s99');
  });

  test.each([
    ['order and duplicates', ['b', 'a', 'b'], ['b', 'a']],
    ['other types and blanks', ['a', 7, null, 'b c', {}, '', 'd'], ['a', 'd']],
    ['nothing', [], undefined],
    ['a text', 'a b', undefined],
    ['an object', { 0: 'a', length: 1 }, undefined],
  ])('list: %s', (_, value, expected) => {
    expect(readScopeList(value)).toEqual(expected);
  });

  test('list: at most 1,000', () => {
    expect(readScopeList(Array.from({ length: 5000 }, (_, i) => `s${i}`))).toHaveLength(1000);
  });
});

describe('W09', () => {
  const fill = (unit: string, length: number) =>
    unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

  test('a header of 16 KiB is read, a longer one is not', () => {
    const head = 'Bearer error="x", realm="';
    const header = `${head}${'a'.repeat(16_384 - head.length - 1)}"`;
    expect(read(header)).toEqual({ ...bearer, error: 'x' });
    expect(read(`${header} `)).toEqual({});
    expect(read(fill('Bearer x="', 1_048_576))).toEqual({});
  });

  const hostile = [
    'Bearer ',
    'a, ',
    'a =',
    '"',
    '\\"',
    'a="\\',
    'a=b, ',
    'a b ',
    ' ',
    '\t=',
    '=',
    'Bearer a="b" ',
    'x"y" ',
  ];
  test.each(hostile)('time grows like the length of repeated %j', (unit) => {
    const [short, long] = [2000, 16_000].map((length) =>
      quickest(`Bearer a="${fill(unit, length)}`, `Bearer ${fill(unit, length)}`),
    );
    // Eight times the length takes about 8 times as long; quadratic work takes 64 times.
    expect((long ?? 0) / (short ?? 1)).toBeLessThan(32);
  });

  function quickest(...headers: readonly string[]): number {
    const times = Array.from({ length: 40 }, () => {
      const start = performance.now();
      for (const header of headers) for (let i = 0; i < 3; i += 1) readChallenge(401, header);
      return performance.now() - start;
    });
    return Math.min(...times);
  }
});
