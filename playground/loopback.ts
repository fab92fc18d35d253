// HTTP servers on 127.0.0.1, on whatever port is free unless told.
import { createServer, type RequestListener } from 'node:http';

/** A server that listens; it answers 503 until it is given a listener. */
export interface Loopback {
  readonly origin: string;
  answer(listener: RequestListener): void;
  /** Stops listening and cuts every connection, streams included. */
  close(): Promise<void>;
}

/**
 * Listens. The origin is known before the listener is given, because an issuer has its own URL in what it signs.
 * @param port any that is free unless told.
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
