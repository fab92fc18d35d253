// The vectors of the hostile tests in a real browser: a page and a worker answer them as Node does.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answers } from '../hostile/vectors.ts';
import { executable, startChromium } from './chromium.ts';
import { type Site, startSite } from './site.ts';
import type { VectorsTab } from './vectorsTab.ts';

describe.skipIf(executable === undefined)('in Chromium', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), startChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  test.each(['answers', 'inWorker'] as const)('P05: the same vectors pass as in Node: %s', async (where) => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/vectors`);
    const found = await page.evaluate(
      (name) => (globalThis as unknown as { tab: VectorsTab }).tab[name](),
      where,
    );
    expect(found).toEqual(await answers());
    await page.close();
  });
});
