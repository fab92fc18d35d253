// The live page of a playground in a real Chromium, opened in windows of any size, and brought to where a test begins.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Inspection, startInspection } from '../../playground/live/inspection.ts';
import { readDrawing } from '../../visualizations/generated.ts';
import { startChromium } from './chromium.ts';

/** The sizes of windows, in pixels. */
export const NARROW = { width: 400, height: 800 };
export const WIDE = { width: 1400, height: 900 };
/** The parts that a narrow window shows one at a time. */
export const parts = ['now', 'chart', 'events', 'requests', 'legend'] as const;

/** A playground, and pages that show it. */
export class LiveWindows {
  readonly #contexts: BrowserContext[] = [];
  readonly html: string;
  readonly inspection: Inspection;
  readonly #browser: Browser;

  private constructor(html: string, inspection: Inspection, browser: Browser) {
    [this.html, this.inspection, this.#browser] = [html, inspection, browser];
  }

  static async start(): Promise<LiveWindows> {
    const html = await readDrawing('live.html');
    const [inspection, browser] = await Promise.all([startInspection({ html }), startChromium()]);
    return new LiveWindows(html, inspection, browser);
  }

  /** Opens a page. @param url Default: that of the playground. */
  async open(
    viewport: typeof WIDE,
    more: BrowserContextOptions = {},
    url = this.inspection.url,
  ): Promise<Page> {
    const context = await this.#browser.newContext({ viewport, reducedMotion: 'reduce', ...more });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(url);
    return page;
  }

  /** Closes the pages. */
  async clear(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.inspection.close();
  }
}

/** How the chosen client stands, as the page knows it. */
const statusOf = (page: Page): Promise<string | null> => page.getAttribute('body', 'data-situation');

/** Waits until the chosen client has this status. */
export async function arrive(page: Page, status: string | RegExp): Promise<void> {
  await expect.poll(() => statusOf(page), { timeout: 20_000 }).toMatch(status);
}

/** Logs the chosen client in, if it is not. */
export async function loggedIn(page: Page): Promise<void> {
  await arrive(page, /^(idle|good)$/);
  if ((await statusOf(page)) === 'idle') await page.click('#next [data-next=login]');
  await arrive(page, 'good');
}

/** Chooses the client that was registered by hand at one server, and moves the resource to the other one. */
export async function refused(page: Page): Promise<void> {
  await page.click('#sessions button:has-text("registered by hand")');
  await page.waitForSelector('#sessions .focus:has-text("registered by hand")');
  await arrive(page, /^(idle|good|refused)$/);
  if ((await statusOf(page)) === 'refused') return;
  await loggedIn(page);
  await page.click('[data-action=move]');
  await arrive(page, 'refused');
}
