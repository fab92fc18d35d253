// A real browser that blocks discovery, since a server sends no CORS headers: that is said, and no weaker place is asked.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';
import { executable, startChromium } from './chromium.ts';
import type { EngineTab } from './engineTab.ts';
import { openToPages } from './openToPages.ts';
import { type Site, startSite } from './site.ts';

describe.skipIf(executable === undefined)('in Chromium', () => {
  let site: Site;
  let world: World;
  let browser: Browser;
  beforeAll(async () => {
    [site, world, browser] = await Promise.all([startSite(), startWorld(), startChromium()]);
    openToPages(world);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([site.close(), world.close()]);
  });

  /** From now on pages of other origins cannot read answers of this path. */
  function closeToPages(path: string): void {
    const answer = world.answer.bind(world);
    world.answer = async (request) => {
      const { headers = {}, ...rest } = await answer(request);
      const closed = Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'));
      return { ...rest, headers: request.path === path ? Object.fromEntries(closed) : headers };
    };
  }

  test('P06: metadata that a page may not read is told as that, and nothing else is tried', async () => {
    const path = '/.well-known/oauth-authorization-server';
    closeToPages(path);
    world.script('a GET /.well-known/openid-configuration', () => ({ body: world.documents.a }));
    const page = await browser.newPage();
    await page.exposeFunction('present', () => Promise.reject(new Error('Nobody is to be led anywhere.')));
    await page.exposeFunction('entered', async () => {});
    await page.goto(`${site.origin}/engine`);
    const failure = await page.evaluate(async (resource) => {
      const { tab } = globalThis as unknown as { tab: EngineTab };
      return tab.login(resource).then(
        () => undefined,
        ({ code, message }: { readonly code: string; readonly message: string }) => ({ code, message }),
      );
    }, world.resource);
    expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringContaining('(CORS)') });
    expect(world.requests('a', 'GET').map((one) => one.path)).toEqual([path]);
    expect(world.requests('a', 'POST')).toEqual([]);
    await page.close();
  });
});
