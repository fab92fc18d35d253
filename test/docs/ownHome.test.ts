// The store of your own in docs/guides/stores.md keeps the contract of stores, and so does the one for workers.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import type { Store } from '../../index.ts';
import { storeContract } from '../stores/contract.ts';
import { readGuides } from './guides.ts';

const folder = await mkdtemp(join(tmpdir(), 'authchart-home-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The function of this name in the code of a guide, without what surrounds it. */
async function functionIn(guide: string, name: string): Promise<(storage: unknown) => Store> {
  const code = (await readGuides()).find((one) => one.name === guide)?.runnable[0]?.code ?? '';
  const source = new RegExp(`^export function ${name}\\([^]*?^}$`, 'm').exec(code)?.[0];
  if (source === undefined) throw new Error(`${guide} has no function ${name}.`);
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, (await transform(source, { loader: 'ts', format: 'esm' })).code);
  const module: Record<string, (storage: unknown) => Store> = await import(pathToFileURL(file).href);
  const found = module[name];
  if (!found) throw new Error(`${name} is not exported.`);
  return found;
}

const keyValueStore = await functionIn('stores.md', 'keyValueStore');
const recordsIn = await functionIn('workers.md', 'recordsIn');

// Neither hears of changes: an engine looks by itself.
storeContract('the store of docs/guides/stores.md', () => keyValueStore(new Map()), { watch: false });
const inWorker = (): Store => {
  const map = new Map<string, unknown>();
  return recordsIn({
    get: (key: string) => map.get(key),
    put: (key: string, value: unknown) => void map.set(key, value),
    delete: (key: string) => map.delete(key),
    list: ({ prefix }: { readonly prefix: string }) => [...map].filter(([key]) => key.startsWith(prefix)),
  });
};
storeContract('the store of docs/guides/workers.md', inWorker, { watch: false });

describe('the store of docs/guides/stores.md', () => {
  it('keeps what is set aside', async () => {
    const storage = new Map<string, string>();
    const store = keyValueStore(storage);
    const version = (await store.put('a', 'damaged', undefined)) ?? '';
    await store.setAside('a', version);
    expect(await store.get('a')).toBeUndefined();
    expect([...storage.values()]).toEqual(['damaged']);
    expect(await store.list('')).toEqual([]);
  });
});
