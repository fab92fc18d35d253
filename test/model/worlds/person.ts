// The person of a world with their browser: led to a server, they log in, deny, or stay away.
import { loopbackUserAgent } from '../../../adapters/node.ts';
import { hostUserAgent, type UserAgent } from '../../../index.ts';
import type { Person as PersonBehaviour, Scenario } from './behaviours.ts';
import type { Process } from './process.ts';
import type { Turns } from './turns.ts';

interface Surroundings {
  readonly turns: Turns;
  readonly callback: Scenario['callback'];
  /** Told of each URL that the person is led to, and by which process. */
  readonly onPresented: (url: URL, process: number) => void;
  /** Who answers at the route of the redirect URI: one of the processes that run, or the next ones. */
  readonly process: () => Promise<Process>;
  /** Follows a callback to its end. */
  readonly onCallback: (process: Process, done: Promise<unknown>) => void;
}

export class Person {
  readonly #around: Surroundings;
  behaviour: PersonBehaviour = 'approves';
  #shown: { readonly url: string; readonly by: number } | undefined;
  #callback: string | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** One for each process: a web host's, or the one of a desktop app, with a port of its own. */
  userAgent(process: number): UserAgent {
    const open = async (url: string): Promise<void> => {
      this.#around.onPresented(new URL(url), process);
      this.#shown = { url, by: process };
      if (this.behaviour !== 'stays away') void this.#walk(url);
    };
    if (this.#around.callback === 'port') return this.#seen(loopbackUserAgent({ open }));
    return hostUserAgent({ redirectUri: 'http://127.0.0.1/callback', present: ({ url }) => open(url) });
  }

  /** Ports are bound by work that nobody sees otherwise. */
  #seen(userAgent: UserAgent): UserAgent {
    const { turns } = this.#around;
    const { hold = async () => false } = userAgent;
    return { ...userAgent, hold: (redirectUri, signal) => turns.track(hold(redirectUri, signal)) };
  }

  /** Finishes the login that was shown last, whoever showed it. */
  async answerLate(): Promise<void> {
    if (this.#shown) await this.#walk(this.#shown.url);
  }

  /** The process that has shown a page last. */
  get shownBy(): number | undefined {
    return this.#shown?.by;
  }

  /** The browser calls the last callback once more. */
  async answerAgain(): Promise<void> {
    if (this.#callback !== undefined) await this.#deliver(this.#callback);
  }

  /** What a browser does; a page that is no redirect leads nowhere. */
  #walk(url: string): Promise<void> {
    return this.#around.turns.track(this.#follow(url));
  }

  async #follow(url: string): Promise<void> {
    const response = await fetch(url, { redirect: 'manual' }).catch(() => undefined);
    await response?.body?.cancel();
    const location = response?.headers.get('location');
    if (!location) return;
    this.#callback = location;
    // Not waited for: the process that it belongs to may be about to start.
    void this.#deliver(location);
  }

  async #deliver(callback: string): Promise<void> {
    if (this.#around.callback === 'port') return this.#around.turns.track(visit(callback));
    const process = await this.#around.process();
    this.#around.onCallback(process, process.engine.complete(callback));
  }
}

/** Goes to the port, with the page that it leads to; where nobody listens, the browser says so. */
async function visit(url: string): Promise<void> {
  const page = await fetch(url).catch(() => undefined);
  await page?.text().catch(() => '');
}
