// The contract of stores: what every home for records must do, whatever it is made of.
import type { Store } from '../../../stores/store.ts';
import { type ContractTest, check, same } from './contract.ts';
import { watchTests } from './watch.ts';

/** What a home cannot do, and need not. */
export interface StoreContractOptions {
  /** Whether the home tells of changes. Default true. False: the tests of `watch` are left out. */
  readonly watch?: boolean;
}

type Test = (store: Store) => Promise<void>;

/** Writes where there is nothing. */
export async function create(store: Store, key: string, text: string): Promise<string> {
  const version = await store.put(key, text, undefined);
  check(version !== undefined, 'put() has to write where there is no record, and gave no version.');
  return version;
}

/**
 * The contract of `Store` as tests: give each to your runner.
 * @param open makes a fresh, empty home. It is called by each test.
 * @example
 * import { test } from 'node:test';
 * import { memoryStore } from 'authchart';
 * import { storeContract } from 'authchart/testing';
 * for (const { name, run } of storeContract(() => memoryStore())) test(name, run);
 */
export function storeContract(
  open: () => Store | Promise<Store>,
  { watch = true }: StoreContractOptions = {},
): readonly ContractTest[] {
  const tests = { ...oneRecord, ...deletion, ...keysAndTexts(), ...manyAtOnce, ...(watch && watchTests) };
  return Object.entries(tests).map(([name, test]) => ({ name, run: async () => test(await open()) }));
}

const oneRecord: Readonly<Record<string, Test>> = {
  async 'an absent record reads as nothing'(store) {
    same(await store.get('a'), undefined, 'An absent record');
    same(await store.delete('a', 'no-such-version'), false, 'delete() of an absent record');
    same(await store.put('a', 'text', 'no-such-version'), undefined, 'put() over an absent version');
    same(await store.get('a'), undefined, 'The record that nobody wrote');
  },
  async 'a created record reads back with its version'(store) {
    const version = await create(store, 'a', 'text');
    await reads(store, 'a', { version, text: 'text' });
    same(await store.get('b'), undefined, 'Another record');
  },
  async 'creating where there is one is a conflict, and changes nothing'(store) {
    const version = await create(store, 'a', 'first');
    same(await store.put('a', 'second', undefined), undefined, 'put() where there is a record');
    await reads(store, 'a', { version, text: 'first' });
  },
  async 'a swap at the read version writes, also the same text, under a new version'(store) {
    const first = await create(store, 'a', 'text');
    const second = await store.put('a', 'text', first);
    check(
      typeof second === 'string' && second !== first,
      'put() has to give a new version, also for the same text.',
    );
    await reads(store, 'a', { version: second, text: 'text' });
  },
  async 'a swap at an old version is a conflict, and changes nothing'(store) {
    const first = await create(store, 'a', '1');
    const second = await store.put('a', '2', first);
    same(await store.put('a', '3', first), undefined, 'put() over an old version');
    await reads(store, 'a', { version: second, text: '2' });
  },
  async 'a write leaves all other records alone'(store) {
    const version = await create(store, 'grant/a', 'tokens');
    const pending = await create(store, 'pending/a', 'verifier');
    same(await store.delete('pending/a', pending), true, 'delete()');
    await reads(store, 'grant/a', { version, text: 'tokens' });
  },
};

const deletion: Readonly<Record<string, Test>> = {
  async 'deleting the read version deletes it, once'(store) {
    const version = await create(store, 'a', 'text');
    same(await store.delete('a', version), true, 'delete() of the read version');
    same(await store.get('a'), undefined, 'A deleted record');
    same(await store.delete('a', version), false, 'A second delete()');
  },
  async 'deleting an old version leaves the newer record'(store) {
    const first = await create(store, 'a', '1');
    const second = await store.put('a', '2', first);
    same(await store.delete('a', first), false, 'delete() of an old version');
    await reads(store, 'a', { version: second, text: '2' });
  },
  async 'a version is never used again: what was read before a delete cannot be swapped after it'(store) {
    const seen = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      const version = await create(store, 'a', 'same text');
      for (const old of seen) {
        same(await store.put('a', 'stolen', old), undefined, 'put() over a version from before a delete');
        same(await store.delete('a', old), false, 'delete() of a version from before a delete');
      }
      seen.add(version);
      same(await store.delete('a', version), true, 'delete()');
    }
    same(seen.size, 5, 'The number of versions');
  },
  async 'setting aside takes the version out of the way, and no other'(store) {
    const first = await create(store, 'a', '1');
    const second = (await store.put('a', '2', first)) ?? '';
    await store.setAside('a', first);
    await reads(store, 'a', { version: second, text: '2' });
    await store.setAside('a', second);
    same(await store.get('a'), undefined, 'A record that was set aside');
    same(await store.list(''), [], 'The list after it');
    await store.setAside('a', second);
    await create(store, 'a', '3');
  },
};

const oddKeys: readonly string[] = [
  '',
  '../../../etc/passwd',
  'grant/https://as.example/a//b/',
  'grant\\..\\..\\x',
  '__proto__',
  'constructor',
  'caf\u00e9',
  'cafe\u0301',
  '授权/العربية/🔑',
  'a\u0000b\r\nc',
  'KEY',
  'key',
  'CON',
  'k'.repeat(4096),
  `${'k'.repeat(4095)}l`,
];

const texts: Readonly<Record<string, string>> = {
  empty: '',
  '1 MiB': 'x'.repeat(1024 * 1024),
  '1 MiB that is long when escaped': '\u0001'.repeat(1024 * 1024),
  JSON: '{"__proto__":{"a":1},"b":"\\u0000"}',
  'line ends, NUL, a byte order mark': '\ufeffa\r\n\u0000\u2028',
  'a lone surrogate': 'a\ud800b',
};

function keysAndTexts(): Readonly<Record<string, Test>> {
  const ofTexts = Object.entries(texts).map(([what, text]): [string, Test] => [
    `a text comes back as it was: ${what}`,
    async (store) => {
      await create(store, 'a', text);
      check((await store.get('a'))?.text === text, `A text has to come back as it was: ${what}.`);
    },
  ]);
  return { ...keysApart, ...Object.fromEntries(ofTexts) };
}

const keysApart: Readonly<Record<string, Test>> = {
  async 'keys of any kind are distinct records'(store) {
    for (const [at, key] of oddKeys.entries()) await create(store, key, `text ${at}`);
    for (const [at, key] of oddKeys.entries())
      same((await store.get(key))?.text, `text ${at}`, `The record at ${JSON.stringify(key.slice(0, 40))}`);
    same([...(await store.list(''))].sort(), [...oddKeys].sort(), 'The list of all keys');
    same(Object.keys(Object.prototype), [], 'The prototype of all objects');
  },
  async 'listing finds keys by how they start'(store) {
    same(await store.list(''), [], 'The list of an empty home');
    for (const key of ['grant/a', 'grant/b', 'grants', 'pending/grant/a']) await create(store, key, 'text');
    same([...(await store.list('grant/'))].sort(), ['grant/a', 'grant/b'], 'The list of grant/');
    same(await store.list('Grant/'), [], 'The list of Grant/');
    same(await store.list('grant/a*'), [], 'The list of grant/a*');
    const found = await store.get('grant/a');
    await store.delete('grant/a', found?.version ?? '');
    same(await store.list('grant/'), ['grant/b'], 'The list after a delete');
  },
};

const manyAtOnce: Readonly<Record<string, Test>> = {
  async 'of 100 racing creations exactly one wins, and so with 100 racing swaps'(store) {
    const race = async (expected: string | undefined): Promise<string> => {
      const written = Array.from({ length: 100 }, (_, index) => `${index} at ${expected}`);
      const versions = await Promise.all(written.map((text) => store.put('a', text, expected)));
      const winner = versions.findIndex((version) => version !== undefined);
      same(versions.filter((version) => version !== undefined).length, 1, 'The number of writes that won');
      await reads(store, 'a', { version: versions[winner], text: written[winner] });
      return versions[winner] ?? '';
    };
    await race(await race(undefined));
  },
  async 'of racing deletes and swaps of one version exactly one wins'(store) {
    const version = await create(store, 'a', 'text');
    const swap = async (): Promise<boolean> => (await store.put('a', 'new', version)) !== undefined;
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store.delete('a', version) : swap())),
    );
    same(won.filter((one) => one).length, 1, 'The number of deletes and writes that won');
  },
  async 'different records do not get in each other’s way'(store) {
    const keys = Array.from({ length: 50 }, (_, index) => `key ${index}`);
    await Promise.all(keys.map((key) => create(store, key, key)));
    const found = await Promise.all(keys.map((key) => store.get(key)));
    same(
      found.map((one) => one?.text),
      keys,
      'The texts',
    );
  },
};

async function reads(
  store: Store,
  key: string,
  { version, text }: { readonly version: string | undefined; readonly text: string | undefined },
): Promise<void> {
  const found = await store.get(key);
  same([found?.version, found?.text], [version, text], 'The version and the text of the record');
}
