// The keychain home: what needs no keychain always, and the contract on a real one when AUTHCHART_TEST_KEYRING names it.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { findCredentialsAsync } from '@napi-rs/keyring';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Failure } from '../../contract/errors.ts';
import { encryptedStore } from '../../stores/encrypted.ts';
import { fileStore } from '../../stores/file.ts';
import { keychainStore } from '../../stores/keychain.ts';
import { keychainHome } from '../../stores/keychainHome.ts';
import { keyOf } from '../../stores/keychainKey.ts';
import { memoryStore } from '../../stores/memory.ts';
import type { Store } from '../../stores/store.ts';
import { type Keychain, KeychainFailure, systemKeychain } from '../../stores/systemKeychain.ts';
import { failureOf, meeting } from '../support/engine.ts';
import { create, storeContract } from './contract.ts';

const bus = process.env['AUTHCHART_TEST_KEYRING'];
const lockedBus = process.env['AUTHCHART_TEST_KEYRING_LOCKED'];
const askingBus = process.env['AUTHCHART_TEST_KEYRING_ASKING'];
if (!bus || !lockedBus || !askingBus) {
  console.info(
    'Skipped: the keychain home on a real keychain, because AUTHCHART_TEST_KEYRING does not name a bus with one.',
  );
}
const isLinux = process.platform === 'linux';
if (!isLinux) {
  console.info('Skipped: a keychain out of reach, because only on Linux another bus can be given to it.');
}

let world: string;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  world = await mkdtemp(join(tmpdir(), 'authchart-keychain-'));
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(world, { recursive: true, force: true });
});

/** The name of a folder that is not there yet. */
const fresh = (): string => join(world, `store ${randomUUID()}`);

const siblingFile = fileURLToPath(new URL('./keychainSibling.ts', import.meta.url));

function sibling(...args: string[]): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const child = spawn(process.execPath, ['--import', 'tsx', siblingFile, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

const operations: readonly (readonly [what: string, run: (store: Store) => Promise<unknown>])[] = [
  ['get', (store) => store.get('secret key')],
  ['put', (store) => store.put('secret key', 'token', undefined)],
  ['delete', (store) => store.delete('secret key', 'version')],
  ['list', (store) => store.list('secret key')],
  ['setAside', (store) => store.setAside('secret key', 'version')],
];

const unusable = (recovery: string, what: string): object =>
  expect.objectContaining({
    code: 'store_failed',
    phase: 'storing',
    recovery,
    message: expect.stringContaining(`The keychain of this system is out of reach: ${what}`),
  });

describe('options', () => {
  test.each([
    ['no name for the service', { service: '' }],
    ['no time', { timeout: 0 }],
    ['more time than a timer has', { timeout: 2 ** 31 }],
    ['a time that is no number', { timeout: Number.NaN }],
  ])('config_invalid: %s', (_what, options) => {
    const invalid = expect.objectContaining({ code: 'config_invalid', phase: 'configuring' });
    expect(() => keychainStore({ folder: fresh(), ...options })).toThrow(invalid);
  });

  test('nothing is asked, made or watched for before the first operation', () => {
    const folder = fresh();
    const keychain = new Proxy(keychainOf(), {
      get() {
        throw new Error('The keychain was asked.');
      },
    });
    keychainHome(keychain, { folder }).watch?.('a', () => {})();
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a driver that is not there', () => {
  const without = (from: string): Keychain =>
    systemKeychain({
      service: 'authchart',
      timeout: 20_000,
      from: pathToFileURL(join(from, 'module.js')).href,
    });

  test('S04 it is named, with the command that installs it', async () => {
    const folder = fresh();
    const store = keychainHome(without(world), { folder });
    for (const [what, run] of operations) {
      expect(await failureOf(run(store)), what).toEqual(unusable('fix-config', '@napi-rs/keyring is not'));
    }
    expect((await failureOf(store.get('a'))).message).toContain('npm install @napi-rs/keyring');
    expect(existsSync(folder)).toBe(false);
  });

  test('S04 one whose native part is missing is as good as none', async () => {
    const from = await mkdtemp(join(world, 'no-native-part-'));
    const installed = fileURLToPath(new URL('../../node_modules/@napi-rs/keyring', import.meta.url));
    await cp(installed, join(from, 'node_modules/@napi-rs/keyring'), { recursive: true });
    const failure = await failureOf(keychainHome(without(from), { folder: fresh() }).get('a'));
    expect(failure).toEqual(unusable('fix-config', '@napi-rs/keyring does not load'));
    expect(failure.message).toContain('npm install @napi-rs/keyring');
  });

  storeContract('keychainStore with a fallback', async () =>
    keychainHome(without(world), { folder: fresh(), fallback: memoryStore() }),
  );
});

describe('a process that cannot be started', () => {
  const { execPath } = process;
  afterEach(() => {
    process.execPath = execPath;
    vi.unstubAllEnvs();
  });

  test('S04 is a failure that says so', async () => {
    process.execPath = join(world, 'no-such-node');
    const failure = await failureOf(keychainStore({ folder: fresh() }).get('a'));
    expect(failure).toEqual(unusable('fix-config', 'the process that asks it ended'));
  });

  test('a program that is not Node does not start itself again and again', async () => {
    vi.stubEnv('AUTHCHART_KEYCHAIN', '1');
    const failure = await failureOf(keychainStore({ folder: fresh() }).get('a'));
    expect(failure).toEqual(unusable('fix-config', 'the process that asks it ended'));
  });
});

describe.runIf(isLinux)('no bus', () => {
  beforeAll(() => vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', `unix:path=${join(world, 'no-such-bus')}`));
  afterAll(() => vi.unstubAllEnvs());

  test('S04 a failure that names what to start, and a folder that is as it was', async () => {
    const folder = fresh();
    const store = keychainStore({ folder, timeout: 20_000 });
    const failure = await failureOf(store.put('secret key', 'token', undefined));
    expect(failure).toEqual(unusable('fix-config', 'nothing answers for it'));
    expect(failure.cause).toBeUndefined();
    expect(inspect(failure, { showHidden: true, depth: 9 })).not.toMatch(/secret key|token|no-such-bus/);
    expect(existsSync(folder)).toBe(false);
  });

  test('nothing keeps the process alive after the answer', async () => {
    const child = sibling('ask', fresh(), 'authchart', '600000');
    const [[recovery], [code]] = await Promise.all([once(child.stdout, 'data'), once(child, 'exit')]);
    expect([String(recovery), code]).toEqual(['fix-config', 0]);
  });

  test('S13 the fallback has it all from the first failure on, told once', async () => {
    const folder = fresh();
    const told: Failure[] = [];
    const fallback = memoryStore();
    const store = keychainStore({ folder, timeout: 20_000, fallback, onFallback: (why) => told.push(why) });
    const versions = await Promise.all(['a', 'b', 'c'].map((key) => create(store, key, 'text')));
    expect(await store.get('a')).toEqual({ version: versions[0], text: 'text' });
    expect([...(await fallback.list(''))].sort()).toEqual(['a', 'b', 'c']);
    expect(told).toEqual([unusable('fix-config', 'nothing answers for it')]);
    expect(existsSync(folder)).toBe(false);
  });
});

describe.runIf(isLinux)('a bus that never answers', () => {
  let silent: Server;
  let asked: Socket[];
  beforeEach(async () => {
    // Short, because the path of a socket must be.
    const path = join(world, randomUUID().slice(0, 8));
    asked = [];
    silent = createServer((socket) => asked.push(socket.resume().on('error', () => {}))).listen(path);
    await once(silent, 'listening');
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', `unix:path=${path}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const socket of asked) socket.destroy();
    silent.close();
  });

  /** The next who asks. */
  async function asking(): Promise<Socket> {
    const [socket] = (await once(silent, 'connection')) as [Socket];
    return socket;
  }
  const gone = (socket: Socket): Promise<unknown> => once(socket, 'close');

  test('S04 one call for all who wait, given up in time; the next operation makes the next one', async () => {
    const store = keychainStore({ folder: fresh(), timeout: 2000 });
    const next = asking();
    const all = Promise.all(operations.map(([, run]) => failureOf(run(store))));
    await gone(await next);
    for (const failure of await all) {
      expect(failure).toEqual(unusable('retry-later', 'it did not answer in time'));
    }
    expect(asked).toHaveLength(1);
    silent.close();
    expect(await failureOf(store.get('a'))).toEqual(unusable('fix-config', 'nothing answers for it'));
  });

  test('nothing keeps the process alive after the time limit', async () => {
    const child = sibling('ask', fresh(), 'authchart', '700');
    const [[recovery], [code]] = await Promise.all([once(child.stdout, 'data'), once(child, 'exit')]);
    expect([String(recovery), code]).toEqual(['retry-later', 0]);
  });

  test('a process may exit in the middle of a call, and leaves nothing behind', async () => {
    const next = asking();
    const child = sibling('leave', fresh(), 'authchart', '600000');
    const ended = gone(await next);
    child.stdin?.write('go');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await ended;
  });

  test('nor does one that is killed, after the time limit', async () => {
    const next = asking();
    const child = sibling('leave', fresh(), 'authchart', '3000');
    const ended = gone(await next);
    child.kill('SIGKILL');
    await ended;
  });
});

/** A keychain in memory, for what a real one cannot be made to do. */
function keychainOf(entries: Map<string, string> = new Map()): Keychain {
  return {
    get: async (name) => entries.get(name),
    set: async (name, secret) => void entries.set(name, secret),
    delete: async (name) => void entries.delete(name),
  };
}

describe('the key', () => {
  let entries: Map<string, string>;
  let keychain: Keychain;
  beforeEach(() => {
    entries = new Map();
    keychain = keychainOf(entries);
  });
  const opened = (folder: string): Store => keychainHome(keychain, { folder });
  const entry = (): { name: string; secret: string } => {
    const [[name, secret] = ['', '']] = entries;
    return { name, secret };
  };
  const contentOf = async (folder: string): Promise<readonly string[]> => {
    const names = await readdir(join(folder, 'records'));
    return Promise.all(names.map((name) => readFile(join(folder, 'records', name), 'utf8')));
  };

  test('TOK-3 opens the records, and is nowhere in the folder', async () => {
    const folder = fresh();
    const version = await create(opened(folder), 'a', 'refresh-token');
    const { name, secret } = entry();
    const { key } = JSON.parse(secret) as { key: string };
    const current = { id: name, key: Buffer.from(key, 'base64url') };
    const home = encryptedStore(fileStore({ folder }), { current });
    expect(await home.get('a')).toEqual({ version, text: 'refresh-token' });
    for (const path of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!path.isFile()) continue;
      const content = await readFile(join(path.parentPath, path.name), 'utf8');
      for (const told of [key, 'refresh-token']) expect(content).not.toContain(told);
    }
  });

  test('is asked for once in a process, and again after a failure', async () => {
    const folder = fresh();
    await create(opened(folder), 'a', 'text');
    let calls = 0;
    const get = async (name: string): Promise<string | undefined> => {
      calls += 1;
      if (calls === 1) throw new KeychainFailure('it is locked', 'retry-later');
      return entries.get(name);
    };
    const store = keychainHome({ ...keychain, get }, { folder });
    expect(await failureOf(store.get('a'))).toEqual(unusable('retry-later', 'it is locked'));
    await Promise.all(Array.from({ length: 20 }, () => store.get('a')));
    expect((await store.get('a'))?.text).toBe('text');
    expect(calls).toBe(2);
  });

  test('S13 a keychain that comes back does not end the fallback: no login is half here and half there', async () => {
    const folder = fresh();
    const locked = { ...keychain };
    locked.set = () => Promise.reject(new KeychainFailure('it is locked', 'retry-later'));
    const told: Failure[] = [];
    const options = { folder, fallback: memoryStore(), onFallback: (why: Failure) => told.push(why) };
    const store = keychainHome(locked, options);
    const version = await create(store, 'a', 'text');
    locked.set = keychain.set;
    expect(await store.get('a')).toEqual({ version, text: 'text' });
    await create(store, 'b', 'text');
    expect([told.length, entries.size]).toEqual([1, 0]);
  });

  test('S05 of two who make it at the same time one wins, and the other’s is gone', async () => {
    const folder = fresh();
    const both = meeting(2);
    const slow: Keychain = {
      ...keychain,
      set: async (name, secret) => {
        await keychain.set(name, secret);
        await both();
      },
    };
    const stores = [keychainHome(slow, { folder }), keychainHome(slow, { folder })];
    await Promise.all(stores.map((store, index) => create(store, `of ${index}`, 'text')));
    for (const store of [...stores, opened(folder)]) {
      for (const key of ['of 0', 'of 1']) expect((await store.get(key))?.text).toBe('text');
    }
    expect(entries.size).toBe(1);
  });

  test('S05 who finds records of one that was faster in between takes its key', async () => {
    const folder = fresh();
    const records = fileStore({ folder });
    const list = async (prefix: string): Promise<readonly string[]> => {
      await create(opened(folder), 'a', 'text');
      return records.list(prefix);
    };
    const { id } = await keyOf({ keychain, folder, records: { ...records, list } });
    expect([...entries.keys()]).toEqual([id]);
  });

  test('that is lost is said, fallback or not, and the records are left alone until it is back', async () => {
    const folder = fresh();
    await create(opened(folder), 'a', 'text');
    const before = await contentOf(folder);
    const { name, secret } = entry();
    entries.clear();
    const store = keychainHome(keychain, { folder, fallback: memoryStore() });
    for (const [, run] of operations) {
      const failure = await failureOf(run(store));
      expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing', recovery: 'fix-config' });
      expect(failure.message).toContain(`does not have the key "${name}" of the records in ${folder}`);
    }
    expect([await contentOf(folder), entries.size]).toEqual([before, 0]);
    entries.set(name, secret);
    expect((await store.get('a'))?.text).toBe('text');
  });

  test.each([
    ['not JSON', 'hunter2'],
    ['empty', ''],
    ['a short key', '{"v":1,"key":"hunter2"}'],
    ['a long key', `{"v":1,"key":"${'hunter2'.repeat(9)}"}`],
    ['a key of other characters', `{"v":1,"key":"${'hunter2 '.repeat(9).slice(0, 43)}"}`],
    ['of a version before the first', `{"v":0,"key":"${'hunter2'.repeat(7).slice(0, 43)}"}`],
    ['of a newer version', `{"v":2,"key":"${'hunter2'.repeat(7).slice(0, 43)}"}`],
    ['S16 a prototype', '{"__proto__":{"v":1}}'],
  ])('that is something else now is said, without what it is, and not replaced: %s', async (_what, other) => {
    const folder = fresh();
    await create(opened(folder), 'a', 'text');
    const { name } = entry();
    entries.set(name, other);
    const failure = await failureOf(opened(folder).get('a'));
    expect(failure).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
    expect(inspect(failure, { showHidden: true, depth: 9 })).not.toContain('hunter2');
    expect(entry().secret).toBe(other);
  });

  test('is not made for a folder with records of another kind, which are left alone', async () => {
    const folder = fresh();
    const version = await create(fileStore({ folder }), 'a', 'plain');
    const failure = await failureOf(opened(folder).get('a'));
    expect(failure).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
    expect(failure.message).toContain(`There are records in ${folder}`);
    expect(await fileStore({ folder }).get('a')).toEqual({ version, text: 'plain' });
    expect([(await readdir(folder)).sort(), entries.size]).toEqual([['records', 'writing'], 0]);
  });

  test('S08 whose name a newer version has written is left alone', async () => {
    const folder = fresh();
    await create(fileStore({ folder: join(folder, 'key') }), 'key', '{"v":2,"name":"a"}');
    expect(await failureOf(opened(folder).get('a'))).toMatchObject({ code: 'record_newer' });
    expect(entries.size).toBe(0);
  });

  test('of a keychain that does not keep it is not used', async () => {
    const folder = fresh();
    const forgetful = { ...keychain, set: async () => {} };
    const failure = await failureOf(keychainHome(forgetful, { folder }).put('a', 'text', undefined));
    expect(failure).toEqual(unusable('fix-config', 'it does not keep what it is given'));
    expect(existsSync(folder)).toBe(false);
  });

  test('S04 is not left in the keychain when the folder cannot be written', async () => {
    const folder = fresh();
    await mkdir(folder);
    const blocking: Keychain = {
      ...keychain,
      set: async (name, secret) => {
        await keychain.set(name, secret);
        await writeFile(join(folder, 'key'), '');
      },
    };
    const failure = await failureOf(keychainHome(blocking, { folder, fallback: memoryStore() }).get('a'));
    expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing' });
    expect(failure.message).toContain(folder);
    expect(entries.size).toBe(0);
  });
});

describe.runIf(bus && lockedBus && askingBus)('a real keychain', () => {
  const services: string[] = [];
  const newService = (): string => {
    const service = `authchart test ${randomUUID()}`;
    services.push(service);
    return service;
  };
  beforeAll(() => vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', bus));
  afterAll(() => vi.unstubAllEnvs());
  const timeout = 20_000;

  storeContract('keychainStore', async () =>
    keychainStore({ folder: fresh(), service: newService(), timeout }),
  );

  test('TOK-3 holds one key for each folder, and the records are sealed with it', async () => {
    const [folder, service] = [fresh(), newService()];
    const version = await create(keychainStore({ folder, service, timeout }), 'a', 'refresh-token');
    const [entry, ...more] = await findCredentialsAsync(service);
    expect(more).toEqual([]);
    const { key } = JSON.parse(entry?.password ?? '') as { key: string };
    const current = { id: entry?.account ?? '', key: Buffer.from(key, 'base64url') };
    const home = encryptedStore(fileStore({ folder }), { current });
    expect(await home.get('a')).toEqual({ version, text: 'refresh-token' });
    await create(keychainStore({ folder: fresh(), service, timeout }), 'a', 'refresh-token');
    expect(await findCredentialsAsync(service)).toHaveLength(2);
  });

  test('S05 processes that start at the same time end up with the same key', async () => {
    const [folder, service] = [fresh(), newService()];
    const racers = Array.from({ length: 4 }, () => sibling('write', folder, service, '600000'));
    await Promise.all(racers.map(({ stdout }) => once(stdout, 'data')));
    const ends = Promise.all(racers.map((racer) => once(racer, 'exit')));
    for (const racer of racers) racer.stdin?.write('go');
    for (const [code] of await ends) expect(code).toBe(0);
    const store = keychainStore({ folder, service, timeout });
    for (const { pid } of racers) expect((await store.get(`of ${pid}`))?.text).toBe('text');
    expect(await findCredentialsAsync(service)).toHaveLength(1);
  });

  test('a key that was deleted there is lost: records are left alone, and another folder starts anew', async () => {
    const [folder, service] = [fresh(), newService()];
    const version = await create(keychainStore({ folder, service, timeout }), 'a', 'text');
    const [entry] = await findCredentialsAsync(service);
    const keychain = systemKeychain({ service, timeout });
    const name = entry?.account ?? '';
    await keychain.delete(name);
    await keychain.delete(name);
    const store = keychainStore({ folder, service, timeout });
    const failure = await failureOf(store.get('a'));
    expect(failure).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
    expect(failure.message).toContain(`does not have the key "${name}"`);
    await create(keychainStore({ folder: fresh(), service, timeout }), 'a', 'text');
    await keychain.set(name, entry?.password ?? '');
    expect(await store.get('a')).toEqual({ version, text: 'text' });
  });

  test('S04 one that stays locked is a failure that says so', async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', lockedBus);
    const failure = await failureOf(keychainStore({ folder: fresh(), timeout }).get('a'));
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', bus);
    expect(failure).toEqual(unusable('retry-later', 'it is locked or it refused'));
  });

  test('S04 one that waits for a person is waited for as long as is allowed', async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', askingBus);
    const failure = await failureOf(keychainStore({ folder: fresh(), timeout: 2000 }).get('a'));
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', bus);
    expect(failure).toEqual(unusable('retry-later', 'it did not answer in time'));
  });
});
