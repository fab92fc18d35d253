// Hears of changes that other processes make, by one subscription that is kept up while somebody watches.
import { createHash } from 'node:crypto';
import { pause } from './pause.ts';
import { Watchers } from './watchers.ts';

/**
 * Subscribes to a channel of the server.
 * @param heard takes each message.
 * @param lost is called at most once, if the subscription breaks by itself: it is over then.
 * @returns ends it.
 */
export type Listen = (
  channel: string,
  heard: (message: string) => void,
  lost: () => void,
) => Promise<() => unknown>;

/** What stands for a key in a message and in an index, whatever the key's length. */
export const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** The pauses between two tries to subscribe, in milliseconds: each is twice as long as the one before. */
const FIRST = 100;
const LONGEST = 5000;
/** How long a subscription is kept for the next one who watches, in milliseconds: who waits for changes comes again. */
const KEPT = 200;

/** Those who watch a home that is told of changes by its server. */
export class Listening {
  readonly #watchers = new Watchers(false);
  readonly #channel: string;
  readonly #listen: Listen;
  readonly #random: () => number;
  /** Given when nobody watches any more. */
  #over: AbortController | undefined;

  /** @param random from 0 to 1, so that many processes do not come back to a server all at once. */
  constructor(channel: string, listen: Listen, random: () => number = Math.random) {
    this.#channel = channel;
    this.#listen = listen;
    this.#random = random;
  }

  /** As `watch` of a store, by the digest of a key. @returns ends it. */
  add(digest: string, changed: () => void, lost?: () => void): () => void {
    const end = this.#watchers.add(digest, changed, lost);
    if (!this.#over) {
      this.#over = new AbortController();
      void this.#keepUp(this.#over.signal);
    }
    return () => {
      end();
      if (this.#watchers.isEmpty) void this.#stopSoon();
    };
  }

  /** Says at once what this process has changed: the server's own message may find nobody subscribed yet. */
  tell(digest: string): void {
    this.#watchers.tell(digest);
  }

  /** Subscribes again and again, for as long as somebody watches. */
  async #keepUp(over: AbortSignal): Promise<void> {
    for (let gap = FIRST; !over.aborted; gap = Math.min(2 * gap, LONGEST)) {
      const start = performance.now();
      await this.#listenOnce(over);
      if (over.aborted) return;
      this.#watchers.lose();
      // What stood for a while has worked: the next failure is another one.
      if (performance.now() - start > LONGEST) gap = FIRST;
      await pause((gap * (1 + this.#random())) / 2, over);
    }
  }

  /** Ends when there is no subscription, or none any more. */
  async #listenOnce(over: AbortSignal): Promise<void> {
    try {
      let hasBroken = false;
      let wake = (): void => {};
      const end = await this.#listen(
        this.#channel,
        (message) => this.#watchers.tell(message),
        () => {
          hasBroken = true;
          wake();
        },
      );
      if (!over.aborted && !hasBroken) {
        this.#watchers.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
          over.addEventListener('abort', wake);
        });
        over.removeEventListener('abort', wake);
      }
      if (!hasBroken) await end();
    } catch {
      // The server is away: whoever watches knows that nothing is heard, and looks by themselves.
    }
  }

  async #stopSoon(): Promise<void> {
    const over = this.#over;
    if (!over) return;
    await pause(KEPT, over.signal);
    if (this.#over !== over || !this.#watchers.isEmpty) return;
    this.#over = undefined;
    this.#watchers.lose();
    over.abort();
  }
}
