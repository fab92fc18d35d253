// The network door as a `fetch`, for `oauth4webapi`.
import type { Door, DoorRequest } from './door.ts';

/** What `oauth4webapi` passes to its `customFetch`. */
export interface FetchInit {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** These describe how the body was sent. It has been decoded, so they are no longer true. */
const transferHeaders = ['content-encoding', 'content-length', 'transfer-encoding'];

/**
 * Makes a `fetch` that sends through the door, for `customFetch` of `oauth4webapi`.
 * @param of The purpose, the resource and the signal of every request that it sends.
 * @throws AuthError as the door does.
 */
export function fetchThrough(
  door: Door,
  of: Pick<DoorRequest, 'purpose' | 'resource' | 'signal'>,
): (url: string, init: FetchInit) => Promise<Response> {
  return async (url, { method, headers, body, signal }) => {
    const answer = await door({
      ...of,
      method,
      url,
      headers,
      ...(body !== undefined && body !== null && { body: String(body) }),
      signal: signal ? AbortSignal.any([of.signal, signal]) : of.signal,
    });
    const kept = new Headers(answer.headers);
    for (const name of transferHeaders) kept.delete(name);
    // A response with one of these statuses may have no body, not even an empty one.
    const bodiless = [204, 205, 304].includes(answer.status);
    return new Response(bodiless ? null : answer.text, { status: answer.status, headers: kept });
  };
}
