// The React example in a real browser, as Vite builds it, against the playground: what a person sees and clicks.
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../../playground/playground.ts';
import { startWorld } from '../../support/world.ts';
import { executable, startChromium } from '../chromium.ts';
import { startViteSite, type ViteSite } from './viteSite.ts';

const configFile = fileURLToPath(new URL('../../../examples/react/vite.config.ts', import.meta.url));

describe.skipIf(executable === undefined)('in Chromium', () => {
  let site: ViteSite;
  let browser: Browser;
  let world: Playground;
  let context: BrowserContext;
  let faults: string[];
  beforeAll(async () => {
    [site, browser] = await Promise.all([startViteSite({ configFile }), startChromium()]);
  }, 60_000);
  beforeEach(async () => {
    [world, context] = await Promise.all([startPlayground(), browser.newContext()]);
    context.setDefaultTimeout(20_000);
    faults = [];
    context.on('weberror', (fault) => faults.push(String(fault.error())));
    context.on('console', (line) => {
      // The browser itself tells of each 401, and of what CORS forbids; React of what is wrong with a component.
      const isOfBrowser = /^(Failed to load resource|Access to fetch)/.test(line.text());
      if (['error', 'warning'].includes(line.type()) && !isOfBrowser) faults.push(line.text());
    });
  });
  afterEach(async () => {
    await context.close();
    await world.close();
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  /** The app as somebody uses it who has chosen this resource. */
  async function open(way: 'redirect' | 'popup', resource = world.resource): Promise<Page> {
    const page = await context.newPage();
    await page.goto(site.origin);
    await page.getByLabel('MCP server').fill(resource);
    await page.getByLabel(way === 'popup' ? 'A window of its own' : 'This page leaves').check();
    await page.getByRole('button', { name: 'Use these' }).click();
    await page.waitForFunction((chosen) => document.body.textContent?.includes(chosen), resource);
    await shows(page, 'Not logged in');
    return page;
  }

  const shows = (page: Page, text: string) => page.getByText(text, { exact: true }).first().waitFor();
  const click = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const alertOf = (page: Page) => page.getByRole('alert').textContent();

  async function logIn(page: Page): Promise<void> {
    await click(page, 'Log in');
    await click(page, 'Allow');
    await shows(page, 'Logged in');
  }

  const requests = (method: string, path: string) =>
    world.exchanges.filter((one) => one.at === 'a' && one.method === method && one.path === path);
  /** Codes that were spent, and requests that a person was led to. */
  const logins = () => [
    requests('POST', '/token').filter(({ body }) => body.includes('code=')).length,
    new Set(requests('GET', '/authorize').map(({ query }) => query)).size,
  ];

  test('a page that leaves: one login under StrictMode, a tool call, and a reload', async () => {
    const page = await open('redirect');
    await logIn(page);
    expect(page.url()).toBe(`${site.origin}/`);
    await click(page, 'Read a note');
    await shows(page, 'The first note.');
    expect([...logins(), world.a.registrations]).toEqual([1, 1, 1]);
    await page.reload();
    await shows(page, 'Logged in');
    expect(logins()).toEqual([1, 1]);
  });

  test('a person who comes back without an answer: the same login goes on, or is cancelled', async () => {
    const page = await open('redirect');
    await click(page, 'Log in');
    await page.getByRole('button', { name: 'Allow', exact: true }).waitFor();
    await page.goto(site.origin);
    await shows(page, 'Waiting for you');
    // Nobody is there and back within three seconds: until then the other page may still be open.
    await page.waitForTimeout(3_000);
    await click(page, 'Go to the login page');
    await click(page, 'Allow');
    await shows(page, 'Logged in');
    expect(logins()).toEqual([1, 1]);
    await click(page, 'Sign out');
    await click(page, 'Log in');
    await page.getByRole('button', { name: 'Allow', exact: true }).waitFor();
    await page.goto(site.origin);
    await click(page, 'Cancel');
    await shows(page, 'Not logged in');
  });

  test('a step-up: another scope is asked for, and the one from before stays', async () => {
    const page = await open('redirect');
    await logIn(page);
    await click(page, 'Write a note');
    await shows(page, '403 Forbidden: another scope is needed.');
    await page.getByText('interaction_required').waitFor();
    await click(page, 'Allow notes:write');
    await click(page, 'Allow');
    await shows(page, 'notes:read');
    await shows(page, 'notes:write');
    await click(page, 'Write a note');
    await shows(page, 'Written.');
    await click(page, 'Read a note');
    await shows(page, 'Changed from a page.');
  });

  test('a person who says no: it is said, and they can log in after all', async () => {
    const page = await open('redirect');
    await click(page, 'Log in');
    await click(page, 'Deny');
    await shows(page, 'access_denied');
    expect(page.url()).toBe(`${site.origin}/`);
    await logIn(page);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('a window: it closes itself, the page stays, and a sign-out is for all tabs', async () => {
    const page = await open('popup');
    const opened = page.waitForEvent('popup');
    await click(page, 'Log in');
    const popup = await opened;
    const closed = popup.waitForEvent('close');
    await click(popup, 'Allow');
    await closed;
    await shows(page, 'Logged in');
    await click(page, 'Read a note');
    await shows(page, 'The first note.');
    expect([...logins(), context.pages().length]).toEqual([1, 1, 1]);

    const other = await context.newPage();
    await other.goto(site.origin);
    await shows(other, 'Logged in');
    await click(page, 'Sign out');
    for (const tab of [page, other]) await shows(tab, 'Not logged in');
    expect(requests('POST', '/revoke').length).toBeGreaterThan(0);
  });

  test('a window with a person who says no: both windows say it', async () => {
    const page = await open('popup');
    const opened = page.waitForEvent('popup');
    await click(page, 'Log in');
    const popup = await opened;
    await click(popup, 'Deny');
    await shows(popup, 'You are not logged in');
    await shows(page, 'access_denied');
  });

  test('a window that was closed: its page is there as a link, until the login is cancelled', async () => {
    const page = await open('popup');
    const opened = page.waitForEvent('popup');
    await click(page, 'Log in');
    const popup = await opened;
    await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor();
    const link = page.getByRole('link', { name: 'Open it here' });
    expect(await link.getAttribute('href')).toMatch(`${world.a.issuer}/authorize?`);
    await popup.close();
    await click(page, 'Cancel');
    await shows(page, 'cancelled');
    expect(await link.count()).toBe(0);
  });

  test('a window that the browser blocks: it is said', async () => {
    const page = await open('popup');
    await page.evaluate(() => {
      window.open = () => null;
    });
    await click(page, 'Log in');
    await shows(page, 'user_agent_failed');
    expect(await alertOf(page)).toContain('The browser blocked the window');
  });

  test('a server that does not serve pages (CORS): it is said, and can be tried again', async () => {
    const closed = await startWorld();
    const page = await open('redirect', closed.resource);
    await click(page, 'Log in');
    await shows(page, 'unreachable');
    expect(await alertOf(page)).toContain('(CORS)');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await closed.close();
  });

  test('a resource that serves pages no more: a tool call says so, too', async () => {
    const page = await open('redirect');
    await logIn(page);
    await page.route(world.resource, (route) => route.abort());
    await click(page, 'Read a note');
    await page.getByText('(CORS)').waitFor();
    await shows(page, 'Logged in');
  });

  test('a phone, by keys only: nothing is cut off', async () => {
    const page = await open('redirect');
    await page.setViewportSize({ width: 400, height: 700 });
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await page.reload();
    await shows(page, 'Not logged in');
    expect(await overflow()).toBe(0);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await click(page, 'Allow');
    await shows(page, 'Logged in');
    for (const key of ['Tab', 'Tab', 'Tab', 'Space']) await page.keyboard.press(key);
    await page.getByText('That needs one more permission').waitFor();
    expect(await overflow()).toBe(0);
  });

  test('an address that no session can have: it is refused in the form', async () => {
    const page = await open('redirect');
    await page.getByLabel('MCP server').fill('http://mcp.example/mcp');
    await click(page, 'Use these');
    expect(await alertOf(page)).toContain('https');
    await shows(page, 'Not logged in');
  });
});
