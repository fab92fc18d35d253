// JSON from strangers: an object or nothing, own members only, and which media types are JSON at all.
import { describe, expect, test } from 'vitest';
import { isJson, own, readObject } from '../../protocol/json.ts';

describe('readObject', () => {
  test.each([
    ['an object', '{"a":1}', { a: 1 }],
    ['an empty object', ' {} ', {}],
    ['D18: of two members alike, always the last', '{"issuer":"a","issuer":"b"}', { issuer: 'b' }],
  ])('reads %s', (_, text, expected) => {
    expect(readObject(text)).toEqual(expected);
  });

  test.each([
    ['D17: an array', '[{"a":1}]'],
    ['D17: a string', '"text"'],
    ['D17: a number', '7'],
    ['D17: null', 'null'],
    ['D17: a boolean', 'true'],
    ['nothing', ''],
    ['half an object', '{"a":1'],
    ['two objects', '{}{}'],
    ['D16: HTML', '<!doctype html><title>x</title>'],
    ['T04: a form', 'access_token=x&token_type=bearer'],
    ['D21: a byte order mark', '\ufeff{}'],
    ['D21: a bare NUL', '{"a":"\0"}'],
    ['D20: nesting without end', '['.repeat(100_000)],
    ['not a number', '{"a":NaN}'],
  ])('makes nothing of %s', (_, text) => {
    expect(readObject(text)).toBeUndefined();
  });

  test('D20: survives deep nesting and huge numbers', () => {
    const deep = readObject(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"b":1e999}`);
    expect(deep && own(deep, 'b')).toBe(Number.POSITIVE_INFINITY);
  });

  test('D19: a prototype in the text changes no prototype', () => {
    const object = readObject(
      '{"__proto__":{"issuer":"evil"},"constructor":{"prototype":{"issuer":"evil"}}}',
    );
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(object && own(object, 'issuer')).toBeUndefined();
    expect(({} as Record<string, unknown>)['issuer']).toBeUndefined();
  });
});

describe('own (D19)', () => {
  const object = readObject('{"a":1,"no":null}') ?? {};
  test.each([
    ['a', 1],
    ['no', null],
    ['b', undefined],
    ['constructor', undefined],
    ['toString', undefined],
    ['__proto__', undefined],
  ])('%s: %s', (name, expected) => {
    expect(own(object, name)).toBe(expected);
  });

  test('does not depend on methods of the object', () => {
    expect(own(readObject('{"hasOwnProperty":1,"a":2}') ?? {}, 'a')).toBe(2);
  });
});

describe('isJson (D15)', () => {
  test.each([
    ['application/json', true],
    ['application/jwk-set+json', true],
    ['application/vnd.x.y+json', true],
    ['application/a_b-c+d+json', true],
    ['text/html', false],
    ['text/json', false],
    ['text/plain', false],
    ['application/jsonp', false],
    ['application/json-seq', false],
    ['application/+json', false],
    ['xapplication/json', false],
    ['application/json, text/html', false],
    ['', false],
  ])('%s: %s', (mediaType, expected) => {
    expect(isJson(mediaType)).toBe(expected);
  });
});
