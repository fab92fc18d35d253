// One request, sent once: made by ky, with everything switched off that it could do after that.
import ky from 'ky';
import type { NamedRequestInit } from './resolution.ts';

/** What is sent. Its body is text, so that nobody has to make a stream of it. */
interface SentRequest extends NamedRequestInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/**
 * Sends it, and answers with whatever comes. It is sent from ky's hook: ky itself would send a Request with a stream for its
 * body, after it has kept a copy of it for a retry, and would have the platform watch one more signal. ky does not get the
 * headers either: it has none to add, and would copy them four times.
 * @throws what `fetch` throws.
 */
export function sendOnce(
  fetch: typeof globalThis.fetch,
  url: URL,
  { method, headers, ...rest }: SentRequest,
): Promise<Response> {
  let sent: Promise<Response> | undefined;
  const send = (): Promise<Response> => {
    sent ??= fetch(url.href, { ...rest, method, headers: new Headers(headers) });
    return sent;
  };
  return ky(url, {
    method,
    hooks: { beforeRequest: [send] },
    // ky takes a Response of another realm, or of a library, from here only: it is the same one.
    fetch: send,
    retry: 0,
    throwHttpErrors: false,
    timeout: false,
  });
}
