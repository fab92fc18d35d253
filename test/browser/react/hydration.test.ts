// A page that a server has rendered, under StrictMode: nothing differs, one subscription, one login, and nothing is left.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { testEngine, visit } from '../../support/engine.ts';
import { startWorld, type World } from '../../support/world.ts';
import { executable, startChromium } from '../chromium.ts';
import { openToPages } from '../openToPages.ts';
import { page as pageOf } from './Account.tsx';
import type { HydrationTab } from './hydrationTab.tsx';

declare const tab: HydrationTab;

describe.skipIf(executable === undefined)('in Chromium', () => {
  let world: World;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const presented: string[] = [];
  const faults: string[] = [];
  beforeAll(async () => {
    [world, browser] = await Promise.all([startWorld(), startChromium()]);
    openToPages(world);
    const [html, script] = [renderedBy(world), await bundle()];
    server = createServer(({ url }, response) => {
      const [type, text] = url === '/tab.js' ? ['text/javascript', script] : ['text/html', html];
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    page = await browser.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (line) => {
      if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
        faults.push(line.text());
    });
    await page.exposeFunction('present', (url: string) => void presented.push(url));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    server.close();
    await world.close();
  });

  /** Waits until both components show this. */
  const show = (text: string) =>
    page.waitForFunction((it) => {
      const outputs = [...document.querySelectorAll('output')];
      return outputs.length === 2 && outputs.every(({ textContent }) => textContent?.includes(it));
    }, text);
  const counts = () => page.evaluate(() => tab.subscriptions);

  test('what the server has rendered is what the page begins with', async () => {
    await show('"idle"');
    expect(await page.evaluate(() => tab.rendered)).toContain('"status":"recovering","isBusy":true');
    expect(await page.evaluate(() => tab.differences)).toEqual([]);
    expect(faults).toEqual([]);
    expect(world.received).toEqual([]);
  });

  test('two components that StrictMode mounts twice have one subscription', async () => {
    // The first mounting of StrictMode, and the second.
    await vi.waitFor(async () => expect(await counts()).toEqual({ begun: 2, ended: 1 }), 10_000);
  });

  test('two clicks are one login with one page', async () => {
    for (const button of await page.getByRole('button').all()) await button.click();
    await show('"needsUser":true,"url":"http');
    expect(presented).toHaveLength(1);
    await page.evaluate((url) => tab.complete(url), await visit(presented[0]));
    await show('"status":"authorized","isBusy":false,"canSend":true,"needsUser":false}');
    expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
    expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
  });

  test('nothing listens when the page has gone', async () => {
    await page.evaluate(() => tab.unmount());
    await vi.waitFor(async () => expect(await counts()).toEqual({ begun: 2, ended: 2 }), 10_000);
    expect(faults).toEqual([]);
  });
});

/** What a server sends: the page, with the components rendered for nobody in particular. */
function renderedBy({ resource }: World): string {
  const { session } = testEngine(resource);
  const body = renderToString(pageOf(session));
  return `<!doctype html><html data-resource="${resource}"><head><link rel="icon" href="data:,"><script type="module" src="/tab.js"></script></head><body>${body}</body></html>`;
}

/** With the development build of React: StrictMode mounts twice in no other. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('hydrationTab.tsx', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' },
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
