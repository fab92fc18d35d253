// `fetch` of a session for requests of a host, which gives up after a minute: no request waits for a person without a limit.
import { refusalOf } from '../../adapters/mcp/refusal.ts';
import { AuthError, failure } from '../../contract/errors.ts';
import type { Fetch, Session } from '../../engine/sessionSurface.ts';
import { placeOf } from '../../protocol/text.ts';

/** How often it is looked whether a request waits for a person, in milliseconds. */
const LOOK = 500;

/** Knows which requests are on their way to the server: those do not wait for a person. */
export interface Wire {
  /** Sends as this `fetch` does. */
  through(send: typeof globalThis.fetch): typeof globalThis.fetch;
  has(signal: AbortSignal): boolean;
}

/** Makes a wire. A request is known by its signal. */
export function createWire(): Wire {
  const sent = new WeakSet<AbortSignal>();
  return {
    through: (send) => async (input, init) => {
      const signal = init?.signal;
      if (!signal) return send(input, init);
      sent.add(signal);
      try {
        return await send(input, init);
      } finally {
        sent.delete(signal);
      }
    },
    has: (signal) => sent.has(signal),
  };
}

/**
 * The `fetch` of a session, which rejects when a person is awaited for too long. The login goes on.
 * @param patience How long a request may wait for a person, in milliseconds.
 * @throws AuthError `interaction_required` then; and what the session failed with, where the server refuses the request.
 */
export function patientFetch(session: Session, wire: Wire, patience: number): Fetch {
  return async (input, init = {}) => {
    const own = new AbortController();
    const signal = init.signal ? AbortSignal.any([init.signal, own.signal]) : own.signal;
    let waited = 0;
    const clock = setInterval(() => {
      const isWaiting = session.snapshot.hasTag('needsUser') && !wire.has(signal);
      waited = isWaiting ? waited + LOOK : 0;
      if (waited >= patience) own.abort(new AuthError(stillAwaited(session)));
    }, LOOK);
    try {
      const response = await session.fetch(input, { ...init, signal });
      const refusal = response.ok ? undefined : refusalOf(session, response);
      if (!refusal) return response;
      await response.body?.cancel();
      throw refusal;
    } finally {
      clearInterval(clock);
    }
  };
}

function stillAwaited({ id }: Session) {
  const message = `A login at ${placeOf(id.resource)} waits for you in the browser. Finish it there, and send the request again. If the page is gone, restart this server in its host.`;
  return failure('interaction_required', 'configuring', message);
}
