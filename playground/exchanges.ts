// Records each request that the servers receive, with its answer.
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http';

/** Which server of the playground received a request. */
export type Place = 'resource' | 'a' | 'b';

/**
 * One request and its answer, complete, with all headers, codes, tokens and client secrets.
 * Tests read it to prove that a secret was not sent to a wrong place. Do not print it: print
 * {@link describeExchange}.
 */
export interface Exchange {
  readonly at: Place;
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  /** The raw query, without `?`; empty when there is none. */
  readonly query: string;
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
  /** The names are in lower case. Several `set-cookie` are separated by line feeds, other repeated headers by commas. */
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string;
}

/** The paths that end in the id of an interaction or a client. The description leaves the id out. */
const IDENTIFIED = /^\/(interaction|authorize|register)\/.*/;

/** A line that is safe to print, such as `POST a /token 200`. */
export function describeExchange(exchange: Exchange): string {
  const path = exchange.path.replace(IDENTIFIED, '/$1/…');
  return `${exchange.method} ${exchange.at} ${path} ${exchange.status}`;
}

/**
 * Wraps a listener, so that each exchange is passed to `keep` when its answer is complete. This is before the last byte
 * is sent: a client that has the answer finds the exchange recorded.
 */
export function recordExchanges(
  at: Place,
  listener: RequestListener,
  keep: (exchange: Exchange) => void,
): RequestListener {
  return (request, response) => {
    const received: Buffer[] = [];
    const sent: Buffer[] = [];
    let kept = false;
    const finish = () => {
      if (kept) return;
      kept = true;
      keep(exchangeOf(at, request, response, received, sent));
    };
    // The parser's `push` is watched. A listener for 'data' would start the stream before the server reads it.
    before(request, 'push', ([chunk]) => collect(received, chunk));
    before(response, 'writeHead', (args) => setHeaders(response, args.at(-1)));
    before(response, 'write', ([chunk]) => collect(sent, chunk));
    before(response, 'end', ([chunk]) => {
      collect(sent, chunk);
      finish();
    });
    response.once('close', finish);
    listener(request, response);
  };
}

function exchangeOf(
  at: Place,
  request: IncomingMessage,
  response: ServerResponse,
  received: readonly Buffer[],
  sent: readonly Buffer[],
): Exchange {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  return {
    at,
    method: request.method ?? '',
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    headers: flatten(request.headers),
    body: Buffer.concat(received).toString('utf8'),
    status: response.statusCode,
    responseHeaders: flatten(response.getHeaders()),
    responseBody: Buffer.concat(sent).toString('utf8'),
  };
}

/** Calls `watch` with the arguments of each call of a method, then the method itself. */
function before<T extends object>(
  target: T,
  method: keyof T & string,
  watch: (args: unknown[]) => void,
): void {
  const original = target[method];
  if (typeof original !== 'function') throw new TypeError(`${method} is not a method`);
  Reflect.set(target, method, (...args: unknown[]) => {
    watch(args);
    return Reflect.apply(original, target, args);
  });
}

/** Sets the headers that are passed to `writeHead`, since `getHeaders()` would not have them. */
function setHeaders(response: ServerResponse, headers: unknown): void {
  if (typeof headers !== 'object' || headers === null) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function collect(chunks: Buffer[], chunk: unknown): void {
  if (typeof chunk === 'string') chunks.push(Buffer.from(chunk));
  else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
}

function flatten(headers: OutgoingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    flat[name] = Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : String(value);
  }
  return flat;
}
