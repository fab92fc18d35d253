// WebSocket connections in Node, which do not keep the process alive. Apart, since the types of `ws` are a package of their own:
// the declarations of hosts do not lead here.
import type { Socket } from 'node:net';
import { type Connect, OPEN } from './connections.ts';

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
