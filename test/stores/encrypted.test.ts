// Encryption at rest: the contract, what somebody who can write to the home can do, change of keys, and a login.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { encryptedStore, reencrypt } from '../../stores/encrypted.ts';
import { fileStore } from '../../stores/file.ts';
import { memoryStore } from '../../stores/memory.ts';
import type { EncryptionKey } from '../../stores/sealing.ts';
import type { Store, Stored } from '../../stores/store.ts';
import { callTool, failureOf, testEngine, textsOf } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';
import { create, storeContract } from './contract.ts';

let folders: string;
beforeAll(async () => {
  folders = await mkdtemp(join(tmpdir(), 'authchart-encrypted-'));
});
afterAll(() => rm(folders, { recursive: true, force: true }));
afterEach(() => vi.unstubAllGlobals());

const folder = (): Promise<string> => mkdtemp(join(folders, 'store-'));

const newKey = (id: string): EncryptionKey & { readonly key: Uint8Array } => ({
  id,
  key: crypto.getRandomValues(new Uint8Array(32)),
});
const first = newKey('first');
const second = newKey('second');

const SECRET = 'refresh-token-0123456789';
const record = JSON.stringify({ v: 1, refreshToken: SECRET });

type Envelope = Record<'kid' | 'iv' | 'data', string> & { readonly v: number; readonly version?: string };

async function envelopeAt(home: Store, key: string): Promise<Envelope> {
  return JSON.parse((await home.get(key))?.text ?? '') as Envelope;
}

/** What somebody does who can write to the home. */
async function overwrite(home: Store, key: string, text: string): Promise<void> {
  expect(await home.put(key, text, (await home.get(key))?.version)).toBeDefined();
}

/** A home that notes what it is asked to set aside, and runs something once before its next write. */
function watchedHome(): {
  home: Store;
  aside: (Stored | undefined)[];
  beforeWrite: (work: () => unknown) => void;
} {
  const inner = memoryStore();
  const aside: (Stored | undefined)[] = [];
  let next: () => unknown = () => {};
  const home: Store = {
    ...inner,
    async put(key, text, expected) {
      const work = next;
      next = () => {};
      await work();
      return inner.put(key, text, expected);
    },
    async setAside(key, version) {
      aside.push(await inner.get(key));
      await inner.setAside(key, version);
    },
  };
  return {
    home,
    aside,
    beforeWrite: (work) => {
      next = work;
    },
  };
}

storeContract('encryptedStore over memoryStore', async () =>
  encryptedStore(memoryStore(), { current: first }),
);
storeContract('encryptedStore over fileStore', async () =>
  encryptedStore(fileStore({ folder: await folder() }), { current: first }),
);

test('tells of changes where the home can', () => {
  expect(encryptedStore(memoryStore(), { current: first }).watch).toBeTypeOf('function');
  const { watch: _, ...home } = memoryStore();
  expect(encryptedStore(home, { current: first }).watch).toBeUndefined();
});

describe('what is in the home', () => {
  test('TOK-3 is a versioned envelope, with nothing of the text in it', async () => {
    const home = memoryStore();
    await create(encryptedStore(home, { current: first }), 'a', record);
    expect(await envelopeAt(home, 'a')).toEqual({
      v: 1,
      kid: 'first',
      iv: expect.stringMatching(/^[\w-]{16}$/),
      data: expect.stringMatching(/^[\w-]+$/),
    });
    const { text = '' } = (await home.get('a')) ?? {};
    const { data } = await envelopeAt(home, 'a');
    expect(text + Buffer.from(data, 'base64url').toString('latin1')).not.toMatch(/refresh|token|0123456789/i);
  });

  test('is encrypted with AES-256-GCM, bound to the name: another implementation reads it', async () => {
    const home = memoryStore();
    await create(encryptedStore(home, { current: first }), 'a', record);
    const { createDecipheriv } = await import('node:crypto');
    const { iv, data } = await envelopeAt(home, 'a');
    const sealed = Buffer.from(data, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', first.key, Buffer.from(iv, 'base64url'));
    decipher.setAAD(Buffer.from('["authchart",1,"a","first",null]')).setAuthTag(sealed.subarray(-16));
    const text = decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
    expect(JSON.parse(text)).toBe(record);
  });

  test('has a fresh IV for each write, also of the same text', async () => {
    const home = memoryStore();
    const store = encryptedStore(home, { current: first });
    let version = await create(store, 'a', record);
    const [ivs, datas] = [new Set<string>(), new Set<string>()];
    for (let round = 0; round < 20; round += 1) {
      version = (await store.put('a', record, version)) ?? '';
      const { iv, data } = await envelopeAt(home, 'a');
      ivs.add(iv);
      datas.add(data);
    }
    expect([ivs.size, datas.size]).toEqual([20, 20]);
  });

  test('1 MiB of ordinary text grows by a third', async () => {
    const home = memoryStore();
    await create(encryptedStore(home, { current: first }), 'a', 'x'.repeat(1024 * 1024));
    expect((await home.get('a'))?.text.length).toBeLessThan((1024 * 1024 * 4) / 3 + 200);
  });
});

describe('keys', () => {
  const homeThatIsNotTouched = new Proxy(memoryStore(), {
    get(target, name, receiver) {
      if (name === 'watch') return Reflect.get(target, name, receiver) as unknown;
      throw new Error('The home was touched.');
    },
  });
  const aesKey = (length: number, usages: KeyUsage[], name = 'AES-GCM'): Promise<CryptoKey> =>
    crypto.subtle.generateKey({ name, length }, true, usages) as Promise<CryptoKey>;

  test.each([
    ['31 bytes', async () => ({ current: { id: 'k', key: new Uint8Array(31) } })],
    ['33 bytes', async () => ({ current: { id: 'k', key: new Uint8Array(33) } })],
    ['no bytes', async () => ({ current: { id: 'k', key: new Uint8Array() } })],
    ['a text', async () => ({ current: { id: 'k', key: 'x'.repeat(32) as unknown as Uint8Array } })],
    ['a short former key', async () => ({ current: first, former: [{ id: 'k', key: new Uint8Array(16) }] })],
    [
      'an AES-128 key',
      async () => ({ current: { id: 'k', key: await aesKey(128, ['encrypt', 'decrypt']) } }),
    ],
    [
      'a key of another algorithm',
      async () => ({ current: { id: 'k', key: await aesKey(256, ['encrypt', 'decrypt'], 'AES-CBC') } }),
    ],
    [
      'a key that cannot encrypt',
      async () => ({ current: { id: 'k', key: await aesKey(256, ['decrypt']) } }),
    ],
    ['no id', async () => ({ current: { ...first, id: '' } })],
    ['one id for two keys', async () => ({ current: first, former: [{ ...second, id: 'first' }] })],
  ])('config_invalid before anything is read: %s', async (_what, encryption) => {
    const keys = await encryption();
    const opened = (async () => encryptedStore(memoryStore(), keys))();
    const works = [opened, reencrypt(homeThatIsNotTouched, keys)];
    for (const failure of await Promise.all(works.map(failureOf))) {
      expect(failure).toMatchObject({ code: 'config_invalid', phase: 'configuring' });
      expect(failure.message).toMatch(/key.{8,}\.$/);
    }
  });

  test('config_invalid where there is no WebCrypto', () => {
    for (const crypto of [{}, undefined]) {
      vi.stubGlobal('crypto', crypto);
      expect(() => encryptedStore(memoryStore(), { current: first })).toThrow(/https/);
    }
  });

  test('asks the home once for a record that is new, whether there is one or not', async () => {
    const home = memoryStore();
    const get = vi.spyOn(home, 'get');
    const put = vi.spyOn(home, 'put');
    const store = encryptedStore(home, { current: first });
    expect(await store.put('a', 'text', undefined)).toEqual(expect.any(String));
    expect(await store.put('a', 'more', undefined)).toBeUndefined();
    expect([get.mock.calls.length, put.mock.calls.length]).toEqual([0, 2]);
  });

  test('a CryptoKey that cannot be exported does, and one that only decrypts as a former key', async () => {
    const home = memoryStore();
    const imported = (usages: KeyUsage[]): Promise<CryptoKey> =>
      crypto.subtle.importKey('raw', new Uint8Array(first.key), 'AES-GCM', false, usages);
    const key = await imported(['encrypt', 'decrypt']);
    const version = await create(encryptedStore(home, { current: { id: 'first', key } }), 'a', record);
    const former = [{ id: 'first', key: await imported(['decrypt']) }];
    for (const encryption of [{ current: first }, { current: second, former }]) {
      expect(await encryptedStore(home, encryption).get('a')).toEqual({ version, text: record });
    }
  });

  test('the host may wipe its bytes once the store is there', async () => {
    const home = memoryStore();
    const key = new Uint8Array(first.key);
    const store = encryptedStore(home, { current: { id: 'first', key } });
    key.fill(0);
    await create(store, 'a', record);
    expect((await encryptedStore(home, { current: first }).get('a'))?.text).toBe(record);
  });

  test('neither keys nor texts are in the store object or in what is thrown', async () => {
    const home = memoryStore();
    const store = encryptedStore(home, { current: first, former: [second] });
    const seen: unknown[] = [store];
    const note = async (work: () => Promise<unknown>): Promise<void> => {
      seen.push(await failureOf(work()));
    };
    await create(store, 'plain', 'unused');
    await overwrite(home, 'plain', record);
    await note(() => store.get('plain'));
    await create(store, 'broken', record);
    const whole = await envelopeAt(home, 'broken');
    await overwrite(home, 'broken', JSON.stringify({ ...whole, data: whole.data.slice(4) }));
    await note(() => store.get('broken'));
    await create(store, 'locked', record);
    await note(() => encryptedStore(home, { current: newKey('other') }).get('locked'));
    await note(async () =>
      encryptedStore(home, { current: { id: 'k', key: new TextEncoder().encode(SECRET) } }),
    );
    expect(seen).toHaveLength(5);
    const keyTexts = [first.key, second.key].flatMap((key) => [
      Buffer.from(key).toString('hex'),
      Buffer.from(key).toString('base64url'),
      [...key].slice(0, 4).join(', '),
    ]);
    for (const one of seen) {
      const told = inspect(one, { showHidden: true, depth: 10, maxArrayLength: null, maxStringLength: null });
      for (const secret of [SECRET, whole.data.slice(8, 40), ...keyTexts]) expect(told).not.toContain(secret);
      expect(one).not.toHaveProperty('cause');
    }
  });
});

describe('what cannot be read', () => {
  const flipped = (text: string, at: number): string => {
    const bytes = Buffer.from(text, 'base64url');
    bytes.set([(bytes.at(at) ?? 0) ^ 1], (at + bytes.length) % bytes.length);
    return bytes.toString('base64url');
  };
  const changed =
    (change: (envelope: Envelope, other: Envelope) => Partial<Envelope>) =>
    (envelope: Envelope, other: Envelope): string =>
      JSON.stringify({ ...envelope, ...change(envelope, other) });

  test.each<[what: string, tamper: (envelope: Envelope, other: Envelope) => string]>([
    ['the first byte was changed', changed(({ data }) => ({ data: flipped(data, 0) }))],
    ['the last byte, of the tag, was changed', changed(({ data }) => ({ data: flipped(data, -1) }))],
    ['S01 the data was cut off', changed(({ data }) => ({ data: data.slice(0, -4) }))],
    ['nothing is left of the data', changed(() => ({ data: '' }))],
    ['S02 the data is not base64url', changed(() => ({ data: '!!!' }))],
    ['the IV is of another write', changed((_, { iv }) => ({ iv }))],
    ['the IV is empty', changed(() => ({ iv: '' }))],
    ['S06 it is of another record', (_, other) => JSON.stringify(other)],
    ['it says that it is under another key', changed(() => ({ kid: 'second' }))],
    ['it says that it is of another version', changed(() => ({ version: 'another' }))],
    ['its own version is no number', changed(() => ({ v: '1' }) as unknown as Envelope)],
    ['S01 its JSON was cut off', (envelope) => JSON.stringify(envelope).slice(0, -9)],
    ['S01 it is empty', () => ''],
    ['S01 a brace too many', (envelope) => `${JSON.stringify(envelope)}}`],
    ['it is no object', () => 'null'],
    ['it was replaced by a plain record', () => record],
    ['S16 it is a prototype', () => '{"__proto__":{"kid":"first"}}'],
  ])('record_corrupt, once, and set aside as it is: %s', async (_what, tamper) => {
    const { home, aside } = watchedHome();
    const store = encryptedStore(home, { current: first, former: [second] });
    await create(store, 'a', record);
    await create(store, 'b', record);
    const text = tamper(await envelopeAt(home, 'a'), await envelopeAt(home, 'b'));
    await overwrite(home, 'a', text);
    // Of several who look at once, one is told.
    const looks = await Promise.allSettled([store.get('a'), store.get('a'), store.get('a')]);
    const told = looks.flatMap((look) => (look.status === 'rejected' ? [look.reason as unknown] : []));
    expect(told).toEqual([
      expect.objectContaining({ code: 'record_corrupt', phase: 'storing', recovery: 'reauthorize' }),
    ]);
    expect(aside.map((one) => one?.text)).toEqual([text]);
    expect(await store.get('a')).toBeUndefined();
    expect((await store.get('b'))?.text).toBe(record);
    await create(store, 'a', 'a new one');
    expect((await store.get('a'))?.text).toBe('a new one');
  });

  test('over a folder, the damaged record is kept there', async () => {
    const path = await folder();
    const home = fileStore({ folder: path });
    const store = encryptedStore(home, { current: first });
    await create(store, 'a', record);
    const envelope = await envelopeAt(home, 'a');
    const damaged = JSON.stringify({ ...envelope, data: flipped(envelope.data, 3) });
    await overwrite(home, 'a', damaged);
    expect(await failureOf(store.get('a'))).toMatchObject({ code: 'record_corrupt' });
    const [kept = '', ...more] = await readdir(join(path, 'aside'));
    expect(more).toEqual([]);
    const { text } = JSON.parse(await readFile(join(path, 'aside', kept), 'utf8')) as { text: string };
    expect(text).toBe(damaged);
    expect(await store.get('a')).toBeUndefined();
  });

  test('damage that a sibling has replaced meanwhile is not set aside, and not told', async () => {
    const { home, aside } = watchedHome();
    await create(encryptedStore(home, { current: first }), 'a', 'healed');
    const { text: healed = '' } = (await home.get('a')) ?? {};
    await overwrite(home, 'a', 'damaged');
    let looks = 0;
    const slow: Store = {
      ...home,
      async get(key) {
        const found = await home.get(key);
        looks += 1;
        if (looks === 1) await overwrite(home, key, healed);
        return found;
      },
    };
    expect((await encryptedStore(slow, { current: first }).get('a'))?.text).toBe('healed');
    expect(aside).toEqual([]);
  });

  test.each([
    ['an envelope', (envelope: Envelope) => JSON.stringify({ ...envelope, v: 2 })],
    ['of another shape', () => '{"v":2,"kid":"first","sealed":{}}'],
  ])('S08 record_newer, and left alone: %s', async (_what, newer) => {
    const { home, aside } = watchedHome();
    await create(encryptedStore(home, { current: first }), 'a', record);
    await overwrite(home, 'a', newer(await envelopeAt(home, 'a')));
    const before = await home.get('a');
    for (const adoptPlain of [false, true]) {
      const store = encryptedStore(home, { current: first, adoptPlain });
      expect(await failureOf(store.get('a'))).toMatchObject({ code: 'record_newer' });
    }
    expect(await home.get('a')).toEqual(before);
    expect(aside).toEqual([]);
  });

  test('a missing key is said by its id, and the record is left alone until it is given', async () => {
    const { home, aside } = watchedHome();
    const version = await create(encryptedStore(home, { current: first }), 'a', record);
    const store = encryptedStore(home, { current: second });
    for (let look = 0; look < 2; look += 1) {
      const failure = await failureOf(store.get('a'));
      expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing', recovery: 'fix-config' });
      expect(failure.message).toContain('"first"');
    }
    expect(aside).toEqual([]);
    const fixed = encryptedStore(home, { current: second, former: [first] });
    expect(await fixed.get('a')).toEqual({ version, text: record });
  });

  test('the id of a missing key comes from strangers, and is shown as such', async () => {
    const home = memoryStore();
    await create(home, 'a', JSON.stringify({ v: 1, kid: `\u001b[2J${'k'.repeat(9999)}`, iv: '', data: '' }));
    const { message } = await failureOf(encryptedStore(home, { current: first }).get('a'));
    expect(message).toContain('\\u{1b}[2J');
    expect(message.length).toBeLessThan(400);
  });

  test('what the home fails with is passed on as it is', async () => {
    const broken = new Error('out of reach');
    const store = encryptedStore({ ...memoryStore(), get: () => Promise.reject(broken) }, { current: first });
    await expect(store.get('a')).rejects.toBe(broken);
  });
});

describe('records from before encryption', () => {
  test('are read with adoptPlain, and encrypted by the next write', async () => {
    const home = memoryStore();
    const version = await create(home, 'a', record);
    const store = encryptedStore(home, { current: first, adoptPlain: true });
    expect(await store.get('a')).toEqual({ version, text: record });
    expect(await store.put('a', record, version)).toBeDefined();
    expect((await encryptedStore(home, { current: first }).get('a'))?.text).toBe(record);
  });

  test('a record cut off in the middle is not taken for one of them', async () => {
    const home = memoryStore();
    const store = encryptedStore(home, { current: first, adoptPlain: true });
    await create(store, 'a', record);
    await overwrite(home, 'a', ((await home.get('a'))?.text ?? '').slice(0, 40));
    expect(await failureOf(store.get('a'))).toMatchObject({ code: 'record_corrupt' });
  });

  test('are all encrypted by reencrypt, and read without adoptPlain from then on', async () => {
    const home = memoryStore();
    for (const key of ['a', 'b']) await create(home, key, record);
    const stays = await reencrypt(home, { current: first });
    expect(stays).toEqual({
      rewritten: 0,
      left: [
        { key: 'a', code: 'record_corrupt' },
        { key: 'b', code: 'record_corrupt' },
      ],
    });
    expect(await reencrypt(home, { current: first, adoptPlain: true })).toEqual({ rewritten: 2, left: [] });
    expect((await textsOf(home)).join()).not.toContain(SECRET);
    expect(await textsOf(encryptedStore(home, { current: first }))).toEqual([record, record]);
  });
});

describe('a change of keys', () => {
  const both = { current: second, former: [first] };

  test('records of a former key are read, and each write is under the current one', async () => {
    const home = memoryStore();
    const version = await create(encryptedStore(home, { current: first }), 'a', record);
    const store = encryptedStore(home, both);
    expect(await store.get('a')).toEqual({ version, text: record });
    expect((await envelopeAt(home, 'a')).kid).toBe('first');
    await store.put('a', record, version);
    expect((await envelopeAt(home, 'a')).kid).toBe('second');
  });

  test('reencrypt rewrites what is under a former key, once', async () => {
    const home = memoryStore();
    const before = encryptedStore(home, { current: first });
    for (const key of ['a', 'b', 'c']) await create(before, key, `text of ${key}`);
    await create(encryptedStore(home, both), 'd', 'text of d');
    const untouched = await home.get('d');
    expect(await reencrypt(home, both)).toEqual({ rewritten: 3, left: [] });
    expect(await reencrypt(home, both)).toEqual({ rewritten: 0, left: [] });
    expect(await home.get('d')).toEqual(untouched);
    const after = await textsOf(encryptedStore(home, { current: second }));
    expect([...after].sort()).toEqual(['a', 'b', 'c', 'd'].map((key) => `text of ${key}`));
  });

  test('S09 reencrypt goes on where it was stopped', async () => {
    const { home, beforeWrite } = watchedHome();
    for (const key of ['a', 'b']) await create(encryptedStore(home, { current: first }), key, record);
    beforeWrite(() => beforeWrite(() => Promise.reject(new Error('killed'))));
    await expect(reencrypt(home, both)).rejects.toThrow('killed');
    expect(await textsOf(encryptedStore(home, both))).toEqual([record, record]);
    expect(await reencrypt(home, both)).toEqual({ rewritten: 1, left: [] });
  });

  test('one record that cannot be read does not keep the others, and is left as it is', async () => {
    const { home, aside } = watchedHome();
    for (const key of ['a', 'b', 'c']) await create(encryptedStore(home, { current: first }), key, record);
    await create(encryptedStore(home, { current: newKey('third') }), 'locked', record);
    await overwrite(home, 'a', 'damaged');
    await overwrite(home, 'b', '{"v":2,"kid":"first"}');
    const texts = await textsOf(home);
    expect(await reencrypt(home, both)).toEqual({
      rewritten: 1,
      left: [
        { key: 'a', code: 'record_corrupt' },
        { key: 'b', code: 'record_newer' },
        { key: 'locked', code: 'store_failed' },
      ],
    });
    expect(aside).toEqual([]);
    const after = await textsOf(home);
    expect(after.filter((text) => !texts.includes(text))).toHaveLength(1);
  });

  test('what a home fails with for one record is told; for all, thrown', async () => {
    const home = fileStore({ folder: await folder() });
    const inner = encryptedStore(home, { current: first });
    for (const key of ['a', 'b']) await create(inner, key, record);
    const { AuthError, failure } = await import('../../contract/errors.ts');
    const failing = (code: 'record_corrupt' | 'record_newer' | 'store_failed'): Store => ({
      ...home,
      get: (key) =>
        key === 'a' ? Promise.reject(new AuthError(failure(code, 'storing', 'x'))) : home.get(key),
    });
    for (const code of ['record_corrupt', 'record_newer'] as const) {
      expect((await reencrypt(failing(code), both)).left).toEqual([{ key: 'a', code }]);
    }
    expect(await failureOf(reencrypt(failing('store_failed'), both))).toMatchObject({ code: 'store_failed' });
  });

  test.each([
    ['a former key', { current: first, former: [second] }],
    ['the current key', both],
  ])('a writer that is faster than reencrypt wins, with %s', async (_what, writing) => {
    const { home, beforeWrite } = watchedHome();
    const writer = encryptedStore(home, writing);
    const version = await create(encryptedStore(home, { current: first }), 'a', 'old');
    const newer: (string | undefined)[] = [];
    beforeWrite(async () => newer.push(await writer.put('a', 'new', version)));
    await reencrypt(home, both);
    expect(newer).toEqual([expect.any(String)]);
    const store = encryptedStore(home, { current: second });
    expect(await store.get('a')).toEqual({ version: newer[0], text: 'new' });
  });

  test('what is deleted while reencrypt looks at it stays deleted', async () => {
    const { home, beforeWrite } = watchedHome();
    const version = await create(encryptedStore(home, { current: first }), 'a', record);
    beforeWrite(() => home.delete('a', version));
    expect(await reencrypt(home, both)).toEqual({ rewritten: 0, left: [] });
    expect(await home.list('')).toEqual([]);
  });

  test('a record keeps its version for those who have read it: they write, delete, set aside as ever', async () => {
    const home = memoryStore();
    const store = encryptedStore(home, both);
    const outcomes: unknown[] = [];
    for (const act of [
      (version: string) => store.put('a', 'new', version),
      (version: string) => store.delete('a', version),
      (version: string) => store.setAside('a', version),
    ]) {
      const read = await create(encryptedStore(home, { current: first }), 'a', record);
      await reencrypt(home, both);
      expect(await store.get('a')).toEqual({ version: read, text: record });
      outcomes.push(await act(read));
      const now = await store.get('a');
      expect(now?.version).not.toBe(read);
      if (now) expect(await store.put('a', 'stale', read)).toBeUndefined();
      if (now) await store.delete('a', now.version);
      expect(await store.get('a')).toBeUndefined();
    }
    expect(outcomes).toEqual([expect.any(String), true, undefined]);
  });

  test('a race of many writers with reencrypt loses no write', async () => {
    const home = memoryStore();
    const [old, current] = [
      encryptedStore(home, { current: first, former: [second] }),
      encryptedStore(home, both),
    ];
    await create(old, 'a', '0');
    const add = async (store: Store): Promise<void> => {
      for (;;) {
        const found = await store.get('a');
        if (await store.put('a', String(Number(found?.text) + 1), found?.version)) return;
      }
    };
    const adding = Promise.all(Array.from({ length: 30 }, (_, index) => add(index % 2 ? old : current)));
    const rounds = Array.from({ length: 10 }, () => reencrypt(home, both));
    await Promise.all([adding, ...rounds]);
    expect((await current.get('a'))?.text).toBe('30');
  });
});

describe('a login whose records are encrypted', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  /** All tokens and codes that this world has given out. */
  const issued = (): readonly string[] =>
    world.exchanges
      .filter(({ request }) => request.path === '/token')
      .flatMap(({ request, answer }) => [...request.form.values(), ...Object.values(answer.body ?? {})])
      .filter((value): value is string => /^(access|refresh|code)-/.test(String(value)));

  test('works, also after a restart, and leaves no token in the home', async () => {
    const path = await folder();
    const home = fileStore({ folder: path });
    const login = testEngine(world.resource, { store: encryptedStore(home, { current: first }) });
    expect((await callTool(login.session, 'any')).status).toBe(200);
    await login.engine.dispose();
    const store = encryptedStore(fileStore({ folder: path }), { current: second, former: [first] });
    const restarted = testEngine(world.resource, { store });
    expect((await callTool(restarted.session, 'any')).status).toBe(200);
    world.expireAccessTokens();
    expect((await callTool(restarted.session, 'any')).status).toBe(200);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
    await restarted.engine.dispose();

    const texts = await textsOf(home);
    expect(texts.length).toBeGreaterThan(2);
    const found = (among: readonly string[]) => issued().filter((token) => among.join().includes(token));
    expect(found(texts)).toEqual([]);
    expect(found(await textsOf(store)).length).toBeGreaterThan(1);
  });

  test('C05 a refresh that is at the server while all is encrypted anew loses nothing', async () => {
    const home = memoryStore();
    const both = { current: second, former: [first] };
    const login = testEngine(world.resource, { store: encryptedStore(home, { current: first }) });
    await login.session.login();
    await login.engine.dispose();

    const store = encryptedStore(home, both);
    const { session, engine } = testEngine(world.resource, { store });
    let rewritten = 0;
    world.script('a POST /token', async () => {
      rewritten += (await reencrypt(home, both)).rewritten;
      return undefined;
    });
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(rewritten).toBeGreaterThan(0);
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    await engine.dispose();
    const sent = world.requests('a', 'POST', '/token').map(({ form }) => form.get('refresh_token') ?? 'code');
    expect(new Set(sent).size).toBe(3);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
  });

  test('a damaged grant is told as set aside, and logs in again', async () => {
    const home = memoryStore();
    const store = encryptedStore(home, { current: first });
    const login = testEngine(world.resource, { store });
    await login.session.login();
    await login.engine.dispose();
    const [key = ''] = await home.list('grant:');
    await overwrite(home, key, (await home.get(key))?.text.replace('"data":"', '"data":"AAAA') ?? '');
    const { session, engine, progress } = testEngine(world.resource, { store });
    expect((await callTool(session, 'any')).status).toBe(200);
    await engine.dispose();
    expect(progress.filter(({ kind }) => kind === 'set-aside')).toEqual([{ kind: 'set-aside', key }]);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(2);
  });

  test('a missing key stops before anything is sent, and says what to do', async () => {
    const home = memoryStore();
    const login = testEngine(world.resource, { store: encryptedStore(home, { current: first }) });
    await login.session.login();
    await login.engine.dispose();
    const sent = world.requests('a').length;
    const { session, engine } = testEngine(world.resource, {
      store: encryptedStore(home, { current: second }),
    });
    const failure = await failureOf(session.login());
    expect(failure).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
    expect(failure.message).toContain('"first"');
    expect(world.requests('a')).toHaveLength(sent);
    await engine.dispose();
  });
});
