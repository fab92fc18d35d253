// A real HTTP proxy on loopback, which writes down every request, and knows where the names of a test lead.
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { ServerCertificate } from './certificates.ts';

export interface ProxyOptions {
  /** The ports of this machine that names and ports lead to: `as.test:443`. Others lead where they say. */
  readonly names?: Readonly<Record<string, number>>;
  /** The proxy itself speaks TLS. */
  readonly certificate?: ServerCertificate;
  /** The status of every answer, instead of what is asked for. */
  readonly status?: number;
}

export interface TestProxy {
  readonly url: string;
  /** Host and port. */
  readonly host: string;
  /** `CONNECT as.test:443`, or `GET http://127.0.0.1:1234/path`, in order. */
  readonly requests: readonly string[];
  /** The `Proxy-Authorization` of each. */
  readonly authorizations: readonly (string | undefined)[];
  close(): Promise<void>;
}

/** Starts a proxy on a free port. Close it at the end of the test. */
export async function startProxy({ names = {}, certificate, status }: ProxyOptions = {}): Promise<TestProxy> {
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const note = ({ method, url, headers }: IncomingMessage) => {
    requests.push(`${method} ${url}`);
    authorizations.push(headers['proxy-authorization']);
  };
  const server: Server = certificate ? createSecureServer(certificate) : createServer();
  server.on('request', (incoming, answer) => {
    note(incoming);
    if (status !== undefined) return void answer.writeHead(status).end();
    const { method, headers } = incoming;
    const onward = httpRequest(incoming.url ?? '', { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming: IncomingMessage, near: Socket) => {
    note(incoming);
    if (status !== undefined) return void near.end(`HTTP/1.1 ${status} Other\r\n\r\n`);
    const to = new URL(`http://${incoming.url}`);
    const port = names[incoming.url ?? ''];
    const far = port === undefined ? connect(Number(to.port || 80), to.hostname) : connect(port, '127.0.0.1');
    far.on('connect', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${certificate ? 'https' : 'http'}://${host}`,
    host,
    requests,
    authorizations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
