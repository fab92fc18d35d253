// A real Chromium without a window, where the machine has one.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Undefined, and said so, where there is none: the tests of this folder are skipped then. */
export const executable: string | undefined = find('chromium');
if (executable === undefined) {
  console.info('Skipped: tests in a browser, because there is no `chromium` on the PATH.');
}

function find(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Close it at the end of the tests. */
export async function startChromium(): Promise<Browser> {
  if (executable === undefined) throw new Error('There is no Chromium.');
  return chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-background-networking'],
  });
}
