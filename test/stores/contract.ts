// What every home for records must do, whatever it is made of. Each home runs this suite.
import { describe, expect, test } from 'vitest';
import type { Store } from '../../stores/store.ts';
import { watchContract } from './watchContract.ts';

const oddKeys: readonly (readonly [what: string, key: string])[] = [
  ['empty', ''],
  ['a path upwards', '../../../etc/passwd'],
  ['slashes and a trailing one', 'grant/https://as.example/a//b/'],
  ['backslashes', 'grant\\..\\..\\x'],
  ['a name of every object', '__proto__'],
  ['another one', 'constructor'],
  ['composed', 'caf\u00e9'],
  ['decomposed', 'cafe\u0301'],
  ['other scripts and emoji', '授权/العربية/🔑'],
  ['NUL and line ends', 'a\u0000b\r\nc'],
  ['upper case', 'KEY'],
  ['lower case', 'key'],
  ['a reserved name of Windows', 'CON'],
  ['4 KiB', 'k'.repeat(4096)],
  ['4 KiB, last character differs', `${'k'.repeat(4095)}l`],
];

const texts: readonly (readonly [what: string, text: string])[] = [
  ['empty', ''],
  ['1 MiB', 'x'.repeat(1024 * 1024)],
  ['1 MiB that is long when escaped', '\u0001'.repeat(1024 * 1024)],
  ['JSON', '{"__proto__":{"a":1},"b":"\\u0000"}'],
  ['line ends, NUL, a byte order mark', '\ufeffa\r\n\u0000\u2028'],
  ['a lone surrogate', 'a\ud800b'],
];

/** Writes where there is nothing. */
export async function create(store: Store, key: string, text: string): Promise<string> {
  const version = await store.put(key, text, undefined);
  if (version === undefined) throw new Error('There was a record already.');
  return version;
}

/** Runs the contract against fresh, empty stores. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract of stores`, () => {
    describe('one record', () => oneRecord(open));
    describe('deletion', () => deletion(open));
    describe('keys and texts', () => keysAndTexts(open));
    describe('many at once', () => manyAtOnce(open));
    describe('change', () => watchContract(open));
  });
}

function oneRecord(open: () => Promise<Store>): void {
  test('an absent record reads as nothing', async () => {
    const store = await open();
    expect(await store.get('a')).toBeUndefined();
    expect(await store.delete('a', 'no-such-version')).toBe(false);
    expect(await store.put('a', 'text', 'no-such-version')).toBeUndefined();
    expect(await store.get('a')).toBeUndefined();
  });

  test('a created record reads back with its version', async () => {
    const store = await open();
    const version = await create(store, 'a', 'text');
    expect(await store.get('a')).toEqual({ version, text: 'text' });
    expect(await store.get('b')).toBeUndefined();
  });

  test('creating where there is one is a conflict, and changes nothing', async () => {
    const store = await open();
    const version = await create(store, 'a', 'first');
    expect(await store.put('a', 'second', undefined)).toBeUndefined();
    expect(await store.get('a')).toEqual({ version, text: 'first' });
  });

  test('a swap at the read version writes, also the same text, under a new version', async () => {
    const store = await open();
    const first = await create(store, 'a', 'text');
    const second = await store.put('a', 'text', first);
    expect(second).toEqual(expect.any(String));
    expect(second).not.toBe(first);
    expect(await store.get('a')).toEqual({ version: second, text: 'text' });
  });

  test('S05 a swap at an old version is a conflict, and changes nothing', async () => {
    const store = await open();
    const first = await create(store, 'a', '1');
    const second = await store.put('a', '2', first);
    expect(await store.put('a', '3', first)).toBeUndefined();
    expect(await store.get('a')).toEqual({ version: second, text: '2' });
  });

  test('S12 a write leaves all other records alone', async () => {
    const store = await open();
    const version = await create(store, 'grant/a', 'tokens');
    const pending = await create(store, 'pending/a', 'verifier');
    expect(await store.delete('pending/a', pending)).toBe(true);
    expect(await store.get('grant/a')).toEqual({ version, text: 'tokens' });
  });
}

function deletion(open: () => Promise<Store>): void {
  test('deleting the read version deletes it, once', async () => {
    const store = await open();
    const version = await create(store, 'a', 'text');
    expect(await store.delete('a', version)).toBe(true);
    expect(await store.get('a')).toBeUndefined();
    expect(await store.delete('a', version)).toBe(false);
  });

  test('deleting an old version leaves the newer record', async () => {
    const store = await open();
    const first = await create(store, 'a', '1');
    const second = await store.put('a', '2', first);
    expect(await store.delete('a', first)).toBe(false);
    expect(await store.get('a')).toEqual({ version: second, text: '2' });
  });

  test('a version is never used again: what was read before a delete cannot be swapped after it', async () => {
    const store = await open();
    const seen = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      const version = await create(store, 'a', 'same text');
      for (const old of seen) {
        expect(await store.put('a', 'stolen', old)).toBeUndefined();
        expect(await store.delete('a', old)).toBe(false);
      }
      seen.add(version);
      expect(await store.delete('a', version)).toBe(true);
    }
    expect(seen.size).toBe(5);
  });

  test('setting aside takes the version out of the way, and no other', async () => {
    const store = await open();
    const first = await create(store, 'a', '1');
    const second = await store.put('a', '2', first);
    await store.setAside('a', first);
    expect(await store.get('a')).toEqual({ version: second, text: '2' });
    await store.setAside('a', second ?? '');
    expect(await store.get('a')).toBeUndefined();
    expect(await store.list('')).toEqual([]);
    await store.setAside('a', second ?? '');
    await create(store, 'a', '3');
  });
}

function keysAndTexts(open: () => Promise<Store>): void {
  test('keys of any kind are distinct records', async () => {
    const store = await open();
    for (const [what, key] of oddKeys) await create(store, key, what);
    for (const [what, key] of oddKeys) expect((await store.get(key))?.text, what).toBe(what);
    const sorted = oddKeys.map(([, key]) => key).sort();
    expect([...(await store.list(''))].sort()).toEqual(sorted);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test.each(texts)('a text comes back as it was: %s', async (_what, text) => {
    const store = await open();
    await create(store, 'a', text);
    expect((await store.get('a'))?.text === text).toBe(true);
  });

  test('listing finds keys by how they start', async () => {
    const store = await open();
    expect(await store.list('')).toEqual([]);
    for (const key of ['grant/a', 'grant/b', 'grants', 'pending/grant/a']) await create(store, key, 'text');
    expect([...(await store.list('grant/'))].sort()).toEqual(['grant/a', 'grant/b']);
    expect(await store.list('Grant/')).toEqual([]);
    expect(await store.list('grant/a*')).toEqual([]);
    const found = await store.get('grant/a');
    await store.delete('grant/a', found?.version ?? '');
    expect(await store.list('grant/')).toEqual(['grant/b']);
  });
}

function manyAtOnce(open: () => Promise<Store>): void {
  test('S05 of 100 racing creations exactly one wins, and so with 100 racing swaps', async () => {
    const store = await open();
    const race = async (expected: string | undefined): Promise<string> => {
      const texts = Array.from({ length: 100 }, (_, index) => `${index} at ${expected}`);
      const versions = await Promise.all(texts.map((text) => store.put('a', text, expected)));
      const winner = versions.findIndex((version) => version !== undefined);
      expect(versions.filter((version) => version !== undefined)).toHaveLength(1);
      expect(await store.get('a')).toEqual({ version: versions[winner], text: texts[winner] });
      return versions[winner] ?? '';
    };
    await race(await race(undefined));
  });

  test('of racing deletes and swaps of one version exactly one wins', async () => {
    const store = await open();
    const version = await create(store, 'a', 'text');
    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        index % 2 === 0
          ? await store.delete('a', version)
          : (await store.put('a', 'new', version)) !== undefined,
      ),
    );
    expect(results.filter((won) => won)).toHaveLength(1);
  });

  test('different records do not get in each other’s way', async () => {
    const store = await open();
    const keys = Array.from({ length: 50 }, (_, index) => `key ${index}`);
    await Promise.all(keys.map((key) => create(store, key, key)));
    const found = await Promise.all(keys.map((key) => store.get(key)));
    expect(found.map((one) => one?.text)).toEqual(keys);
  });
}
