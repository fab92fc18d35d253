// Two tabs, one login: a rotating refresh token is spent once, whichever tabs ask at the same time (C03).
import type { Browser, BrowserContext, JSHandle, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';
import { executable, startChromium } from './chromium.ts';
import type { EngineTab, FromTab } from './engineTab.ts';
import { openToPages } from './openToPages.ts';
import { type Site, startSite } from './site.ts';

describe.skipIf(executable === undefined)('in Chromium', () => {
  let site: Site;
  let world: World;
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    [site, world, browser] = await Promise.all([startSite(), startWorld(), startChromium()]);
    openToPages(world);
    context = await browser.newContext();
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([site.close(), world.close()]);
  });

  /** How far ahead a token is due that was issued now, in milliseconds; and how far from one expiry to the next. */
  const DUE = 400_000;

  test('C03 one login in three tabs; one refresh for each expiry, and both tabs have its token', async () => {
    let isRenewing: (page: Page) => void = () => {};
    let completed: Promise<void> | undefined;
    const complete = async (url: string): Promise<void> => {
      const callback = await context.newPage();
      await expose(callback, { present: async () => {}, entered: async () => {} });
      await callback.goto(url);
      const tab = await tabOf(callback);
      await tab.evaluate((it) => it.complete());
      await callback.close();
    };
    // The person is sent on their way, and not waited for.
    const present = async (url: string): Promise<void> => {
      completed = complete(url);
    };
    const open = async (): Promise<JSHandle<EngineTab>> => {
      const page = await context.newPage();
      const entered = async (state: string): Promise<void> => {
        if (/renewing$/.test(state)) isRenewing(page);
      };
      await expose(page, { present, entered });
      await page.goto(`${site.origin}/engine`);
      return tabOf(page);
    };
    const tabs = await Promise.all([open(), open()]);
    const { resource } = world;
    await tabs[0]?.evaluate((tab, at) => tab.login(at), resource);
    await completed;
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);

    for (let round = 1; round <= 5; round += 1) {
      // The answer is held back until both tabs are at it.
      const renewing = new Set<Page>();
      const both = new Promise<void>((resolve) => {
        isRenewing = (page) => {
          if (renewing.add(page).size === tabs.length) resolve();
        };
      });
      world.script('a POST /token', async () => {
        await both;
        return undefined;
      });
      const asked = { resource, later: round * DUE };
      const tokens = await Promise.all(
        tabs.map((tab) => tab.evaluate((it, of) => it.token(of.resource, of.later), asked)),
      );
      expect(new Set(tokens).size).toBe(1);
      expect(world.accessTokens.has(tokens[0] ?? '')).toBe(true);
      const refreshes = world
        .requests('a', 'POST', '/token')
        .filter(({ form }) => form.get('grant_type') === 'refresh_token');
      expect(refreshes).toHaveLength(round);
    }
    const keys = await tabs[1]?.evaluate((tab) => tab.keys());
    expect(keys?.filter((key) => key.startsWith('grant:'))).toHaveLength(1);
    expect(keys?.filter((key) => key.startsWith('spend:'))).toEqual([]);
  });
});

async function expose(page: Page, { present, entered }: FromTab): Promise<void> {
  await page.exposeFunction('present', present);
  await page.exposeFunction('entered', entered);
}

const tabOf = (page: Page): Promise<JSHandle<EngineTab>> =>
  page.evaluateHandle(() => (globalThis as unknown as { tab: EngineTab }).tab);
