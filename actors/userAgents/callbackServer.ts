// The listener on loopback that the authorization server redirects the browser to.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { longestUrl } from './addresses.ts';
import { callbackHeaders, callbackPage } from './callbackPage.ts';

/**
 * The loopback addresses, for IPv4 and IPv6. The name `localhost` is used only where a server registers no literal
 * address. @see RFC 8252 §8.3
 */
export type LoopbackHost = '127.0.0.1' | '::1';

/**
 * Where the browser is sent from the callback, so that code and state are neither in its address bar nor in its
 * history. Its list of redirects may keep them, but the code cannot be used a second time.
 */
export const donePath = '/done';

/** How long a listener stays open for a browser that has not fetched its page yet, in milliseconds. */
const pageGrace = 1000;

interface CallbackPlace {
  readonly host: LoopbackHost;
  readonly path: string;
  /** 0 for any port that is free. */
  readonly port: number;
}

/** A listener that is open. */
export interface CallbackServer {
  /** The redirect URI that it answers at. */
  readonly redirectUri: string;
  /** From now on it answers at `localhostUriAt` its place, too. */
  answerAtLocalhost(): void;
  /** Sets whether the listener alone keeps the process alive. At first it does not. */
  keepAlive(on: boolean): void;
  /** Ends when each browser that brought a response has its page, or after a second. */
  pagesDelivered(): Promise<void>;
  /** Closes the port and every connection; the port is free when this returns. */
  close(): void;
}

/** The redirect URI of a place. @see RFC 8252 §7.3 */
export function redirectUriAt({ host, port, path }: CallbackPlace): string {
  return new URL(path, `http://${host === '::1' ? '[::1]' : host}:${port}`).href;
}

/**
 * The same by the name `localhost`. Nothing for IPv6: on some machines the name means 127.0.0.1 only, while browsers try
 * both addresses.
 * @see RFC 8252 §8.3
 */
export function localhostUriAt({ host, port, path }: CallbackPlace): string | undefined {
  return host === '127.0.0.1' ? new URL(path, `http://localhost:${port}`).href : undefined;
}

/**
 * Binds a port of one loopback address. Ends when it listens.
 * @param take Gets the query of each GET of the callback path as it arrived, `?` included, and the redirect URI that it
 * arrived at. Returns whether somebody waits for it. The browser gets the same answer in both cases.
 * @throws the error of `listen` (`EADDRINUSE` and the like).
 * @see RFC 8252 §7.3, §8.3
 */
export async function listenForCallbacks(
  place: CallbackPlace,
  take: (query: string, redirectUri: string) => boolean,
): Promise<CallbackServer> {
  const pages = new EventEmitter();
  /** How many browsers brought a response, and have not fetched their page yet. */
  let pagesToDeliver = 0;
  // Space for the longest URL that we accept, and for the headers of a browser.
  const server = createServer({ maxHeaderSize: 2 * longestUrl, requestTimeout: 10_000 });
  // Only a login that waits keeps the process alive, never a connection that somebody left open.
  server.on('connection', (socket) => socket.unref());
  // `exclusive`: a worker of node:cluster listens alone. The other workers must not get its responses.
  server.listen({ host: place.host, port: place.port, exclusive: true });
  server.unref();
  await once(server, 'listening');
  // When a connection cannot be accepted (no file descriptor is left), the listener goes on.
  server.on('error', () => {});

  const { port } = server.address() as AddressInfo;
  const redirectUri = redirectUriAt({ ...place, port });
  /** The redirect URIs that it answers at, by the host that a browser names. */
  const answered = new Map([[new URL(redirectUri).host, redirectUri]]);

  server.on('request', (request, response) => {
    const verdict = judge(request, answered, place.path);
    if (verdict.kind === 'refuse') return refuse(response, verdict.status);
    if (verdict.kind === 'page') {
      response.once('finish', () => {
        pagesToDeliver = Math.max(0, pagesToDeliver - 1);
        if (pagesToDeliver === 0) pages.emit('delivered');
      });
      response.writeHead(200, { ...callbackHeaders, 'content-type': 'text/html; charset=utf-8' });
      return response.end(callbackPage);
    }
    if (take(verdict.query, verdict.redirectUri)) pagesToDeliver += 1;
    // Removes the code from the address bar (RFC 9700 §4.3.1), by a redirect and without a script.
    return response.writeHead(303, { ...callbackHeaders, location: donePath, 'content-length': 0 }).end();
  });

  return {
    redirectUri,
    answerAtLocalhost() {
      const byName = localhostUriAt({ ...place, port });
      if (byName !== undefined) answered.set(new URL(byName).host, byName);
    },
    keepAlive: (on) => void (on ? server.ref() : server.unref()),
    async pagesDelivered() {
      if (pagesToDeliver === 0) return;
      const grace = new AbortController();
      const timer = setTimeout(() => grace.abort(), pageGrace);
      await once(pages, 'delivered', { signal: grace.signal }).catch(() => {});
      clearTimeout(timer);
      pagesToDeliver = 0;
    },
    close() {
      server.close();
      server.closeAllConnections();
      pages.emit('delivered');
    },
  };
}

type Verdict =
  | { readonly kind: 'refuse'; readonly status: 403 | 404 | 414 }
  | { readonly kind: 'page' }
  | { readonly kind: 'take'; readonly query: string; readonly redirectUri: string };

function judge(request: IncomingMessage, answered: ReadonlyMap<string, string>, path: string): Verdict {
  const target = request.url ?? '';
  if (target.length > longestUrl) return { kind: 'refuse', status: 414 };
  // A web page can make its own name resolve to loopback (DNS rebinding). Its browser still sends that name here.
  const redirectUri = answered.get(request.headers.host ?? '');
  if (redirectUri === undefined) return { kind: 'refuse', status: 403 };
  if (request.method !== 'GET') return { kind: 'refuse', status: 404 };
  if (target === donePath) return { kind: 'page' };
  if (target === path || target.startsWith(`${path}?`))
    return { kind: 'take', query: target.slice(path.length), redirectUri };
  return { kind: 'refuse', status: 404 };
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...callbackHeaders, 'content-length': 0 }).end();
}
