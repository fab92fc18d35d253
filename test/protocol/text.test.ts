// Text from strangers: what is shown of it, what is held back, what counts as an error code.
import { describe, expect, it, test } from 'vitest';
import {
  isHeaderValue,
  isSecretText,
  oauthErrorCode,
  placeOf,
  shown,
  withoutSecrets,
} from '../../protocol/text.ts';

describe('shown', () => {
  test.each([
    ['plain text', 'Übung macht den Meister: "ja" 🎉', 'Übung macht den Meister: "ja" 🎉'],
    ['W11: line breaks', 'a\r\nb\u2028c\u2029d', 'a\\u{d}\\u{a}b\\u{2028}c\\u{2029}d'],
    ['a terminal colour', '\x1b[31mred', '\\u{1b}[31mred'],
    [
      'a terminal link',
      '\x1b]8;;https://evil.example\x07x\x9c',
      '\\u{1b}]8;;https://evil.example\\u{7}x\\u{9c}',
    ],
    ['C1 controls and DEL', '\x7f\x85\x9b', '\\u{7f}\\u{85}\\u{9b}'],
    ['bidi controls', '\u202eabc\u2066\u200f', '\\u{202e}abc\\u{2066}\\u{200f}'],
    ['what is drawn as nothing', 'a\u200b\ufeff\u{e0041}\u3164b', 'a\\u{200b}\\u{feff}\\u{e0041}\\u{3164}b'],
    ['format characters that are drawn', '\u0600\ufff9', '\\u{600}\\u{fff9}'],
    ['lone surrogates', '\ud800x\udc00', '\\u{d800}x\\u{dc00}'],
    ['private use', '\ue000', '\\u{e000}'],
    ['nothing', '', ''],
  ])('%s', (_, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test('keeps a text of just the cap, and says when it cut', () => {
    expect(shown('a'.repeat(200))).toBe('a'.repeat(200));
    expect(shown('a'.repeat(201))).toBe(`${'a'.repeat(200)}…`);
    expect(shown('abc', 2)).toBe('ab…');
  });

  test('never cuts a character or an escape in two', () => {
    expect(shown('a🎉', 2)).toBe('a…');
    expect(shown('a\n', 5)).toBe('a…');
  });

  test('caps what escapes make of a long text', () => {
    expect(shown('\0'.repeat(1_000_000)).length).toBeLessThanOrEqual(201);
  });
});

describe('withoutSecrets', () => {
  it('L05: looks at the beginning of a long text, and passes on no more of it', () => {
    const long = 'x'.repeat(1_048_576);
    expect(withoutSecrets(long, ['another secret'])).toBe('x'.repeat(2_000));
    expect(withoutSecrets(`${long}another secret`, ['another secret'])).toBe('x'.repeat(2_000));
    expect(withoutSecrets(`another secret${long}`, ['another secret'])).toBeUndefined();
  });

  const secret = 'fake-code/~+.%-VERIFIER_123456789';
  const part = secret.slice(10, 20);

  test.each([
    ['the secret', `bad code ${secret}`],
    ['8 of its characters', `…${secret.slice(5, 13)}…`],
    ['its end', secret.slice(-8)],
    ['percent-encoded', `code=${encodeURIComponent(secret)}`],
    ['percent-encoded throughout', [...part].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')],
    ['base64url', `x ${Buffer.from(secret).toString('base64url')}`],
    ['base64', Buffer.from(`id:${secret}`).toString('base64')],
    ['base64, one off', Buffer.from(`i:${secret}`).toString('base64')],
    ['base64, behind another letter', `a${Buffer.from(secret).toString('base64')}`],
    ['base64, behind two other letters', `ab${Buffer.from(secret).toString('base64')}`],
    ['base64, behind three other letters', `abc${Buffer.from(secret).toString('base64')}`],
  ])('holds back a text with %s', (_, text) => {
    expect(withoutSecrets(text, ['another secret', secret])).toBeUndefined();
  });

  const encoded = (text: string, encoding: 'base64' | 'base64url') => Buffer.from(text).toString(encoding);

  test.each([
    ['percent-encoding in capitals', 'JKLMNOjklmno', '%4A%4B%4C%4D%4E%4F%6A%6B%6C%6D%6E%6F'],
    ['percent-encoding in small letters', 'JKLMNOjklmno', '%4a%4b%4c%4d%4e%4f%6a%6b%6c%6d%6e%6f'],
    ['base64 with + throughout', '>'.repeat(12), encoded('>'.repeat(12), 'base64')],
    ['base64 with / throughout', '?'.repeat(12), encoded('?'.repeat(12), 'base64')],
    ['base64url with - throughout', '>'.repeat(12), encoded('>'.repeat(12), 'base64url')],
    ['base64url with _ throughout', '?'.repeat(12), encoded('?'.repeat(12), 'base64url')],
    ['base64 of 8 letters, all of a short secret', 's3cret', encoded('s3cret', 'base64')],
  ])('sees through %s', (_, hidden, text) => {
    expect(withoutSecrets(text, [hidden])).toBeUndefined();
  });

  test('takes fewer than 8 letters for a word, not for base64', () => {
    const text = encoded('4711', 'base64url');
    expect(withoutSecrets(text, ['4711'])).toBe(text);
  });

  test('knows all secrets of one length', () => {
    for (const text of ['is 1234?', 'is 5678?']) {
      expect(withoutSecrets(text, ['1234', '5678'])).toBeUndefined();
    }
  });

  test.each([
    ['unrelated', 'The code has expired.'],
    ['7 characters in a row', `x${secret.slice(5, 12)}x`],
    ['broken percent-encoding', '100% %zz %4'],
    ['empty', ''],
  ])('passes a text that is %s', (_, text) => {
    expect(withoutSecrets(text, [secret])).toBe(text);
  });

  test('a short secret counts as a whole, an empty one not at all', () => {
    expect(withoutSecrets('the pin is 4711', ['4711'])).toBeUndefined();
    expect(withoutSecrets('the pin is 471', ['4711'])).toBe('the pin is 471');
    expect(withoutSecrets('text', [''])).toBe('text');
    expect(withoutSecrets('text', [])).toBe('text');
  });
});

describe('oauthErrorCode', () => {
  test.each(['invalid_grant', 'x', 'a b!#[]~', 'a'.repeat(64)])('reads %j', (value) => {
    expect(oauthErrorCode(value)).toBe(value);
  });

  test.each([
    '',
    'a"b',
    'a\\b',
    'a\nb',
    'ä',
    '\x7f',
    'a'.repeat(65),
    'invalid_grant\n',
    7,
    null,
    undefined,
    ['x'],
    {},
  ])('refuses %j', (value) => {
    expect(oauthErrorCode(value)).toBeUndefined();
  });
});

describe('placeOf', () => {
  test.each([
    ['an origin', 'https://a.example', 'https://a.example'],
    ['an origin with a slash', 'https://a.example/', 'https://a.example/'],
    ['a path', 'https://a.example/b/c', 'https://a.example/b/c'],
    ['a path with a slash', 'https://a.example/b/', 'https://a.example/b/'],
    ['L01: no query, no fragment, no user', 'https://u:p@a.example/b?key=1#c', 'https://a.example/b'],
    ['W11: no escapes', 'https://a.example/\u202e', 'https://a.example/%E2%80%AE'],
    ['no URL', 'a.example', 'an address that is not a URL'],
  ])('%s', (_, url, expected) => {
    expect(placeOf(url)).toBe(expected);
  });

  test('of 500 characters, and no more', () => {
    const long = `https://a.example/${'b'.repeat(500 - 18)}`;
    expect(placeOf(long)).toBe(long);
    expect(placeOf(`${long}b`)).toBe(`${long}…`);
  });
});

describe('isSecretText', () => {
  test.each(['x', 'pässwörd with blanks', '\u{1f511}'])('%j can be sent', (value) => {
    expect(isSecretText(value)).toBe(true);
  });

  test.each(['', '\nsecret', 'sec\tret', 'secret\n', '\ud800secret', 'secret\udc00', 5, null])(
    '%j cannot',
    (value) => {
      expect(isSecretText(value)).toBe(false);
    },
  );
});

describe('isHeaderValue', () => {
  test.each(['x', 'Bearer a b', 'a'.repeat(8192)])('P07: what can be sent as it is (%#)', (value) => {
    expect(isHeaderValue(value)).toBe(true);
  });

  test.each(['', ' a', 'a ', 'a\tb', 'a\r\nb: c', 'a\u0000', 'ä', 'a'.repeat(8193), 5, null])(
    'P07: %j cannot',
    (value) => {
      expect(isHeaderValue(value)).toBe(false);
    },
  );
});
