// One store for several servers: what is written for one of them leaves the records of the others alone.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import { encryptedStore, memoryStore, type Store } from '../../index.ts';
import { failureOf, personsTurn, testEngine, testHost } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
beforeEach(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), 'authchart-hostile-'));
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const current = { id: 'one', key: new Uint8Array(32).fill(7) };
const homes: readonly (readonly [string, () => () => Store])[] = [
  ['in memory', () => always(memoryStore())],
  ['in files', () => () => fileStore({ folder })],
  ['in files, encrypted', () => () => encryptedStore(fileStore({ folder }), { current })],
];
const always = (store: Store) => (): Store => store;

/** Each record of a store: its version and its text, by its key. */
async function recordsOf(store: Store): Promise<ReadonlyMap<string, unknown>> {
  const keys = await store.list('');
  return new Map(await Promise.all(keys.map(async (key) => [key, await store.get(key)] as const)));
}

/** The files of records, each with what shows that it was written. */
async function writtenFiles(): Promise<readonly string[]> {
  const records = join(folder, 'records');
  const names = (await readdir(records)).sort();
  const facts = names.map(async (name) => {
    const { ino, mtimeNs } = await stat(join(records, name), { bigint: true });
    return `${name} ${ino} ${mtimeNs}`;
  });
  return Promise.all(facts);
}

describe('a login that is begun, and given up, at another server', () => {
  it.each(homes)('S12: leaves the tokens of the first server as they are, %s', async (_where, opening) => {
    const open = opening();
    const first = testEngine(world.resource, { store: open() });
    await first.session.login();
    const kept = await recordsOf(open());
    expect([...kept.keys()].some((key) => key.startsWith('grant:'))).toBe(true);
    const { userAgent } = testHost();
    const other = testEngine(world.addResource('/other', 'b'), { store: open(), userAgent });
    const login = failureOf(other.session.login());
    await personsTurn(other.session);
    const during = await recordsOf(open());
    await other.session.cancel();
    await login;
    const after = await recordsOf(open());
    expect([...during.keys()].some((key) => key.startsWith('pending:'))).toBe(true);
    expect([...after.keys()].some((key) => key.startsWith('pending:'))).toBe(false);
    for (const [key, record] of kept) {
      expect(during.get(key)).toEqual(record);
      expect(after.get(key)).toEqual(record);
    }
    await Promise.all([first.engine.dispose(), other.engine.dispose()]);
  });

  it('S12: writes no file of another record', async () => {
    const store = fileStore({ folder });
    await store.put('grant:a', 'tokens of one server', undefined);
    await store.put('grant:b', 'tokens of another server', undefined);
    const before = await writtenFiles();
    const version = await store.put('pending:c', 'verifier', undefined);
    expect(await writtenFiles()).toEqual(expect.arrayContaining([...before]));
    await store.put('pending:c', 'verifier, answered', version);
    await store.delete('pending:c', (await store.get('pending:c'))?.version ?? '');
    expect(await writtenFiles()).toEqual(before);
  });
});

describe('writes for two servers at the same time, by two who have opened the store before', () => {
  it.each(homes)('S12: all stay, %s', async (_where, opening) => {
    const open = opening();
    const stores = [open(), open()] as const;
    for (const store of stores) await store.list('');
    const keys = Array.from({ length: 12 }, (_, at) => `pending:${at}`);
    const written = keys.map((key, at) =>
      stores[at % 2 === 0 ? 0 : 1].put(key, `verifier of ${key}`, undefined),
    );
    let version = await stores[0].put('grant:a', 'token 0', undefined);
    for (const at of [1, 2, 3]) version = await stores[0].put('grant:a', `token ${at}`, version);
    await Promise.all(written);
    for (const store of stores) {
      expect((await store.get('grant:a'))?.text).toBe('token 3');
      for (const key of keys) expect((await store.get(key))?.text).toBe(`verifier of ${key}`);
    }
  });
});
