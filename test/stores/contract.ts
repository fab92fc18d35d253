// What every home for records must do, whatever it is made of. Each home runs this suite.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../stores/store.ts';

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
    describe('change', () => change(open));
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

/** Longer than a word of this process takes; other processes are waited for otherwise. */
const turn = (): Promise<void> => wait(20);

interface Told {
  /** Ends when it is told of a change for the first time. */
  readonly first: Promise<void>;
  count: number;
  losses: number;
  end: () => void;
}

/** How often a watcher of this key is told. */
function told(store: Store, key: string): Told {
  let tell = (): void => {};
  const first = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const watcher: Told = { first, count: 0, losses: 0, end: () => {} };
  const changed = (): void => {
    watcher.count += 1;
    tell();
  };
  const lost = (): void => {
    watcher.losses += 1;
  };
  watcher.end = store.watch?.(key, changed, lost) ?? watcher.end;
  return watcher;
}

/** A home that has to subscribe first says that it cannot tell yet, and when it can. @returns ends it. */
async function untilItTells(store: Store): Promise<() => void> {
  const watcher = told(store, 'watched by somebody else');
  await turn();
  if (watcher.losses > 0) await watcher.first;
  expect(watcher.losses).toBeLessThan(2);
  return watcher.end;
}

/** Only of homes that can tell of changes. */
function change(open: () => Promise<Store>): void {
  const openTelling = async (): Promise<readonly [Store, () => void]> => {
    const store = await open();
    await create(store, 'before', 'a home may be made by its first record');
    return [store, await untilItTells(store)];
  };
  const cannotTell = 'this home cannot tell of changes';

  test('is told of a write, of a deletion and of what is set aside, and not of other records', async ({
    skip,
  }) => {
    const [store, end] = await openTelling();
    if (!store.watch) return skip(cannotTell);
    const other = told(store, 'b');
    const written = told(store, 'a');
    const version = await create(store, 'a', 'text');
    await written.first;
    written.end();
    const deleted = told(store, 'a');
    await store.delete('a', version);
    await deleted.first;
    deleted.end();
    const again = await create(store, 'a', 'text');
    await quiet(store);
    const aside = told(store, 'a');
    await store.setAside('a', again);
    await aside.first;
    aside.end();
    expect(other.count).toBe(0);
    for (const watcher of [other, written, deleted, aside]) expect(watcher.losses).toBe(0);
    other.end();
    end();
  });

  test('is not told of what did not happen', async ({ skip }) => {
    const [store, end] = await openTelling();
    if (!store.watch) return skip(cannotTell);
    const version = await create(store, 'a', 'text');
    await quiet(store);
    const watcher = told(store, 'a');
    expect(await store.put('a', 'text', undefined)).toBeUndefined();
    expect(await store.delete('a', 'no-such-version')).toBe(false);
    await store.setAside('a', 'no-such-version');
    await quiet(store);
    expect(watcher.count).toBe(0);
    expect(await store.get('a')).toEqual({ version, text: 'text' });
    watcher.end();
    end();
  });

  test('is not told any more to who has stopped watching', async ({ skip }) => {
    const [store, end] = await openTelling();
    if (!store.watch) return skip(cannotTell);
    const gone = told(store, 'a');
    const twice = [told(store, 'a'), told(store, 'a')] as const;
    gone.end();
    gone.end();
    twice[0].end();
    await create(store, 'a', 'text');
    await twice[1].first;
    twice[1].end();
    expect([gone.count, twice[0].count]).toEqual([0, 0]);
    end();
  });
}

/** Until a change that is made now was told: then all before it were. */
async function quiet(store: Store): Promise<void> {
  const watcher = told(store, 'quiet');
  await create(store, 'quiet', 'text').catch(async () => {
    await store.put('quiet', 'text', (await store.get('quiet'))?.version);
  });
  await watcher.first;
  await turn();
  watcher.end();
}
