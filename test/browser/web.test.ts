// The store of browsers in a real one: the contract, tabs that share it, and what people and pages do to it.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AuthError } from '../../contract/errors.ts';
import type { Store } from '../../stores/store.ts';
import { webStore } from '../../stores/web.ts';
import { create, storeContract } from '../stores/contract.ts';
import { executable, startChromium } from './chromium.ts';
import { openStoreTab, type RemoteTab } from './remoteStore.ts';
import { type Site, startSite } from './site.ts';

describe.skipIf(executable === undefined)('in Chromium', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), startChromium()]);
  });
  afterAll(async () => {
    await Promise.all([browser.close(), site.close()]);
  });

  describe('one tab', () => {
    let tab: RemoteTab;
    beforeAll(async () => {
      tab = await openStoreTab(await browser.newContext(), `${site.origin}/store`);
    });
    afterAll(() => tab.page.context().close());

    storeContract('webStore', async () => tab.store(randomUUID()));

    test('halves of surrogate pairs are keys, texts and prefixes like all others', async () => {
      const store = tab.store(randomUUID());
      const keys = [
        '\ud83d',
        '\udd11',
        '\ud83d\udd11',
        '\ud83e',
        '\ufffd',
        '\uffff',
        '\uffff\uffff',
        '',
        'a',
        'a\uffff',
        'a\uffffb',
        'b',
      ];
      for (const key of keys) await create(store, key, key);
      for (const key of keys) {
        expect((await store.get(key))?.text === key, JSON.stringify(key)).toBe(true);
        const found = [...(await store.list(key))].sort();
        expect(found, JSON.stringify(key)).toEqual(keys.filter((one) => one.startsWith(key)).sort());
      }
    });

    test('databases of other names share nothing', async () => {
      await create(tab.store(randomUUID()), 'a', 'text');
      expect(await tab.store(randomUUID()).list('')).toEqual([]);
    });

    test('what is set aside is kept for a person to look at', async () => {
      const name = randomUUID();
      const version = await create(tab.store(name), 'a', 'unreadable');
      await tab.store(name).setAside('a', version);
      const rows = await tab.handle.evaluate((page, of) => page.contents(of, 'aside'), name);
      expect(rows).toEqual([{ key: 'a', version, text: 'unreadable' }]);
    });
  });

  describe('two tabs', () => {
    let context: BrowserContext;
    let one: RemoteTab;
    let two: RemoteTab;
    const name = 'shared';
    beforeEach(async () => {
      context = await browser.newContext();
      [one, two] = await Promise.all([
        openStoreTab(context, `${site.origin}/store`),
        openStoreTab(context, `${site.origin}/store`),
      ]);
    });
    afterEach(() => context.close());

    const countedBy = async (tab: RemoteTab): Promise<number> =>
      Number((await tab.store(name).get('count'))?.text);

    test('S05 and a worker, who add one a hundred times each, lose nothing', async () => {
      await Promise.all([
        one.handle.evaluate((tab, of) => tab.incrementTogether(of, 100, 3), name),
        two.handle.evaluate((tab, of) => tab.incrementTogether(of, 100, 3), name),
        two.handle.evaluate((tab, of) => tab.incrementInWorker(of, 100, 3), name),
      ]);
      expect(await countedBy(one)).toBe(300);
      expect(await countedBy(two)).toBe(300);
    });

    test('hear what the other writes and deletes', async () => {
      for (const key of ['a', 'a\ud800']) {
        const heard = (): Promise<void> => new Promise((resolve) => two.store(name).watch?.(key, resolve));
        // Its answer comes after the page has begun to listen.
        const written = heard();
        await two.store(name).get(key);
        const version = await create(one.store(name), key, 'text');
        await written;
        expect(await two.store(name).get(key)).toEqual({ version, text: 'text' });
        const deleted = heard();
        await two.store(name).get(key);
        await one.store(name).delete(key, version);
        await deleted;
        expect(await two.store(name).get(key)).toBeUndefined();
      }
    });

    const ends: readonly [string, (tab: RemoteTab) => Promise<unknown>][] = [
      ['is closed', ({ page }) => page.close()],
      [
        'crashes',
        async ({ page }) => {
          const devTools = await page.context().newCDPSession(page);
          const crashed = page.waitForEvent('crash');
          devTools.send('Page.crash').catch(() => undefined);
          await crashed;
        },
      ],
    ];
    test.each(ends)(
      'C04 one that %s in the middle of its writing costs nothing that was stored',
      async (_how, end) => {
        let last = 0;
        let tell = (): void => {};
        const enough = new Promise<void>((resolve) => {
          tell = resolve;
        });
        await one.page.exposeFunction('stored', (count: number) => {
          last = count;
          if (count === 20) tell();
        });
        const writing = one.handle.evaluate((tab, of) => {
          const { stored } = globalThis as unknown as { stored: (count: number) => void };
          return tab.increment(of, Number.POSITIVE_INFINITY, stored);
        }, name);
        writing.catch(() => undefined);
        await enough;
        await end(one);
        const left = await countedBy(two);
        expect(left).toBeGreaterThanOrEqual(last);
        await two.handle.evaluate((tab, of) => tab.increment(of, 1), name);
        expect(await countedBy(two)).toBe(left + 1);
      },
    );

    test('a newer version may change the database at once; then it is left alone', async () => {
      const version = await create(one.store(name), 'a', 'text');
      await two.handle.evaluate((tab, of) => tab.upgrade(of), name);
      const failed = await failureOf(one.store(name).put('a', 'hunter2', version));
      expect(failed).toMatchObject({ code: 'record_newer', recovery: 'fix-config', phase: 'storing' });
      expect((await failureOf(one.store(name).get('a'))).code).toBe('record_newer');
      const rows = await two.handle.evaluate((tab, of) => tab.contents(of, 'records'), name);
      expect(rows).toEqual([{ version, text: 'text' }]);
    });

    test('a database that is deleted under us is empty, and can be used again', async () => {
      const version = await create(one.store(name), 'a', 'text');
      await two.handle.evaluate((tab, of) => tab.deleteDatabase(of), name);
      expect(await one.store(name).put('a', 'again', version)).toBeUndefined();
      await create(one.store(name), 'a', 'again');
      expect((await two.store(name).get('a'))?.text).toBe('again');
    });

    test('a person who deletes what the site has stored: what is under way may fail, the next goes on', async () => {
      await create(one.store(name), 'a', 'text');
      const devTools = await context.newCDPSession(two.page);
      await devTools.send('Storage.clearDataForOrigin', { origin: site.origin, storageTypes: 'indexeddb' });
      const used = await untilInReach(() => one.store(name).list(''));
      expect(used).toEqual([]);
      await create(one.store(name), 'a', 'again');
    });

    test('a page that does not let go of the database is not waited for without end', async () => {
      await one.handle.evaluate((tab, of) => tab.occupy(of), name);
      await one.handle.evaluate((tab, of) => tab.startDeleting(of), name);
      await two.page.clock.install();
      const failing = failureOf(two.store(name).get('a'));
      await two.page.clock.runFor(10_000);
      const failed = await failing;
      expect(failed).toMatchObject({ code: 'store_failed', recovery: 'retry-later' });
      expect(failed.message).toContain('another page does not let go of the database');
      await one.page.close();
      await create(two.store(name), 'a', 'text');
    });
  });

  describe('a home that is out of reach', () => {
    let context: BrowserContext;
    beforeEach(async () => {
      context = await browser.newContext();
    });
    afterEach(() => context.close());

    const attempts = (store: Store): readonly (() => Promise<unknown>)[] => [
      () => store.get('a'),
      () => store.put('a', 'hunter2', undefined),
      () => store.delete('a', 'b'),
      () => store.list(''),
      () => store.setAside('a', 'b'),
    ];

    test('S04 no room left: what was there stays, and what comes later is stored once there is some', async () => {
      const tab = await openStoreTab(context, `${site.origin}/store`);
      const store = tab.store('full');
      const devTools = await context.newCDPSession(tab.page);
      await devTools.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 300_000 });
      const version = await create(store, 'a', 'text');
      // Browsers compress what they store: this cannot be.
      const long = randomBytes(600_000).toString('base64');
      const failed = await failureOf(store.put('a', long, version));
      expect(failed).toMatchObject({ code: 'store_failed', recovery: 'retry-later', phase: 'storing' });
      expect(failed.message).toBe(
        'The records in this browser are out of reach: there is no room left, free some space (QuotaExceededError).',
      );
      expect(await store.get('a')).toEqual({ version, text: 'text' });
      await devTools.send('Storage.overrideQuotaForOrigin', { origin: site.origin });
      expect(await store.put('a', 'text', version)).toEqual(expect.any(String));
    });

    test('S04 storage that is blocked', async () => {
      const tab = await openStoreTab(context, `${site.origin}/sandboxed`);
      const store = tab.store('blocked');
      for (const attempt of attempts(store)) {
        const failed = await failureOf(attempt());
        expect(failed).toMatchObject({ code: 'store_failed', recovery: 'fix-config', phase: 'storing' });
        expect(failed.message).toContain('storage is blocked for this page');
        expect(failed.message).not.toContain('hunter2');
      }
      store.watch?.('a', () => {})();
      expect((await failureOf(store.get('a'))).code).toBe('store_failed');
    });

    test('a database of this name that is not ours is left alone', async () => {
      const tab = await openStoreTab(context, `${site.origin}/store`);
      await tab.handle.evaluate((page) => page.occupy('theirs'));
      for (const attempt of attempts(tab.store('theirs'))) {
        const failed = await failureOf(attempt());
        expect(failed).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
        expect(failed.message).toContain('made by something else');
      }
    });
  });
});

test('where there is no IndexedDB, every operation says so', async () => {
  const failed = await failureOf(webStore().get('a'));
  expect(failed).toMatchObject({ code: 'store_failed', recovery: 'fix-config', phase: 'storing' });
  expect(failed.message).toContain('they need IndexedDB');
});

async function failureOf(operation: Promise<unknown>): Promise<AuthError> {
  const thrown = await operation.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof AuthError)) throw new Error(`Expected an AuthError, got ${String(thrown)}.`);
  return thrown;
}

/** Tries again as long as the failure says that it helps. */
async function untilInReach<T>(operation: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof AuthError) || error.recovery !== 'retry-later') throw error;
    }
  }
}
