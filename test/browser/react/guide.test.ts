// The guide for React: its first sample is a whole app in 15 lines, which runs with the package out of its tarball.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Playground, PORT, startPlayground } from '../../../playground/playground.ts';
import { resourceAt } from '../../../playground/resourceServer.ts';
import { examplesIn } from '../../docs/examples.ts';
import { installPacked } from '../../support/packed.ts';
import { executable, startChromium } from '../chromium.ts';
import { startViteSite, type ViteSite } from './viteSite.ts';

const path = 'docs/guides/react.md';
const text = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
const [sample] = examplesIn({ path, text });
const code = sample?.code ?? '';
const resource = resourceAt(`http://127.0.0.1:${PORT}`);

test('the sample is a whole app in at most 15 lines, none of them too long to read', () => {
  const lines = code.split('\n').filter((line) => line.trim() !== '');
  expect(lines.length).toBeLessThanOrEqual(15);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(125);
  expect(code).toContain(`'${resource}'`);
});

describe.skipIf(executable === undefined)('in Chromium', () => {
  let folder: string;
  let world: Playground;
  let site: ViteSite;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'authchart-react-'));
    [world, browser] = await Promise.all([startPlayground(), startChromium()]);
    await installPacked(folder, 'react', 'react-dom');
    // As a new Vite app has them.
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "jsx": "react-jsx" } }');
    const page = '<link rel="icon" href="data:,"><script type="module" src="/main.tsx"></script>';
    await writeFile(join(folder, 'index.html'), `<!doctype html>${page}`);
    await writeFile(join(folder, 'main.tsx'), code.replace(resource, world.resource));
    site = await startViteSite({ root: folder, configFile: false });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await Promise.all([site?.close(), world.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  test('the sample logs in, comes back, and calls a tool', async () => {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (line) => {
      if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
        faults.push(line.text());
    });
    await page.goto(site.origin);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    const shown = page.waitForEvent('dialog');
    await page.getByRole('button', { name: 'Read a note' }).click();
    const dialog = await shown;
    expect(dialog.message()).toContain('The first note.');
    await dialog.dismiss();
    expect(page.url()).toBe(`${site.origin}/`);
    expect(faults).toEqual([]);
    expect(world.exchanges.filter((one) => one.path === '/token')).toHaveLength(1);
  });
});
