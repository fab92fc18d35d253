// The live page in windows of any size, light or dark: nothing is too wide, too faint, cropped without a sign, or moves unasked.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startLivePage } from '../../adapters/live/livePage.ts';
import { executable } from './chromium.ts';
import { contrastsIn, outlinesIn } from './contrast.ts';
import { arrive, LiveWindows, loggedIn, NARROW, parts, refused, WIDE } from './liveWindows.ts';

/** WCAG 2.2, 1.4.3: text; 1.4.11: what is needed to understand a drawing. */
const [TEXT, GRAPHIC] = [4.5, 3];

describe.skipIf(executable === undefined)('in Chromium', () => {
  let windows: LiveWindows;
  beforeAll(async () => {
    windows = await LiveWindows.start();
  });
  afterEach(() => windows.clear());
  afterAll(() => windows.close());

  test('in a narrow window one screen shows the state, the next step and the last request; nothing is too wide', async () => {
    const page = await windows.open(NARROW);
    await loggedIn(page);
    await expect
      .poll(() => page.innerText('#last'))
      .toMatch(/^Last request: [A-Z?] answered \d+ to \w+ \/\S+$/);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(
      NARROW.height,
    );
    for (const shown of parts) {
      await page.click(`[data-shows=${shown}]`);
      expect(await page.locator('[data-shows][aria-pressed=true]').getAttribute('data-shows')).toBe(shown);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(NARROW.width);
      expect(await page.evaluate(outside)).toEqual([]);
      for (const always of ['#now', '#next', '#last']) {
        const box = await page.locator(always).boundingBox();
        expect(box && box.y >= 0 && box.y + box.height <= NARROW.height / 2).toBe(true);
      }
    }
    await expect.poll(() => page.locator('#now code').first().innerText()).toBe('authorized.renewal.fresh');
    await page.click('[data-shows=chart]');
    const [map, active] = [page.locator('#map'), page.locator('#map .state.active')];
    const bottom = async (): Promise<number> => {
      const [outer, inner] = [await map.boundingBox(), await active.boundingBox()];
      return (
        (outer?.y ?? 0) + (outer?.height ?? 0) - (inner?.y ?? 0) - (inner?.height ?? Number.POSITIVE_INFINITY)
      );
    };
    await expect.poll(bottom).toBeGreaterThanOrEqual(0);
  });

  test.each(['light', 'dark'] as const)(
    'everything has enough contrast where it is %s',
    async (colorScheme) => {
      for (const viewport of [WIDE, NARROW]) {
        const page = await windows.open(viewport, { colorScheme });
        await loggedIn(page);
        for (const shown of viewport === NARROW ? parts : []) {
          await page.click(`[data-shows=${shown}]`);
          expect(await weak(page)).toEqual([]);
        }
        for (const phase of viewport === WIDE ? ['', 'authorizing', 'failed', 'rejected'] : []) {
          await page.selectOption('#phase', phase);
          expect(await weak(page)).toEqual([]);
        }
      }
      const page = await windows.open(WIDE, { colorScheme });
      await refused(page);
      expect(await weak(page)).toEqual([]);
    },
  );
  /** The texts and outlines that have too little contrast. */
  async function weak(page: Page): Promise<readonly string[]> {
    await page.waitForFunction(() => document.querySelector('.flash.on') === null);
    const [texts, outlines] = [await page.evaluate(contrastsIn), await page.evaluate(outlinesIn)];
    expect(texts.length).toBeGreaterThan(20);
    const below = (least: number) => (one: (typeof texts)[number]) => one.ratio < least;
    return [...texts.filter(below(TEXT)), ...outlines.filter(below(GRAPHIC))].map(
      ({ what, ratio }) => `${what}: ${ratio.toFixed(2)}`,
    );
  }

  test('a panel that has more than is visible says so, with the number of lines, until its end', async () => {
    const page = await windows.open(WIDE);
    await loggedIn(page);
    const pane = page.locator('#events .pane');
    const below = (): Promise<number> =>
      pane.evaluate((one) => {
        const bottom = one.getBoundingClientRect().bottom;
        return [...one.querySelectorAll('li')].filter(
          (line) => line.getBoundingClientRect().bottom > bottom + 1,
        ).length;
      });
    await expect.poll(() => pane.getAttribute('data-more')).toBe('down');
    expect(await below()).toBeGreaterThan(3);
    expect(await pane.getAttribute('data-below')).toBe(`${await below()} more below`);
    const [cue, shade] = await pane.evaluate((one) =>
      ['::before', '::after']
        .map((part) => getComputedStyle(one, part))
        .map(({ display, content, backgroundImage }) =>
          display === 'none' ? '' : `${content} ${backgroundImage}`,
        ),
    );
    expect(cue).toContain(`${await below()} more below`);
    expect(shade).toMatch(/to top, rgba\(\d+, \d+, \d+, 0\.2/);
    await page.locator('#events .scroller').evaluate((one) => one.scrollTo(0, one.scrollHeight));
    await expect.poll(() => pane.getAttribute('data-more')).toBe('up');
    expect(await page.getAttribute('.phase-view', 'data-more')).toMatch(/down/);
  });

  test('where less motion is wanted nothing moves', async () => {
    const page = await windows.open(WIDE);
    await loggedIn(page);
    await page.click('[data-action=logout]');
    await expect.poll(() => page.locator('.flash').count()).toBeGreaterThan(0);
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((one) => {
          const { transitionDuration, animationName } = getComputedStyle(one);
          return !/^0s(, 0s)*$/.test(transitionDuration) || animationName !== 'none';
        }).length,
    );
    expect(moving).toBe(0);
  });

  test('names and addresses of any length stay within the window, and are not cropped', async () => {
    const { url, tell, close } = await startLivePage({ html: windows.html });
    const host = 'tenant-with-a-name-that-only-a-machine-chooses.login.example.internal.corporation';
    for (let at = 0; at < 8; at += 1) {
      const session = {
        resource: `https://${host}/${'path/'.repeat(20)}mcp`,
        subject: `${at}@${host}`,
        label: '',
      };
      const issuer = `https://${host}/tenants/${'0123456789abcdef'.repeat(4)}/${at}`;
      const grant = {
        issuer,
        requested: [],
        granted: [`${issuer}/everything`],
        renewable: true,
        isRefused: false,
      };
      const budget = { authorizations: 0, renewals: 0, registrations: 0, pauses: 0 };
      const step = {
        event: 'start',
        arrows: [],
        states: ['authorized.renewal.fresh'],
        entered: [],
        spec: [],
      };
      tell({ kind: 'step', at: 1, session, ...step, facts: { server: issuer, grant, budget } });
      const request = { method: 'POST', url: `${issuer}/${'x'.repeat(300)}`, status: 200 };
      tell({ kind: 'request', at: 1, session, ...request, purpose: 'token' });
    }
    for (const viewport of [WIDE, NARROW]) {
      const page = await windows.open(viewport, {}, url);
      await arrive(page, 'good');
      await expect.poll(() => page.locator('#requests li').count()).toBe(1);
      for (const shown of viewport === NARROW ? parts : []) {
        await page.click(`[data-shows=${shown}]`);
        expect(await page.evaluate(outside)).toEqual([]);
      }
      expect(await page.evaluate(outside)).toEqual([]);
      // No panel of texts has to be scrolled to the side.
      for (const pane of ['#side', '#events .pane', '#requests .pane'])
        expect((await page.getAttribute(pane, 'data-more')) ?? '').not.toMatch(/left|right/);
    }
    await close();
  });
});

/** In the page: what is wider than the window, and is in no panel that can be scrolled. */
function outside(): readonly string[] {
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.checkVisibility() && !one.closest('.scroller > *, .pane svg, #announcement'))
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => `${one.tagName} ${one.id}`);
}
