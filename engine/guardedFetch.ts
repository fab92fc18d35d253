// The host's `fetch`, guarded: what it resolves to that is no response is told to the host, and is a failure to everybody else.
import { AuthError, failure } from '../contract/errors.ts';
import type { TellDefect } from './defects.ts';

/**
 * The same `fetch`. What it throws goes on as it is: that is how `fetch` says that nobody answered.
 * @throws AuthError `config_invalid` when it resolves to no response.
 */
export function guardedFetch(send: typeof globalThis.fetch, tell: TellDefect): typeof globalThis.fetch {
  const judged = (response: unknown): Response => {
    if (isResponse(response)) return response;
    tell(new TypeError('The `fetch` that the engine was given resolved to something that is no Response.'));
    const message = 'The `fetch` that this engine was given resolved to no Response; give one that does.';
    throw new AuthError(failure('config_invalid', 'requesting', message));
  };
  return async (input, init) => judged(await send(input, init));
}

/** Also one of another realm, or of a library. */
function isResponse(value: unknown): value is Response {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers } = value as Partial<Response>;
  return typeof status === 'number' && typeof headers?.get === 'function';
}
