// One WebSocket connection, as browsers make it, and as Node does: there it lets the process end.
import type { Socket } from 'node:net';

export interface Connection {
  readonly isOpen: boolean;
  /** Bytes that were sent, and not taken yet. */
  readonly bufferedAmount: number;
  send(text: string): void;
  /** Ends it when everything was taken. */
  close(): void;
  /** Ends it now. */
  cut(): void;
  /** From now on the process waits for it. */
  hold(): void;
}

/** Begins one. `ended` is called once, also when it never was open. May throw. */
export type Connect = (url: string, on: { open(): void; ended(): void }) => Connection;

const OPEN = 1;

export const connectInBrowser: Connect = (url, on) => {
  const socket = new WebSocket(url);
  socket.addEventListener('open', on.open);
  socket.addEventListener('close', on.ended);
  const close = (): void => socket.close();
  return {
    get isOpen() {
      return socket.readyState === OPEN;
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (text) => socket.send(text),
    close,
    cut: close,
    hold() {},
  };
};

/** Milliseconds that a receiver may take to answer, and to close. */
const PATIENCE = 5_000;

/** Node's own WebSocket would keep the process alive. */
export const connectWith =
  ({ WebSocket: Client }: Pick<typeof import('ws'), 'WebSocket'>): Connect =>
  (url, on) => {
    let transport: Socket | undefined;
    const options = { handshakeTimeout: PATIENCE, closeTimeout: PATIENCE, perMessageDeflate: false };
    const socket = new Client(url, {
      ...options,
      finishRequest(request) {
        request.on('socket', (given) => {
          transport = given.unref();
        });
        request.end();
      },
    });
    // What went wrong does not matter: it is over, and `close` follows.
    socket.on('error', () => {});
    socket.on('open', on.open);
    socket.on('close', on.ended);
    return {
      get isOpen() {
        return socket.readyState === OPEN;
      },
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (text) => socket.send(text),
      close: () => socket.close(),
      cut: () => socket.terminate(),
      hold: () => void transport?.ref(),
    };
  };
