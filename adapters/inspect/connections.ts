// A WebSocket connection, in browsers and in Node. In Node it does not keep the process alive.
import type { Socket } from 'node:net';

/** An open or opening WebSocket. */
export interface Connection {
  readonly isOpen: boolean;
  /** How many bytes have not been sent yet. */
  readonly bufferedAmount: number;
  send(text: string): void;
  /** Closes it when everything has been sent. */
  close(): void;
  /** Closes it at once. */
  cut(): void;
  /** From now on it keeps the process alive. */
  keepProcessAlive(): void;
}

/** Opens a connection. `ended` is called once, also when it was never open. It may throw. */
export type Connect = (url: string, on: { open(): void; ended(): void }) => Connection;

const OPEN = 1;

/** Opens a connection with the WebSocket of the platform. */
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
    keepProcessAlive() {},
  };
};

/** How long a receiver may take to answer, and to close, in milliseconds. */
const TIMEOUT = 5_000;

/** Opens connections with the package `ws`. The WebSocket of Node itself would keep the process alive. */
export const connectWith =
  ({ WebSocket: Client }: Pick<typeof import('ws'), 'WebSocket'>): Connect =>
  (url, on) => {
    let transport: Socket | undefined;
    const options = { handshakeTimeout: TIMEOUT, closeTimeout: TIMEOUT, perMessageDeflate: false };
    const socket = new Client(url, {
      ...options,
      finishRequest(request) {
        request.on('socket', (given) => {
          transport = given.unref();
        });
        request.end();
      },
    });
    // The error itself does not matter: the event `close` follows it.
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
      keepProcessAlive: () => void transport?.ref(),
    };
  };
