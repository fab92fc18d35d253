// The width of texts in a real browser, in the fonts that it may have: never wider than the layout assumes.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authMachine } from '../../machines/authMachine.ts';
import { drawingsOf } from '../../visualizations/drawings.ts';
import { widthOf } from '../../visualizations/layout/text.ts';
import { fonts } from '../../visualizations/layout/theme.ts';
import { modelOf } from '../../visualizations/model.ts';
import { executable, startChromium } from '../browser/chromium.ts';
import { textsIn } from './geometry.ts';

/** Fonts of Linux, and those that replace Helvetica and Arial there. */
const families = ['system-ui', 'sans-serif', 'DejaVu Sans', 'Liberation Sans'];

interface Measured {
  readonly text: string;
  readonly css: string;
}

describe.skipIf(executable === undefined)('in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let texts: readonly (Measured & { readonly width: number })[];
  beforeAll(async () => {
    browser = await startChromium();
    page = await browser.newPage();
    const { overview, phases } = await drawingsOf(modelOf(authMachine));
    texts = [overview, ...phases].flatMap(textsIn).map(({ text, font }) => {
      const { size, isBold } = fonts[font];
      return { text, css: `${isBold ? 'bold ' : ''}${size}px`, width: widthOf(text, fonts[font]) };
    });
  });
  afterAll(() => browser.close());

  const widths = (texts: readonly Measured[], family: string): Promise<readonly number[]> =>
    page.evaluate(
      ([all, name]) => {
        const canvas = document.createElement('canvas').getContext('2d');
        return all.map(({ text, css }) => {
          if (canvas === null) return Number.NaN;
          canvas.font = `${css} ${name}`;
          return canvas.measureText(text).width;
        });
      },
      [texts, family] as const,
    );

  it.each(families)('no text of any drawing is wider than its place: %s', async (family) => {
    const real = await widths(texts, family.includes(' ') ? `"${family}"` : family);
    const wider = texts.filter(({ width }, at) => !((real[at] ?? Number.NaN) <= width));
    expect(wider.map(({ text }) => text)).toEqual([]);
    expect(texts.length).toBeGreaterThan(500);
  });
});
