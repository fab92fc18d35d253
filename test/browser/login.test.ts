// Logins of pages: by leaving and coming back, and in a window; two tabs, and tabs that are closed in the middle.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, startWorld, type World } from '../support/world.ts';
import { executable, startChromium } from './chromium.ts';
import type { LoginTab } from './loginTab.ts';
import { openToPages } from './openToPages.ts';
import { type Site, startSite } from './site.ts';

declare const tab: LoginTab;

describe.skipIf(executable === undefined)('in Chromium', () => {
  let site: Site;
  let world: World;
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), startChromium()]);
  });
  beforeEach(async () => {
    [world, context] = await Promise.all([startWorld(), browser.newContext()]);
    openToPages(world);
  });
  afterEach(async () => {
    await context.close();
    await world.close();
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  async function open(path: string): Promise<Page> {
    const page = await context.newPage();
    const at = path.includes('?') ? '&' : '?';
    await page.goto(`${site.origin}${path}${at}resource=${encodeURIComponent(world.resource)}`);
    await page.waitForFunction(() => 'tab' in globalThis);
    return page;
  }

  /** Waits until this has ended in the page. */
  async function ended(page: Page, what: string): Promise<void> {
    await page.waitForFunction((it) => 'tab' in globalThis && tab.ended.includes(it), what);
  }

  /** The authorization server shows a page, and goes on when a person clicks. */
  function showConsent(headers: Readonly<Record<string, string>> = {}): void {
    world.script('a GET /authorize', async (request): Promise<Answer> => {
      const { headers: { location = '' } = {} } = world.correctly(request);
      const body = `<!doctype html><title>consent</title><a href="${location.replaceAll('&', '&amp;')}">allow</a>`;
      return { body, headers: { 'content-type': 'text/html', ...headers } };
    });
  }

  const codes = (): number =>
    world.requests('a', 'POST', '/token').filter(({ form }) => form.has('code')).length;
  const shown = (): number => new Set(world.requests('a', 'GET', '/authorize').map(stateIn)).size;

  describe('a page that leaves for the server', () => {
    test('AUTHZ-10, A26: comes back as another page, finishes the login, and shows no code', async () => {
      const page = await open('/redirect');
      await page.evaluate(() => tab.login());
      await page.waitForURL('**/redirect/callback');
      await ended(page, 'completion: ok');
      expect(world.accessTokens.has(await page.evaluate(() => tab.token()))).toBe(true);
      // Any page of the site has it now, and asks nobody.
      const before = world.received.length;
      const other = await open('/redirect');
      expect(world.accessTokens.has(await other.evaluate(() => tab.token()))).toBe(true);
      expect(world.received).toHaveLength(before);
    });

    test('A35, C07: that is closed at the server: the next one shows the same login again', async () => {
      showConsent();
      const page = await open('/redirect');
      await page.evaluate(() => tab.login());
      await page.waitForURL('**/authorize?*');
      await page.close();
      const next = await open('/redirect');
      await next.waitForFunction(() => /awaiting(User|Sibling)/.test(tab.state()));
      await next.evaluate(() => tab.login());
      await next.waitForURL('**/authorize?*');
      await next.click('a');
      await ended(next, 'completion: ok');
      expect([shown(), codes()]).toEqual([1, 1]);
    });

    test('A28: tells what the server said, and leaves nothing pending', async () => {
      world.script('a GET /authorize', (request) => {
        const { searchParams } = new URL(`http://a.invalid/?${request.query}`);
        const back = new URL(searchParams.get('redirect_uri') ?? '');
        const answer = {
          error: 'access_denied',
          state: searchParams.get('state') ?? '',
          iss: world.origins.a,
        };
        back.search = String(new URLSearchParams(answer));
        return { status: 303, headers: { location: back.href } };
      });
      const page = await open('/redirect');
      await page.evaluate(() => tab.login());
      await ended(page, 'completion: access_denied');
      expect(page.url()).toBe(`${site.origin}/redirect/callback`);
    });
  });

  describe('a page with a window', () => {
    test('AUTHZ-10: which cannot reach it, and closes itself when the login is done', async () => {
      showConsent();
      const page = await open('/popup');
      const opened = page.waitForEvent('popup');
      await page.evaluate(() => tab.login());
      const popup = await opened;
      await popup.waitForURL('**/authorize?*');
      expect(await popup.evaluate(() => window.opener)).toBeNull();
      const closed = popup.waitForEvent('close');
      await popup.click('a');
      await closed;
      await ended(page, 'login: ok');
      expect(world.accessTokens.has(await page.evaluate(() => tab.token()))).toBe(true);
      expect(codes()).toBe(1);
    });

    test('AUTHZ-10: also where the server cuts the tie between the two', async () => {
      showConsent({ 'cross-origin-opener-policy': 'same-origin' });
      const page = await open('/popup');
      await page.evaluate(() => tab.login());
      const popup = await consentPage();
      await popup.click('a');
      await ended(page, 'login: ok');
      expect(codes()).toBe(1);
    });

    test('AUTHZ-10: that says what it waits for while the server is being found, and can be dismissed', async () => {
      // The server is never found.
      world.script('a GET /.well-known/oauth-authorization-server', () => new Promise<Answer>(() => {}));
      const page = await open('/popup');
      const opened = page.waitForEvent('popup');
      await page.evaluate(() => tab.login());
      const popup = await opened;
      await popup.waitForFunction(() => document.body.textContent !== '');
      expect(await popup.evaluate(() => [document.body.innerHTML, document.title, window.opener])).toEqual([
        `Looking for the login page of ${world.resource} …`,
        `Looking for the login page of ${world.resource} …`,
        null,
      ]);
      const closed = popup.waitForEvent('close');
      await page.evaluate(() => tab.dismiss());
      await closed;
    });

    test('AUTHZ-10: that shows a server stays open when it is dismissed', async () => {
      showConsent();
      const page = await open('/popup');
      await page.evaluate(() => tab.login());
      const popup = await consentPage();
      await page.evaluate(() => tab.dismiss());
      await popup.click('a');
      await ended(page, 'login: ok');
    });

    test('A33: that a person closes: they can have it shown again, or cancel', async () => {
      showConsent();
      const page = await open('/popup');
      await page.evaluate(() => tab.login());
      await (await consentPage()).close();
      // Whoever asks twice within a second has pressed the button twice.
      await page.waitForTimeout(1_100);
      await page.evaluate(() => tab.login());
      await consentPage();
      await page.evaluate(() => tab.cancel());
      await page.waitForFunction(() => tab.ended.filter((one) => one === 'login: cancelled').length === 2);
    });

    test('A07: that the browser blocks is told as such', async () => {
      const page = await open('/popup');
      await page.evaluate(() => {
        window.open = () => null;
        tab.login();
      });
      await ended(page, 'login: user_agent_failed');
    });
  });

  describe('two tabs', () => {
    test('C06: that are challenged at the same time open one login', async () => {
      showConsent();
      const tabs = await Promise.all([open('/popup?auto'), open('/popup?auto')]);
      await Promise.all(tabs.map((page) => page.evaluate(() => tab.call())));
      await Promise.all(
        tabs.map((page) => page.waitForFunction(() => /awaiting(User|Sibling)/.test(tab.state()))),
      );
      const popup = await consentPage();
      expect(context.pages()).toHaveLength(3);
      await popup.click('a');
      await Promise.all(tabs.map((page) => ended(page, 'call: ok')));
      expect([shown(), codes()]).toEqual([1, 1]);
      expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
    });

    test('C04, TOK-5: of which one is closed in the middle of a refresh: its token is not sent again', async () => {
      const [first, second] = [await open('/redirect'), await open('/redirect')];
      await first.evaluate(() => tab.login());
      await ended(first, 'completion: ok');
      let asked = (): void => {};
      const isAsked = new Promise<void>((resolve) => {
        asked = resolve;
      });
      world.script('a POST /token', () => {
        asked();
        return new Promise<Answer>(() => {});
      });
      void first.evaluate((later) => tab.token(later), 400_000).catch(() => {});
      await isAsked;
      await first.close();
      const told = await second
        .evaluate((later) => tab.token(later), 400_000)
        .catch((thrown: unknown) => String(thrown));
      expect(told).toContain('log in');
      const refreshes = world.requests('a', 'POST', '/token').filter(({ form }) => form.has('refresh_token'));
      expect(refreshes).toHaveLength(1);
    });
  });

  /** The page of the authorization server, in whatever window it is. */
  async function consentPage(): Promise<Page> {
    for (;;) {
      for (const page of context.pages()) if ((await page.title()) === 'consent') return page;
      await context.waitForEvent('page', { timeout: 200 }).catch(() => undefined);
    }
  }
});

const stateIn = ({ query }: { readonly query: URLSearchParams }): string | null => query.get('state');
