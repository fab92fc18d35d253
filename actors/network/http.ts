// The one door to the network: it checks addresses and redirects, and limits the time and the length of an answer.

import { AuthError, type Phase, refuse } from '../../contract/errors.ts';
import { sameOrigin } from '../../protocol/address.ts';
import { connectionFailure } from '../../protocol/connection.ts';
import { judgeNamedAddress } from '../../protocol/reach.ts';
import { redirectRefused } from '../../protocol/redirectRefusal.ts';
import { shown } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';
import { deadline } from './deadline.ts';
import type { Door, DoorAnswer, DoorRequest, ExchangeFacts, Purpose } from './door.ts';
import { type Resolve, refuseResolved, resourceKey } from './resolution.ts';
import type { HeadersFor } from './resourceHeaders.ts';
import { sendOnce } from './sendOnce.ts';
import { unreachable } from './unreachable.ts';

/** What `createDoor` works with, and its limits. */
export interface DoorOptions {
  /** Sends the requests. Default: the global `fetch` of this moment; a later change of it has no effect. */
  readonly fetch?: typeof globalThis.fetch;
  /** The time for one request with all its redirects, headers and body, in milliseconds. Default 10 000. */
  readonly deadlineMs?: number;
  /** The longest body, in bytes after decompression. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Called for each request and each redirect, when its status is known or no answer came. */
  readonly onExchange?: (facts: ExchangeFacts) => void;
  /** Sent as `User-Agent`, where the platform allows to set it. */
  readonly userAgent?: string;
  /** The host's own headers, asked for each address that a request goes to. */
  readonly headersFor?: HeadersFor;
  /** Origins that may be asked wherever they are, also in private networks. Default none. */
  readonly privateOrigins?: readonly string[];
  /** Where names lead to, for a `fetch` that does not look itself. Default: nobody looks. */
  readonly resolve?: Resolve | undefined;
}

/** So many redirects are followed at most. */
const MAX_HOPS = 3;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const phases: Readonly<Record<Purpose, Phase>> = {
  probe: 'discovering',
  'resource-metadata': 'discovering',
  'server-metadata': 'discovering',
  registration: 'registering',
  unregistration: 'signingOut',
  token: 'authorizing',
  revocation: 'signingOut',
};

/** What may be redirected. A probe may not: a challenge from another place is not one of the resource (W17). */
const followed: ReadonlySet<Purpose> = new Set(['resource-metadata', 'server-metadata']);

/** What one request works with: the options, and a signal that is given by the caller or at the deadline. */
interface Exchange {
  readonly request: DoorRequest;
  readonly phase: Phase;
  readonly signal: AbortSignal;
  readonly fetch: typeof globalThis.fetch;
  readonly maxBytes: number;
  readonly userAgent: string | undefined;
  readonly headersFor: HeadersFor;
  readonly privateOrigins: readonly string[];
  readonly resolve: Resolve | undefined;
  readonly tell: (facts: ExchangeFacts) => void;
}

/**
 * Makes the door that every request to an authorization server and to metadata goes through.
 * It follows redirects only for metadata, at most 3, on the same origin, and checks each address again.
 * The door throws the AuthErrors that `Door` lists, and nothing else: `response_invalid` is for an answer that is not
 * UTF-8 text, or has a status outside HTTP.
 * @see RFC 9728 §7.7, OAuth 2.1 draft 13 §1.5
 */
export function createDoor(options: DoorOptions = {}): Door {
  const { deadlineMs = 10_000, maxBytes = 1_048_576, userAgent, onExchange } = options;
  const { headersFor = async () => ({}), privateOrigins = [] } = options;
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  return async (request) => {
    const phase = phases[request.purpose];
    // `AbortSignal.any` would do the same at three times the cost.
    const ending = new AbortController();
    const { signal } = ending;
    const cancel = (): void => ending.abort(request.signal.reason);
    if (request.signal.aborted) cancel();
    request.signal.addEventListener('abort', cancel, { once: true });
    const tell = (facts: ExchangeFacts) => {
      try {
        onExchange?.(facts);
      } catch {
        // An error of the observer must not change the outcome of a request that was sent.
      }
    };
    const endDeadline = deadline(deadlineMs, () => ending.abort());
    try {
      return await unlessAborted(
        follow({
          request,
          phase,
          signal,
          fetch,
          maxBytes,
          userAgent,
          headersFor,
          privateOrigins,
          resolve: options.resolve,
          tell,
        }),
        signal,
      );
    } catch (thrown) {
      // An error of ours passes as it is. The text of any other error may quote what was sent, so it is not passed on.
      if (thrown instanceof AuthError) throw thrown;
      const host = hostOf(request.url);
      if (request.signal.aborted) refuse('cancelled', phase, `The request to ${host} was cancelled.`);
      if (signal.aborted) {
        refuse(
          'timed_out',
          phase,
          `${host} did not answer within ${deadlineMs} ms; try again later, or give more time with policy.requestTimeout.`,
        );
      }
      const failed = connectionFailure(thrown, host, phase);
      if (failed) throw new AuthError(failed);
      throw new AuthError(unreachable(thrown, host, phase));
    } finally {
      endDeadline();
      request.signal.removeEventListener('abort', cancel);
    }
  };
}

/** Ends when the signal is given, even when the work does not listen to it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function follow(exchange: Exchange): Promise<DoorAnswer> {
  const { request, phase } = exchange;
  let url = judged(request.url, exchange);
  for (let hop = 0; ; hop += 1) {
    const response = await send(url, exchange);
    if (response.type !== 'opaqueredirect' && !redirects.has(response.status)) {
      return readAnswer(response, url, exchange);
    }
    void response.body?.cancel().catch(() => undefined);
    const no = (why: string): never =>
      refuse('redirect_refused', phase, redirectRefused(request.purpose, url.host, why), {
        ...(response.status > 0 && { status: response.status }),
      });
    if (!followed.has(request.purpose)) no('only metadata may be redirected');
    if (hop === MAX_HOPS) no(`there were more than ${MAX_HOPS}`);
    url = target(response, url, exchange, no);
  }
}

/** The address that a redirect leads to, if it may be followed. */
function target(response: Response, from: URL, exchange: Exchange, no: (why: string) => never): URL {
  const location = response.headers.get('location');
  const to = location === null ? undefined : urlOf(location, from);
  if (!to) return no('it has no address');
  if (!sameOrigin(from, to)) return no(`it leads to another origin, ${shown(to.origin)}`);
  const verdict = judgeNamedAddress(to.href, exchange.request.resource, exchange.privateOrigins);
  return verdict.ok ? verdict.url : no(`its address is not allowed: ${verdict.reason}`);
}

function judged(text: string, { request, phase, privateOrigins }: Exchange): URL {
  const verdict = judgeNamedAddress(text, request.resource, privateOrigins);
  if (verdict.ok) return verdict.url;
  return refuse(
    'address_refused',
    phase,
    `The ${request.purpose} address (${hostOf(text)}) was refused: ${verdict.reason}; nothing was sent.`,
  );
}

async function send(url: URL, exchange: Exchange): Promise<Response> {
  const { request, phase, signal, tell, userAgent } = exchange;
  signal.throwIfAborted();
  const isKnown = exchange.privateOrigins.includes(url.origin);
  if (exchange.resolve && !isKnown) await refuseResolved(url, request.resource, phase, exchange.resolve);
  const named = isKnown ? {} : { [resourceKey]: request.resource };
  const own = await exchange.headersFor(url, request.resource);
  const facts = { purpose: request.purpose, method: request.method, url: url.origin + url.pathname };
  let response: Response;
  try {
    response = await sendOnce(exchange.fetch, url, {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(userAgent !== undefined && { 'user-agent': userAgent }),
        ...own,
        ...request.headers,
      },
      ...(request.body !== undefined && { body: request.body }),
      signal,
      redirect: 'manual',
      // In a browser: send no cookies, and not the address of the page.
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      ...named,
    });
  } catch (thrown) {
    tell(facts);
    throw thrown;
  }
  tell(response.status > 0 ? { ...facts, status: response.status } : facts);
  return response;
}

async function readAnswer(response: Response, url: URL, exchange: Exchange): Promise<DoorAnswer> {
  const { status, headers } = response;
  if (status < 200 || status > 599) {
    refuse(
      'response_invalid',
      exchange.phase,
      `${url.host} answered with a status outside HTTP; tell its operator.`,
    );
  }
  const [mediaType = ''] = (headers.get('content-type') ?? '').split(';');
  return {
    status,
    headers,
    mediaType: mediaType.trim().toLowerCase(),
    text:
      exchange.request.purpose === 'probe'
        ? await dropBody(response)
        : await readText(response, url, exchange),
    url: url.href,
  };
}

/** A probe needs the headers only, and its body may be a stream without an end. */
async function dropBody(response: Response): Promise<string> {
  await response.body?.cancel();
  return '';
}

/** Reads the body as text, up to the limit. `content-length` is not used, since the server may send any number. */
async function readText(
  response: Response,
  url: URL,
  { maxBytes, phase, signal }: Exchange,
): Promise<string> {
  const { status } = response;
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const invalid = () =>
    refuse('response_invalid', phase, `The answer of ${url.host} is not UTF-8 text; tell its operator.`, {
      status,
    });
  let text = '';
  let bytes = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) return text + (decode(decoder) ?? invalid());
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        refuse('response_too_large', phase, `The answer of ${url.host} is longer than ${maxBytes} bytes.`, {
          status,
        });
      }
      text += decode(decoder, value) ?? invalid();
    }
  } finally {
    // Closes the connection when the body was not read to its end.
    void reader.cancel().catch(() => undefined);
  }
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string | undefined {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    return undefined;
  }
}

/** The host for messages. Path and query are left out, since they may hold secrets. */
function hostOf(url: string): string {
  return shown(urlOf(url)?.host ?? '') || 'no host';
}
