// Starts a program that prints `open URL`, does what a person does with that page, and reads what the program prints then.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Cookies, visit } from '../playground/rawClient.ts';

/** How a program is started. */
export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** After so many milliseconds it is ended. */
  readonly timeout: number;
  /** Told of the last page of the login: its text, and where it is. The program is ended when this is done. */
  readonly arrived?: (text: string, url: string) => Promise<void>;
}

/** @returns all that it printed. @throws Error with that, where it did not end with 0. */
export function runWithPerson({ program, args, cwd, timeout, arrived }: Start): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let isDone = false;
    const fail = (reason: string) => reject(new Error(`${reason}: ${printed.trim()}`));
    const timer = setTimeout(() => {
      printed += `\nended after ${timeout / 1000} s`;
      child.kill('SIGKILL');
    }, timeout);
    const follow = async (url: string): Promise<void> => {
      const last = await browse(url);
      if (arrived === undefined) return;
      await arrived(last.text, last.url);
      isDone = true;
      child.kill();
    };
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        printed += `${line}\n`;
        const page = /^open (http\S+)$/.exec(line)?.[1];
        if (page === undefined) return;
        follow(page).catch((error) => {
          printed += `${error}\n`;
          child.kill();
        });
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || isDone) resolve(printed);
      else fail(`it ended with ${code ?? signal}`);
    });
  });
}

/** Opens a page, with cookies, and follows redirects: the consent page of the playground needs no click. */
async function browse(url: string): Promise<{ readonly text: string; readonly url: string }> {
  const cookies: Cookies = new Map();
  let next = url;
  for (let hops = 0; hops < 10; hops += 1) {
    const response = await visit(next, cookies);
    const location = response.headers.get('location');
    const text = await response.text();
    if (location === null) return { text, url: next };
    next = new URL(location, next).href;
  }
  throw new Error('too many redirects');
}
