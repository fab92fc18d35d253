// Terminals of one person, who runs the command in several of them: one folder of logins, and one browser (AUTHZ-12).
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Running, start } from '../cli/command.ts';
import { startWorld, type World } from '../support/world.ts';
import { type Opening, pagesIn } from './openings.ts';

/** How often it is looked whether the browser has got a page, in milliseconds. */
const LOOK = 20;

function readOpening(line: string): Opening {
  const [at = '', url = ''] = line.split(' ');
  return { url, at: Number(at) };
}

export class Terminals {
  readonly world: World;
  /** Where the logins are kept. */
  readonly folder: string;
  /** The pages that commands have opened, oldest first. */
  pages: readonly string[] = [];
  readonly #home: string;
  readonly #thinks: number | null;
  readonly #started: Running[] = [];
  readonly #over = new AbortController();

  private constructor(world: World, home: string, thinks: number | null) {
    this.world = world;
    this.folder = join(home, 'logins');
    this.#home = home;
    this.#thinks = thinks;
  }

  /** @param thinks how long the person takes to answer a page, in milliseconds; null: until the test says so. */
  static async begin(thinks: number | null): Promise<Terminals> {
    const home = await mkdtemp(join(tmpdir(), 'authchart-terminals-'));
    const terminals = new Terminals(await startWorld(), home, thinks);
    await terminals.#installBrowser();
    void terminals.#watchBrowser();
    return terminals;
  }

  /** Runs the command for the resource of this world, in a terminal of its own. */
  run(command: 'login' | 'token'): Running {
    const path = join(this.#home, 'bin') + delimiter + (process.env['PATH'] ?? '');
    const env = { PATH: path, DISPLAY: ':0', SSH_CONNECTION: '' };
    const running = start(
      this.folder,
      // Its standard streams are pipes here.
      [command, this.world.resource, ...(command === 'login' ? ['--login'] : [])],
      { env },
    );
    this.#started.push(running);
    return running;
  }

  /** The person allows what the first page asks for, and the browser goes back to the command. */
  async answer(): Promise<void> {
    await fetch(this.pages[0] ?? '').catch(() => undefined);
  }

  /** The person says no. */
  async deny(): Promise<void> {
    const { world } = this;
    world.script('a GET /authorize', ({ query }) => {
      const state = query.get('state') ?? '';
      const answer = new URLSearchParams({ error: 'access_denied', state, iss: world.origins.a });
      return { status: 302, headers: { location: `${query.get('redirect_uri')}?${answer}` } };
    });
    await this.answer();
  }

  async end(): Promise<void> {
    this.#over.abort();
    for (const { child } of this.#started) child.kill('SIGKILL');
    await Promise.all(this.#started.map(({ ended }) => ended));
    await this.world.close();
    await rm(this.#home, { recursive: true, force: true });
  }

  /** Puts a program in the place of the system's, which only writes down what it should open. */
  async #installBrowser(): Promise<void> {
    await mkdir(join(this.#home, 'bin'));
    const script = `#!/bin/sh\nprintf '%s %s\\n' "$(date +%s%3N)" "$1" >> "${join(this.#home, 'pages')}"\n`;
    for (const name of ['xdg-open', 'open'])
      await writeFile(join(this.#home, 'bin', name), script, { mode: 0o755 });
  }

  async #watchBrowser(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const opened = await readFile(join(this.#home, 'pages'), 'utf8').catch(() => '');
      const isFirst = this.pages.length === 0;
      this.pages = pagesIn(opened.split('\n').slice(0, -1).map(readOpening));
      if (isFirst && this.pages.length > 0 && this.#thinks !== null)
        void pause(this.#thinks).then(() => this.answer());
      await pause(LOOK);
    }
  }
}
