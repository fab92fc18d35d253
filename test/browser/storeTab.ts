// Runs in the page (or a worker): the real store, and what the tests ask of it.
import { AuthError } from '../../contract/errors.ts';
import type { Store } from '../../stores/store.ts';
import { webStore } from '../../stores/web.ts';
import type { Asked, Replied } from './remoteStore.ts';

const stores = new Map<string, Store>();

function storeOf(name: string): Store {
  const store = stores.get(name) ?? webStore({ name });
  stores.set(name, store);
  return store;
}

async function perform({ store: name, call, args }: Asked): Promise<unknown> {
  const store = storeOf(name);
  const method = store[call] as (...given: unknown[]) => Promise<unknown>;
  return method.apply(store, [...args]);
}

const watches = new Map<string, () => void>();

const tab = {
  /** One operation of a store. */
  act(asked: Asked): Promise<Replied> {
    return perform(asked).then(
      (value) => ({ value }),
      (thrown: unknown) =>
        thrown instanceof AuthError ? { failure: thrown.toFailure() } : { thrown: String(thrown) },
    );
  },

  watch(name: string, key: string, id: string, changed: (id: string) => void): void {
    const end = storeOf(name).watch?.(key, () => changed(id));
    if (end) watches.set(id, end);
  },

  unwatch(id: string): void {
    watches.get(id)?.();
  },

  /** Adds one, as often as it is told, by compare-and-swap; says each number that is stored. */
  async increment(name: string, times: number, say: (stored: number) => void = () => {}): Promise<void> {
    const store = storeOf(name);
    for (let done = 0; done < times; ) {
      const found = await store.get('count');
      const next = Number(found?.text ?? 0) + 1;
      if ((await store.put('count', String(next), found?.version)) === undefined) continue;
      done += 1;
      say(next);
    }
  },

  /** The same, begun when so many are there who do it. */
  async incrementTogether(name: string, times: number, many: number): Promise<void> {
    const store = storeOf(name);
    await store.put(`here ${crypto.randomUUID()}`, '', undefined);
    while ((await store.list('here ')).length < many);
    await tab.increment(name, times);
  },

  /** The same in a worker of this page. */
  async incrementInWorker(...work: Work): Promise<void> {
    const worker = new Worker(import.meta.url, { type: 'module' });
    worker.postMessage(work);
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = reject;
    });
    worker.terminate();
  },

  /** What a newer authchart would do; fails when somebody else keeps it from doing so. */
  async upgrade(name: string): Promise<void> {
    (await free(indexedDB.open(name, 2))).close();
  },

  async deleteDatabase(name: string): Promise<void> {
    await free(indexedDB.deleteDatabase(name));
  },

  /** Makes a database of this name with nothing in it, and never lets go of it. */
  async occupy(name: string): Promise<void> {
    await free(indexedDB.open(name, 1));
  },

  /** A deletion that has to wait. */
  async startDeleting(name: string): Promise<void> {
    await new Promise((resolve) => {
      indexedDB.deleteDatabase(name).onblocked = resolve;
    });
  },

  /** What is in an object store, past the store. */
  async contents(name: string, table: string): Promise<readonly unknown[]> {
    const database = await free(indexedDB.open(name));
    const rows = await free(database.transaction(table).objectStore(table).getAll());
    database.close();
    return rows;
  },
};

export type StoreTab = typeof tab;
type Work = [name: string, times: number, many: number];

function free<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    if ('onblocked' in request)
      request.onblocked = () => reject(new Error('Somebody does not let go of it.'));
  });
}

if ('document' in globalThis) Object.assign(globalThis, { tab });
else {
  globalThis.onmessage = async ({ data }: MessageEvent<Work>) => {
    await tab.incrementTogether(...data);
    globalThis.postMessage('done');
  };
}
