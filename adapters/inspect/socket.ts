// A receiver behind a WebSocket: tried again while it is missing. It is never what keeps a process alive.

import { refuse } from '../../contract/errors.ts';
import { isLoopback } from '../../protocol/address.ts';
import { urlOf } from '../../protocol/url.ts';
import type { Connect, Connection } from './connections.ts';
import type { Line, Outbox } from './outbox.ts';

export interface ServerTarget {
  /**
   * A `ws:` URL on this machine, or a `wss:` URL. `createInspectorServer` of `@statelyai/inspect/server` listens at
   * `ws://localhost:8080`, and shows Stately's page; to whoever reaches that port, also from other machines.
   */
  readonly server: string | URL;
}

/** Milliseconds between one try and the next. */
const PAUSE = 1_000;
/** Milliseconds until a receiver that was too slow is looked at again. */
const SLOW = 50;
/** Bytes that may be on their way. */
const MOST_UNDERWAY = 1024 * 1024;
/** Milliseconds that the end may take. */
const ENDING = 1_000;

/** @throws AuthError `config_invalid` */
export function judgedServer(server: string | URL): string {
  const url = urlOf(String(server));
  const isSafe = url?.protocol === 'wss:' || (url?.protocol === 'ws:' && isLoopback(url));
  if (isSafe && url.hash === '' && url.username === '' && url.password === '') return url.href;
  return refuse(
    'config_invalid',
    'configuring',
    'The server of an inspector must be a ws URL on this machine, or a wss URL; without user and fragment.',
  );
}

/** A line that begins at once, and again whenever it was broken. */
export class ServerLine implements Line {
  readonly #server: string;
  readonly #connect: Connect;
  readonly #outbox: Outbox;
  #connection: Connection | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Called when the connection is over, once the line is to end. */
  #ended: (() => void) | undefined;

  constructor(server: string, connect: Connect, outbox: Outbox) {
    this.#server = server;
    this.#connect = connect;
    this.#outbox = outbox;
    this.#begin();
  }

  flush(): void {
    const connection = this.#connection;
    if (!connection?.isOpen) return;
    while (!this.#outbox.isEmpty && connection.bufferedAmount < MOST_UNDERWAY) {
      connection.send(JSON.stringify(this.#outbox.take()));
    }
    if (!this.#outbox.isEmpty) this.#later(() => this.flush(), SLOW);
    else if (this.#ended) connection.close();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const connection = this.#connection;
    if (!connection) return;
    let deadline: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#ended = resolve;
      deadline = setTimeout(resolve, ENDING);
      connection.hold();
      this.flush();
    });
    clearTimeout(deadline);
    clearTimeout(this.#timer);
    connection.cut();
  }

  #begin(): void {
    try {
      this.#connection = this.#connect(this.#server, { open: () => this.#open(), ended: () => this.#end() });
    } catch {
      // A page may not connect to everywhere.
      this.#end();
    }
  }

  #open(): void {
    this.#outbox.startAnew();
    this.flush();
  }

  #end(): void {
    this.#connection = undefined;
    if (this.#ended) this.#ended();
    else this.#later(() => this.#begin(), PAUSE);
  }

  /** Something to do, but nothing to live for. */
  #later(run: () => void, milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, milliseconds);
    if (typeof this.#timer === 'object') this.#timer.unref();
  }
}
