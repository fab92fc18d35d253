// The live page, seen for the first time: it says what it is, what to do, and what its signs mean, also without a pointer.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startLivePage } from '../../adapters/live/livePage.ts';
import { requirements } from '../../contract/requirements.ts';
import { startInspection } from '../../playground/live/inspection.ts';
import { executable } from './chromium.ts';
import { arrive, LiveWindows, loggedIn, NARROW, parts, WIDE } from './liveWindows.ts';

describe.skipIf(executable === undefined)('in Chromium', () => {
  let windows: LiveWindows;
  beforeAll(async () => {
    windows = await LiveWindows.start();
  });
  afterEach(() => windows.clear());
  afterAll(() => windows.close());

  test('without a session each panel says in words what will be there, and nothing asks for a button', async () => {
    const { url, close } = await startLivePage({ html: windows.html });
    const page = await windows.open(WIDE, {}, url);
    await expect.poll(() => page.innerText('#next')).toMatch(/^Next: No session yet: /);
    expect(await page.innerText('#about')).toMatch(/^This page shows a login while it runs: /);
    for (const panel of ['#sessions', '#chart', '#events', '#requests'])
      expect(await page.locator(`${panel} .empty:visible`).innerText()).toMatch(
        /^No \w+ (is active )?yet\. /,
      );
    expect(await page.locator('#next button').count()).toBe(0);
    expect(await page.isVisible('#actions')).toBe(false);
    await close();
  });

  test('the first screen says what to press; that logs in, the words for what is empty go, and the next step changes', async () => {
    const page = await windows.open(WIDE);
    const seen: string[] = [];
    page.on('request', (request) => seen.push(new URL(request.url()).origin));
    await arrive(page, 'idle');
    expect(await page.locator('#next button').allInnerTexts()).toEqual(['Log in']);
    expect(await page.locator('#requests .empty').isVisible()).toBe(true);
    expect(await page.locator('.focus .bindings').innerText()).toContain(
      'After a login there is one row for each server',
    );
    await loggedIn(page);
    await expect
      .poll(() => page.locator('#next button').allInnerTexts())
      .toEqual(['Write a note', 'Move the resource']);
    await expect.poll(() => page.locator('.empty:visible').count()).toBe(0);
    await page.selectOption('#only', { index: 1 });
    expect(await page.locator('#none-of-these').isVisible()).toBe(false);
    expect(new Set(seen)).toEqual(new Set([new URL(windows.inspection.url).origin]));
  });

  test('a login that failed: the page says what helps, the button for it helps, and the failure is not red alone', async () => {
    const { url, close } = await startInspection({ html: windows.html });
    for (const viewport of [WIDE, NARROW]) {
      const page = await windows.open(viewport, {}, url);
      await page.click('#sessions article:nth-of-type(2) h2 button');
      await page.click('[data-action=deny]');
      await expect.poll(() => page.innerText('#outcome')).toContain('will be denied');
      await page.click('[data-action=login]');
      await arrive(page, 'failed');
      await expect.poll(() => page.locator('.focus .session-status').innerText()).toBe('failed');
      await expect.poll(() => page.innerText('#next')).toMatch(/^Next: Log in again, and allow it:/);
      await page.click('#next [data-next=login]');
      await arrive(page, 'good');
      await page.click('[data-action=logout]');
      await arrive(page, 'idle');
    }
    await close();
  });

  test('a denied step-up: the page says that the login is kept, and how to go on', async () => {
    const page = await windows.open(WIDE);
    await loggedIn(page);
    await page.click('[data-action=deny]');
    await expect.poll(() => page.innerText('#outcome')).toContain('will be denied');
    await page.click('[data-action=delete_note]');
    await expect.poll(() => page.innerText('#next')).toContain('The login is kept.');
    await expect.poll(() => page.locator('.focus .problem').innerText()).toContain('log in again');
  });

  test('the keyboard reaches a requirement of an event, which is explained with a link to its source', async () => {
    const page = await windows.open(WIDE);
    await loggedIn(page);
    const named = page.locator('button.spec', { hasText: /^AUTHZ-4$/ });
    const line = page.locator('#events li', { has: named }).first();
    const chip = line.locator(named);
    await page.focus('#events li[tabindex="0"]');
    for (let at = 0; at < 60 && !(await line.evaluate((one) => one === document.activeElement)); at += 1)
      await page.keyboard.press('ArrowDown');
    for (let at = 0; at < 12 && !(await chip.evaluate((one) => one === document.activeElement)); at += 1)
      await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const box = page.locator('#explanation');
    expect(await box.isVisible()).toBe(true);
    expect(await box.innerText()).toContain('A client must do this.');
    expect(await box.locator('a').isVisible()).toBe(true);
    expect(await box.locator('a').getAttribute('href')).toBe(requirements['AUTHZ-4'].link);
    expect(await box.evaluate((one) => one.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Escape');
    expect(await box.isVisible()).toBe(false);
    expect(await chip.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#requirement')).toBe('AUTHZ-4');
    expect(await page.locator('#phase-pane .state.serves').count()).toBeGreaterThan(0);
  });

  test('in a narrow window the keyboard reaches all parts, and the focus is always visible', async () => {
    const page = await windows.open(NARROW);
    await loggedIn(page);
    await page.focus('[data-shows=now]');
    for (const shown of parts.slice(1)) {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await page.getAttribute('body', 'data-part')).toBe(shown);
    }
    await page.click('[data-shows=chart]');
    for (let at = 0; at < 30; at += 1) {
      await page.keyboard.press('Tab');
      const ring = await page.evaluate(() => {
        const focused = document.activeElement ?? document.body;
        return focused === document.body ? 'none here' : getComputedStyle(focused).outlineStyle;
      });
      expect(ring).not.toBe('none');
    }
  });

  test('the legend has each tone, line, mark and letter that the page uses', async () => {
    const page = await windows.open(WIDE);
    await loggedIn(page);
    const used = await page.evaluate(() => {
      const signs = '.state,.wire,.icon,.server,.scope,.spec';
      const kinds = /^(main|refusal|person|region|frame|latest|\w+-icon|added|asked|spec|colour-resource)$/;
      const of = (root: string) =>
        [...document.querySelectorAll(root)].flatMap((place) =>
          [...place.querySelectorAll(signs)].flatMap((one) =>
            [...one.classList]
              .filter((name) => kinds.test(name))
              .map((name) => `${one.classList[0]} ${name}`),
          ),
        );
      return { page: of('#chart,#events,#requests,#sessions'), legend: of('#legend') };
    });
    expect(new Set(used.page).size).toBeGreaterThan(10);
    expect([...new Set(used.page)].filter((sign) => !used.legend.includes(sign))).toEqual([]);
    for (const meaning of await page.locator('#legend dd').allInnerTexts()) expect(meaning).not.toBe('');
  });
});
