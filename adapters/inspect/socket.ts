// A receiver at a WebSocket. While it is missing, connecting is tried again. It does not keep the process alive.

import { refuse } from '../../contract/errors.ts';
import { isLoopback } from '../../protocol/address.ts';
import { urlOf } from '../../protocol/url.ts';
import type { Connect, Connection } from './connections.ts';
import type { Outbox, Sender } from './outbox.ts';

/** A WebSocket server that shows the charts. */
export interface ServerTarget {
  /**
   * A `ws:` URL on this machine, or a `wss:` URL. `createInspectorServer` of `@statelyai/inspect/server` listens at
   * `ws://localhost:8080` and shows the page of Stately. Other machines can reach that port, too.
   */
  readonly server: string | URL;
}

/** The time between two tries to connect, in milliseconds. */
const RECONNECT_PAUSE = 1_000;
/** How long to wait for a receiver that is too slow, in milliseconds. */
const SLOW_RECEIVER_PAUSE = 50;
/** So many bytes may wait inside the connection. */
const MOST_BUFFERED = 1024 * 1024;
/** How long `close` may take, in milliseconds. */
const CLOSE_TIMEOUT = 1_000;

/**
 * Checks the URL of a WebSocket server.
 * @throws AuthError `config_invalid` when it is neither `wss:` nor `ws:` on this machine, or has a user or fragment.
 */
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

/** Connects at once, and again whenever the connection is lost. */
export class ServerSender implements Sender {
  readonly #server: string;
  readonly #connect: Connect;
  readonly #outbox: Outbox;
  #connection: Connection | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Called when the connection is closed, after `close` was called. */
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
    while (!this.#outbox.isEmpty && connection.bufferedAmount < MOST_BUFFERED) {
      connection.send(JSON.stringify(this.#outbox.take()));
    }
    if (!this.#outbox.isEmpty) this.#later(() => this.flush(), SLOW_RECEIVER_PAUSE);
    else if (this.#ended) connection.close();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const connection = this.#connection;
    if (!connection) return;
    let deadline: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#ended = resolve;
      deadline = setTimeout(resolve, CLOSE_TIMEOUT);
      connection.keepProcessAlive();
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
      // The rules of a page may forbid the connection.
      this.#end();
    }
  }

  #open(): void {
    this.#outbox.repeatRunning();
    this.flush();
  }

  #end(): void {
    this.#connection = undefined;
    if (this.#ended) this.#ended();
    else this.#later(() => this.#begin(), RECONNECT_PAUSE);
  }

  /** Runs something later. The timer does not keep the process alive. */
  #later(run: () => void, milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, milliseconds);
    if (typeof this.#timer === 'object') this.#timer.unref();
  }
}
