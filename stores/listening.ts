// Hears of changes that other processes make, by one subscription that lasts while somebody watches.
import { createHash } from 'node:crypto';
import { Watchers } from './watchers.ts';

/**
 * Subscribes to a channel of the server.
 * @param heard takes each message.
 * @param lost is called at most once, if the subscription breaks by itself.
 * @returns ends it.
 */
export type Listen = (
  channel: string,
  heard: (message: string) => void,
  lost: () => void,
) => Promise<() => unknown>;

/** What stands for a key in a message and in an index, whatever the key's length. */
export const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');

export class Listening {
  readonly #watchers = new Watchers();
  readonly #channel: string;
  readonly #listen: Listen;
  #current: Promise<() => unknown> | undefined;

  constructor(channel: string, listen: Listen) {
    this.#channel = channel;
    this.#listen = listen;
  }

  /** @returns ends it. */
  add(digest: string, changed: () => void): () => void {
    const end = this.#watchers.add(digest, changed);
    this.#start();
    return () => {
      end();
      if (this.#watchers.isEmpty) this.#stop();
    };
  }

  /** Says at once what this process has changed: the server's own message may find nobody subscribed yet. */
  tell(digest: string): void {
    this.#watchers.tell(digest);
  }

  #start(): void {
    if (this.#current) return;
    const current = this.#subscribe(() => {
      if (this.#current !== current) return;
      this.#current = undefined;
      // What was said meanwhile is not known.
      this.#watchers.tellAll();
      if (!this.#watchers.isEmpty) this.#start();
    });
    this.#current = current;
    current.catch(() => {
      // Whoever waits looks again by themselves; the next watcher tries anew.
      if (this.#current === current) this.#current = undefined;
    });
  }

  async #subscribe(lost: () => void): Promise<() => unknown> {
    return this.#listen(this.#channel, (message) => this.#watchers.tell(message), lost);
  }

  #stop(): void {
    const current = this.#current;
    this.#current = undefined;
    current?.then((end) => end()).catch(() => undefined);
  }
}
