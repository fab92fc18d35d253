// `fetch` of a test world without a port: it goes to the servers of the world and to nobody else.
import type { Incoming } from './answers.ts';
import type { Fault } from './misbehaviour.ts';

/** Answers a request at an origin. */
export type Answerer = (incoming: Incoming) => Promise<Response | Fault>;

/** As platforms do. @see Fetch Standard §4.4 (HTTP-redirect fetch) */
const MAX_REDIRECTS = 20;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A request, whose body was read. */
interface Sending {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * @param answer gets every request. A host that is not of this world is its business, too.
 * @param closing given when the world is closed: nothing waits any more.
 */
export function portlessFetch(answer: Answerer, closing: AbortSignal): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { redirect } = request;
    const signal = AbortSignal.any([request.signal, closing]);
    signal.throwIfAborted();
    const body = await request.text();
    let sending: Sending = {
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      body,
    };
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const response = await arrived(answer(incomingOf(sending, signal)), signal);
      const location = response.headers.get('location');
      const isRedirect = redirects.has(response.status) && location !== null;
      if (isRedirect && redirect === 'error')
        throw failed('the redirect was not expected', 'UND_ERR_REDIRECT');
      if (!isRedirect || redirect === 'manual') return named(response, sending.url);
      sending = redirected(sending, response.status, new URL(location, sending.url));
    }
    throw failed('there were too many redirects', 'UND_ERR_REDIRECT');
  };
}

function incomingOf({ method, url, headers, body }: Sending, signal: AbortSignal): Incoming {
  return {
    method,
    url,
    headers: Object.fromEntries(headers),
    body,
    form: formOf(headers.get('content-type'), body),
    signal,
  };
}

/** The body as a form; an empty one for what is none. */
export function formOf(type: string | null | undefined, body: string): URLSearchParams {
  return new URLSearchParams(/^application\/x-www-form-urlencoded\b/i.test(type ?? '') ? body : '');
}

/** The answer, unless the signal comes first, or the network fails. */
async function arrived(answering: Promise<Response | Fault>, signal: AbortSignal): Promise<Response> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    const answer = await Promise.race([answering, aborted]);
    if (answer instanceof Response) return answer;
    if (answer.fault === 'hang') return await aborted;
    throw answer.fault === 'raw'
      ? failed('raw bytes need a port: use serveTestWorld of authchart/testing/node', 'ENOTSUP')
      : failed('the connection was cut', 'ECONNRESET');
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What platforms reject with when the network fails. */
export function failed(why: string, code: string): TypeError {
  return new TypeError('fetch failed', {
    cause: Object.assign(new Error(`In this test world: ${why}.`), { code }),
  });
}

/** Another method for some statuses, and no credentials for another origin. @see Fetch Standard §4.4 */
function redirected({ method, url, headers, body }: Sending, status: number, to: URL): Sending {
  const isGet = (status === 303 && method !== 'HEAD') || (status < 303 && method === 'POST');
  const kept = new Headers(headers);
  if (to.origin !== url.origin) for (const name of ['authorization', 'cookie']) kept.delete(name);
  if (isGet) for (const name of ['content-type', 'content-length']) kept.delete(name);
  return { method: isGet ? 'GET' : method, url: to, headers: kept, body: isGet ? '' : body };
}

/** Says where it is from, as the answer of a platform does. */
function named(response: Response, url: URL): Response {
  return Object.defineProperty(response, 'url', { value: url.href });
}
