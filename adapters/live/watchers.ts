// The browsers that show the live page. Each one gets what has happened so far, and then each new message, as lines.
import type { ServerResponse } from 'node:http';
import type { LiveMessage } from '../../contract/live.ts';

/** So many messages are kept for pages that connect later. */
const KEPT = 2_000;
/** So many bytes may wait for a page that does not read. Then its connection is closed, and it connects again. */
const MOST_WAITING = 8 * 1024 * 1024;

/** The connections of the pages that watch, and the messages that they get. */
export class Watchers {
  readonly #first: string;
  readonly #lines: string[] = [];
  /** The newest message of this kind for each session. Older ones are out of date. */
  readonly #holdings = new Map<string, string>();
  readonly #watching = new Set<ServerResponse>();

  /** @param first The message that each page gets first. */
  constructor(first: LiveMessage) {
    this.#first = lineOf(first);
  }

  /** Sends all kept messages to a page, and each new one from now on. */
  join(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    response.writeHead(200, { ...headers, 'content-type': 'application/x-ndjson' });
    response.write([this.#first, ...this.#lines, ...this.#holdings.values()].join(''));
    this.#watching.add(response);
    response.once('close', () => this.#watching.delete(response));
  }

  /** Sends a message to all pages, and keeps it for pages that connect later. */
  tell(message: LiveMessage): void {
    const line = lineOf(message);
    if (message.kind === 'holdings') {
      const key = JSON.stringify(message.session);
      if (this.#holdings.get(key) === line) return;
      this.#holdings.set(key, line);
    } else {
      this.#lines.push(line);
      if (this.#lines.length > KEPT) this.#lines.shift();
    }
    for (const response of this.#watching) {
      if (response.writableLength > MOST_WAITING) response.destroy();
      else response.write(line);
    }
  }

  /** Ends all connections. */
  end(): void {
    for (const response of this.#watching) response.end();
    this.#watching.clear();
  }
}

const lineOf = (message: LiveMessage): string => `${JSON.stringify(message)}\n`;
