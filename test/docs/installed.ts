// What a reader has beside the package: the playground, and a browser.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A process of which only the output is looked at. */
export type Program = ChildProcessByStdio<null, Readable, Readable>;

/** `npm run playground`, at any port. @returns it, and the resource that it prints. */
export async function startPlayground(): Promise<[Program, string]> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'playground/serve.ts', '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  const found = /^ {2}resource {2}(\S+)$/m.exec(stdout.all)?.[1];
  if (found === undefined) throw new Error(`The playground did not start: ${stderr.all}`);
  return [child, found];
}

/** What a stream has given so far. */
export function text(stream: Readable): { readonly all: string } {
  const read = { all: '' };
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    read.all += chunk;
  });
  return read;
}

/** A program in the place of the one that opens the system's browser. It writes down what it should open. */
export interface Opener {
  /** The variable `PATH` that finds it first. */
  readonly path: string;
  /** What it was given; '' when nothing yet. */
  given(): Promise<string>;
  /** Waits for it. */
  opened(): Promise<string>;
}

/** @param folder where it is put. */
export async function standInForBrowser(folder: string): Promise<Opener> {
  const bin = join(folder, 'bin');
  const note = join(folder, 'opened');
  const opener = join(bin, process.platform === 'darwin' ? 'open' : 'xdg-open');
  await mkdir(bin, { recursive: true });
  await writeFile(opener, `#!/bin/sh\nprintf %s "$1" > "${note}.new" && mv "${note}.new" "${note}"\n`);
  await chmod(opener, 0o755);
  const given = (): Promise<string> => readFile(note, 'utf8').catch(() => '');
  return {
    path: bin + delimiter + (process.env['PATH'] ?? ''),
    given,
    async opened() {
      await expect.poll(given).toMatch(/^http/);
      return given();
    },
  };
}
