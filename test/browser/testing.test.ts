// A test world in a real browser: it needs nothing of Node.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executable, startChromium } from './chromium.ts';
import { type Site, startSite } from './site.ts';
import type { TestingTab } from './testingTab.ts';

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

  test('a login in a test world needs no port: the page sends nothing', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/testing`);
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    const lines = await page.evaluate(() => (globalThis as unknown as { tab: TestingTab }).tab.login());
    expect(lines.split('\n').at(-1)).toMatch(/ resource GET \/mcp \(Bearer <access token 1 of b>\) → 200$/);
    expect(sent).toEqual([]);
    await page.close();
  });
});
