// Who watches the live page: each hears what has happened so far, and then what comes, line by line.
import type { ServerResponse } from 'node:http';
import type { LiveMessage } from '../../contract/live.ts';

/** How many messages are kept for those who come later. */
const KEPT = 2_000;
/** How much may wait for a page that does not read, in bytes: then it has to start anew. */
const MOST_WAITING = 8 * 1024 * 1024;

export class Audience {
  readonly #first: string;
  readonly #lines: string[] = [];
  /** The newest of each session: older ones say nothing any more. */
  readonly #holdings = new Map<string, string>();
  readonly #watching = new Set<ServerResponse>();

  /** @param first what everybody hears before anything else. */
  constructor(first: LiveMessage) {
    this.#first = lineOf(first);
  }

  join(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    response.writeHead(200, { ...headers, 'content-type': 'application/x-ndjson' });
    response.write([this.#first, ...this.#lines, ...this.#holdings.values()].join(''));
    this.#watching.add(response);
    response.once('close', () => this.#watching.delete(response));
  }

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

  end(): void {
    for (const response of this.#watching) response.end();
    this.#watching.clear();
  }
}

const lineOf = (message: LiveMessage): string => `${JSON.stringify(message)}\n`;
