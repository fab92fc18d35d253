// The store of a page, used from here: each operation is asked of the page, and done there by the real one.
import { randomUUID } from 'node:crypto';
import type { BrowserContext, JSHandle, Page } from 'playwright-core';
import { AuthError, type Failure } from '../../contract/errors.ts';
import type { Store } from '../../stores/store.ts';
import type { StoreTab } from './storeTab.ts';

/** What is asked of the page. */
export interface Asked {
  readonly store: string;
  readonly call: Exclude<keyof Store, 'watch'>;
  readonly args: readonly unknown[];
}
/** Failures as data: what is thrown in a page arrives here as text. */
export type Replied =
  | { readonly value: unknown }
  | { readonly failure: Failure }
  | { readonly thrown: string };

/** A page with its own view on the records of its context. */
export class RemoteTab {
  readonly page: Page;
  readonly handle: JSHandle<StoreTab>;
  readonly #changed: Map<string, () => void>;

  constructor(page: Page, handle: JSHandle<StoreTab>, changed: Map<string, () => void>) {
    this.page = page;
    this.handle = handle;
    this.#changed = changed;
  }

  /** The store of this name, as this page has it. */
  store(name: string): Store {
    const ask = async <T>(call: Asked['call'], ...args: readonly unknown[]): Promise<T> => {
      const asked: Asked = { store: name, call, args };
      const replied = await this.handle.evaluate((tab, what) => tab.act(what), asked);
      if ('failure' in replied) throw new AuthError(replied.failure);
      if ('thrown' in replied) throw new Error(replied.thrown);
      return replied.value as T;
    };
    return {
      get: (key) => ask('get', key),
      put: (key, text, expected) => ask('put', key, text, expected),
      delete: (key, version) => ask('delete', key, version),
      list: (prefix) => ask('list', prefix),
      setAside: (key, version) => ask('setAside', key, version),
      watch: (key, changed) => this.#watch(name, key, changed),
    };
  }

  /** The page does what it is asked in order, so that nobody has to wait for either. */
  #watch(name: string, key: string, changed: () => void): () => void {
    const id = randomUUID();
    this.#changed.set(id, changed);
    void this.handle.evaluate(
      (tab, of) => {
        const { changed } = globalThis as unknown as { changed: (id: string) => void };
        tab.watch(of.name, of.key, of.id, changed);
      },
      { name, key, id },
    );
    // A page that was closed meanwhile watches nothing any more.
    return () => void this.handle.evaluate((tab, which) => tab.unwatch(which), id).catch(() => undefined);
  }
}

/** Opens a page that runs `storeTab.ts`. */
export async function openStoreTab(context: BrowserContext, address: string): Promise<RemoteTab> {
  const page = await context.newPage();
  const changed = new Map<string, () => void>();
  await page.exposeFunction('changed', (id: string) => changed.get(id)?.());
  await page.goto(address);
  const handle = await page.evaluateHandle(() => (globalThis as unknown as { tab: StoreTab }).tab);
  return new RemoteTab(page, handle, changed);
}
