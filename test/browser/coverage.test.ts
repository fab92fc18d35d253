// The drawing by requirement in a real browser: choosing one shows what serves it, and nothing else.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirements } from '../../contract/requirements.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { readCoverage, servedBy } from '../../visualizations/coverage/coverage.ts';
import { readDrawing } from '../../visualizations/generated.ts';
import { modelOf } from '../../visualizations/model.ts';
import { executable, startChromium } from './chromium.ts';

describe.skipIf(executable === undefined)('in Chromium', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let url: string;
  beforeAll(async () => {
    [folder, browser] = await Promise.all([mkdtemp(join(tmpdir(), 'authchart-')), startChromium()]);
    const file = join(folder, 'requirements.svg');
    await writeFile(file, await readDrawing('coverage-requirements.svg'));
    url = pathToFileURL(file).href;
    page = await browser.newPage({ viewport: { width: 1400, height: 1200 } });
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** What is not dimmed, and the sentences that are visible. */
  const visible = () =>
    page.evaluate(() => {
      const opaque = (element: Element | null) =>
        element !== null && getComputedStyle(element).opacity === '1';
      const named = (name: string, of: (element: Element) => Element | null) =>
        [...document.querySelectorAll(`[data-${name}]`)]
          .filter((element) => opaque(of(element)))
          .map((element) => element.getAttribute(`data-${name}`) ?? '');
      return {
        arrows: named('arrow', (element) => element),
        states: named('state', (element) => element.querySelector(':scope > .shape')),
        sentences: [...document.querySelectorAll('.sentence')]
          .filter((element) => getComputedStyle(element).visibility === 'visible')
          .map((element) => element.textContent ?? ''),
      };
    });

  const model = modelOf(authMachine);
  const expected = async (id: string) => ({
    arrows: [...servedBy(model, await readCoverage())].flatMap(([arrow, spec]) =>
      spec.includes(id) ? [arrow] : [],
    ),
    states: [...model.states.values()].flatMap(({ path, spec }) => (spec.includes(id) ? [path] : [])),
  });

  test('nothing is dimmed as long as nothing is chosen', async () => {
    await page.goto(url);
    const { arrows, states, sentences } = await visible();
    expect([arrows.length, states.length, sentences]).toEqual([model.arrows.length, model.states.size, []]);
  });

  test.each(['BIND-6', 'STEP-1'] as const)('%s: chosen by its address', async (id) => {
    await page.goto('about:blank');
    await page.goto(`${url}#${id}`);
    const { sentences, ...found } = await visible();
    const { arrows, states } = await expected(id);
    expect({ arrows: found.arrows.sort(), states: found.states.sort() }).toEqual({
      arrows: arrows.sort(),
      states: states.sort(),
    });
    expect(arrows.length).toBeGreaterThan(0);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]?.replaceAll(/\s/g, '')).toContain(
      `${id}: ${requirements[id].title}`.replaceAll(/\s/g, ''),
    );
  });

  test('one after the other, by clicks and by keys', async () => {
    await page.goto('about:blank');
    await page.goto(url);
    await page.click('a[href="#TOK-5"]');
    expect((await visible()).sentences[0]).toContain('TOK-5:');
    await page.focus('a[href="#DISC-1"]');
    await page.keyboard.press('Enter');
    expect((await visible()).sentences[0]).toContain('DISC-1:');
  });
});
