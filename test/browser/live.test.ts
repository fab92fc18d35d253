// The live page in a real browser, on the playground: it shows the states of the actors, and everybody can use it.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { activeStates, innermost } from '../../engine/states.ts';
import type { WatchedClient } from '../../playground/live/client.ts';
import { type Inspection, startInspection } from '../../playground/live/inspection.ts';
import { readDrawing } from '../../visualizations/generated.ts';
import { executable, startChromium } from './chromium.ts';

describe.skipIf(executable === undefined)('in Chromium', () => {
  let html: string;
  let browser: Browser;
  let context: BrowserContext;
  let inspection: Inspection;
  let page: Page;
  /** The errors and warnings of the browser, also those of the page's security policy. */
  let complaints: string[];

  beforeAll(async () => {
    [html, browser] = await Promise.all([readDrawing('live.html'), startChromium()]);
  });
  async function begin(): Promise<void> {
    [inspection, context] = await Promise.all([
      startInspection({ html }),
      browser.newContext({ viewport: { width: 1400, height: 900 }, reducedMotion: 'reduce' }),
    ]);
    complaints = [];
    page = await open(inspection.url);
    await page.waitForSelector('#sessions article:nth-of-type(3)');
  }
  async function end(): Promise<void> {
    await context.close();
    await inspection.close();
    expect(complaints).toEqual([]);
  }
  afterAll(() => browser.close());

  async function open(url: string): Promise<Page> {
    const opened = await context.newPage();
    opened.setDefaultTimeout(10_000);
    opened.on('pageerror', ({ message }) => complaints.push(message));
    opened.on('console', (line) => {
      if (line.type() === 'error' || line.type() === 'warning') complaints.push(line.text());
    });
    await opened.goto(url);
    return opened;
  }

  const clientAt = (at: number): WatchedClient => {
    const client = inspection.clients[at];
    if (!client) throw new Error('There is no such client.');
    return client;
  };
  const statesOf = (client: WatchedClient): readonly string[] =>
    innermost(activeStates(client.session.snapshot));
  const press = (action: string): Promise<void> => page.click(`[data-action=${action}]`);
  const choose = (label: string): Promise<void> => page.click(`#sessions button:has-text("${label}")`);
  const card = (at: number) => page.locator(`#sessions article:nth-of-type(${at + 1})`);
  const rows = (at: number): Promise<readonly string[]> =>
    card(at)
      .locator('tbody tr')
      .evaluateAll((all) =>
        all.map((row) => (row instanceof HTMLElement ? row.innerText : '').replace(/\s+/g, ' ')),
      );

  /** The states that are marked active: the innermost ones in the phase pane, and the phases in the overview. */
  const shownActive = (): Promise<{
    readonly states: readonly string[];
    readonly phases: readonly string[];
  }> =>
    page.evaluate(() => {
      const names = (selector: string) =>
        [...document.querySelectorAll(selector)].map((one) => one.getAttribute('data-state') ?? '');
      return { states: names('#phase-pane .innermost'), phases: names('#map .active') };
    });

  /** Waits until the actor has come to this state, and the page shows it. */
  async function arrived(client: WatchedClient, state: string): Promise<void> {
    await expect.poll(() => statesOf(client), { timeout: 10_000 }).toContain(state);
    await expect.poll(async () => (await shownActive()).states).toEqual(statesOf(client));
    expect((await shownActive()).phases).toEqual([state.split('.')[0]]);
  }

  describe('what happens', () => {
    beforeEach(begin);
    afterEach(end);

    test('a login by a click: the active states on the page are those of the actor, at each step', async () => {
      const client = clientAt(0);
      await arrived(client, 'idle');
      await press('login');
      await arrived(client, 'authorized.renewal.fresh');
      expect(await page.innerText('#outcome')).toBe('registers dynamically: logged in.');
      expect(await card(0).locator('.session-status').innerText()).toBe('logged in');
      expect(await rows(0)).toEqual([
        expect.stringMatching(/^A 127\S+ registered dynamically 1 scope, \d:\d\d ↻ in use$/),
      ]);
      expect(await page.locator('#events li').count()).toBeGreaterThan(10);
      expect(await page.locator('#requests li').allInnerTexts()).toContainEqual(
        expect.stringContaining('POST /token'),
      );
      await page.selectOption('#phase', 'authorizing');
      expect(await page.isVisible('#phase-pane [data-state="authorizing.preparing"]')).toBe(true);
    });

    test('STEP-1: a step-up: the scope set grows, and the new scope is marked', async () => {
      const client = clientAt(0);
      await press('login');
      await arrived(client, 'authorized.renewal.fresh');
      expect(await card(0).locator('.scopes .added').count()).toBe(0);
      await press('write_note');
      await expect.poll(() => card(0).locator('.scopes .added').allInnerTexts()).toEqual(['notes:write new']);
      expect(await card(0).locator('.scopes li').allInnerTexts()).toContain('notes:read');
      await arrived(client, 'authorized.renewal.fresh');
      expect(await page.locator('#events').innerText()).toContain('steppingUp');
    });

    test('BIND-2, BIND-4: the resource moves: the old server is shown as not used, and a sentence says why', async () => {
      await press('login');
      await arrived(clientAt(0), 'authorized.renewal.fresh');
      await press('move');
      await expect
        .poll(() => rows(0))
        .toEqual([
          expect.stringMatching(/^B \S+ registered dynamically 1 scope, \S+ ↻ in use$/),
          expect.stringMatching(/^A \S+ registered dynamically 1 scope, \S+ ↻ not used$/),
        ]);
      await arrived(clientAt(0), 'authorized.renewal.fresh');
      const { a, b } = inspection.world;
      expect(await card(0).locator('.sentence').innerText()).toContain(
        `The resource moved from server A (${new URL(a.issuer).host}) to server B (${new URL(b.issuer).host}). Nothing that A issued was sent to B`,
      );
      expect(await page.locator('#events').innerText()).toContain('bindChecking.deciding');
      await page.selectOption('#only', 'B');
      const toB = await page.locator('#requests li:visible').allInnerTexts();
      expect(toB.map((line) => line.split('\n')[1])).toEqual(toB.map(() => 'B'));
      expect(toB.length).toBeGreaterThan(2);
    });

    test('BIND-6: a client that was registered by hand is refused, and the others are not', async () => {
      await choose('registered by hand');
      await press('login');
      await arrived(clientAt(2), 'authorized.renewal.fresh');
      await press('move');
      await arrived(clientAt(2), 'rejected');
      await expect.poll(() => card(2).locator('.session-status').innerText()).toBe('refused');
      expect(await card(2).locator('.sentence').innerText()).toContain('Nothing that A issued is sent to B.');
      expect(await card(2).locator('.problem').innerText()).toContain(inspection.world.b.issuer);
      expect(await rows(2)).toEqual([
        expect.stringMatching(/^B \S+ – none named now$/),
        expect.stringMatching(/^A \S+ registered by hand 1 scope, \S+ ↻ not used$/),
      ]);
      expect(await card(0).locator('.session-status').innerText()).toBe('idle');
      await choose('registers dynamically');
      await arrived(clientAt(0), 'idle');
    });

    test('A22: the token leaves the address bar; the page can be loaded again, and says what to do without one', async () => {
      const { origin } = new URL(inspection.url);
      expect(page.url()).toBe(`${origin}/`);
      await press('login');
      await arrived(clientAt(0), 'authorized.renewal.fresh');
      await page.reload();
      await arrived(clientAt(0), 'authorized.renewal.fresh');
      expect(await page.locator('#events li').count()).toBeGreaterThan(10);
      const stranger = await open(origin);
      expect(await stranger.innerText('#notice')).toMatch(/^This page needs the whole address/);
      await stranger.goto(`${origin}/#another`);
      await stranger.reload();
      await expect
        .poll(() => stranger.innerText('#notice'))
        .toMatch(/^This address is from a command that has ended/);
      // The browser reports the 401, and nothing else.
      expect(complaints.splice(0)).toEqual([expect.stringContaining('401')]);
    });

    test('the page says so when the command has ended, and tries again', async () => {
      await inspection.close();
      await expect.poll(() => page.innerText('#connection')).toBe('lost, trying again');
      await page.close();
      expect(complaints.splice(0).filter((line) => !line.includes('ERR_'))).toEqual([]);
      inspection = await startInspection({ html });
    });
  });

  describe('anybody can use it', () => {
    beforeAll(begin);
    afterAll(end);

    test('nothing is wider than the window, narrow or wide, and everything has a name', async () => {
      await press('login');
      await arrived(clientAt(0), 'authorized.renewal.fresh');
      for (const width of [380, 830, 1400, 1800]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
      expect(await page.evaluate(nameless)).toEqual([]);
      expect(await page.evaluate(headings)).toMatch(/^1(2+3*)+$/);
    });

    test('with the keyboard alone: press a button, change the session, move through the log and the chart', async () => {
      await page.keyboard.press(']');
      await expect.poll(() => page.innerText('#now b')).toBe('has a metadata document');
      await page.keyboard.press('1');
      await arrived(clientAt(1), 'authorized.renewal.fresh');
      const reached = new Set<string>();
      for (let at = 0; at < 40; at += 1) {
        await page.keyboard.press('Tab');
        reached.add(await page.evaluate(whereFocusIs));
      }
      expect([...reached]).toEqual(
        expect.arrayContaining([
          'session',
          'action',
          '#phase',
          '#requirement',
          '#view',
          '#phase-pane',
          '#only',
          'log line',
        ]),
      );
      await page.focus('#events li[tabindex="0"]');
      await page.keyboard.press('ArrowDown');
      const highlighted = await page.locator('#phase-pane .arrow.highlighted').count();
      expect(highlighted).toBeGreaterThan(0);
      await page.focus('#phase');
      expect(await page.locator('.highlighted').count()).toBe(0);
      // Digits are for fields while one is in use.
      await page.keyboard.press('5');
      expect(statesOf(clientAt(1))).toContain('authorized.renewal.fresh');
    });

    test('BIND-6: a requirement is chosen: what serves it is highlighted', async () => {
      await page.selectOption('#requirement', 'BIND-6');
      const serving = await page
        .locator('#phase-pane .state.serves')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-state')));
      expect(serving).toEqual(['bindChecking.deciding', 'rejected']);
      expect(await page.innerText('#requirement-text')).toMatch(/^BIND-6 Changed/);
      expect(await page.isVisible('#phase-pane [data-state="bindChecking.deciding"]')).toBe(true);
      await page.selectOption('#view', 'fitted');
      expect(await page.locator('#whole .state.serves').count()).toBe(2);
      await page.selectOption('#requirement', '');
      expect(await page.locator('.serves').count()).toBe(0);
    });
  });
});

/** In the page. */
function whereFocusIs(): string {
  const { activeElement: one } = document;
  if (one?.closest('.log li')) return 'log line';
  if (one?.hasAttribute('data-action')) return 'action';
  return one?.closest('#sessions') ? 'session' : `#${one?.id}`;
}

/** In the page: the elements without a name. */
function nameless(): readonly string[] {
  const all = [...document.querySelectorAll('button,select,section,article,ol,[role=group]')];
  const isNamed = (one: Element): boolean => {
    const by = (one.getAttribute('aria-labelledby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id));
    const own = one instanceof HTMLButtonElement ? one : (one.closest('label')?.firstChild ?? null);
    const names = [one.getAttribute('aria-label'), ...[...by, own].map((named) => named?.textContent)];
    return names.some((name) => (name ?? '').trim() !== '');
  };
  return all.filter((one) => !isNamed(one)).map((one) => `${one.tagName} ${one.id}`);
}

/** In the page: the levels of its headings, in order. */
const headings = (): string =>
  [...document.querySelectorAll('h1,h2,h3')].map((one) => one.tagName.slice(1)).join('');
