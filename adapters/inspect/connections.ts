// A WebSocket connection, as it is used, and as browsers make it.

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

/** `readyState` of a connection that is open. */
export const OPEN = 1;

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
