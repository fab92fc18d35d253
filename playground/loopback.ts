// HTTP servers on 127.0.0.1, on free ports or on a given one.
import { createServer, type RequestListener } from 'node:http';

/** A server that listens. It answers 503 until it has a listener. */
export interface Loopback {
  readonly origin: string;
  /** Sets the listener. */
  answer(listener: RequestListener): void;
  /** Stops listening, and closes every connection at once. */
  close(): Promise<void>;
}

/**
 * Listens. The origin is known before the listener is set, since an issuer needs its own URL for what it signs.
 * @param port The port. Default: any that is free.
 * @throws an error of the system with code `EADDRINUSE` when the port is taken.
 */
export async function listen(port = 0): Promise<Loopback> {
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    answer(given) {
      listener = given;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
