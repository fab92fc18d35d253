// The person of a world with their browser: led to a server, they log in, deny, or stay away.
import { type Engine, hostUserAgent, type UserAgent } from '../../../index.ts';
import type { Person as PersonBehaviour } from './behaviours.ts';
import type { Turns } from './turns.ts';

interface Surroundings {
  readonly turns: Turns;
  /** Told of each URL that the person is led to. */
  readonly onPresented: (url: URL) => void;
  /** Who the redirect URI belongs to now: the process that runs, or the next one. */
  readonly engine: () => Promise<Engine>;
  /** Follows a callback to its end. */
  readonly onCallback: (done: Promise<unknown>) => void;
}

export class Person {
  readonly #around: Surroundings;
  behaviour: PersonBehaviour = 'approves';
  #shown: string | undefined;
  #callback: string | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** A web host's, for one process. */
  userAgent(): UserAgent {
    const present = ({ url }: { readonly url: string }): void => {
      this.#around.onPresented(new URL(url));
      this.#shown = url;
      if (this.behaviour !== 'stays away') void this.#walk(url);
    };
    return hostUserAgent({ redirectUri: 'http://127.0.0.1/callback', present });
  }

  /** Finishes the login that was shown last, whoever showed it. */
  async answerLate(): Promise<void> {
    if (this.#shown !== undefined) await this.#walk(this.#shown);
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
    const engine = await this.#around.engine();
    this.#around.onCallback(engine.complete(callback));
  }
}
