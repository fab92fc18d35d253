// The user agent of a test world: its person opens the page, and their browser brings the response.

import type { UserAgent } from '../../actors/userAgents/userAgent.ts';
import { AuthError, failure } from '../../contract/errors.ts';

/** Nothing listens here: the response is taken from the browser itself. */
const REDIRECT_URI = 'http://127.0.0.1/callback';

interface Waiting {
  readonly response: Promise<string>;
  readonly bring: (url: string) => void;
  readonly fail: (error: AuthError) => void;
}

/**
 * It lasts as long as its world: one engine after the other uses it, as after a restart, and several at a time.
 * @param opens what the browser of the person does: see `TestPerson.opens`.
 * @param closing given when the world is closed.
 */
export function testUserAgent(
  opens: (url: string) => Promise<string | undefined>,
  closing: AbortSignal,
): UserAgent {
  const byState = new Map<string, Waiting>();
  const waitingFor = (state: string): Waiting => {
    const known = byState.get(state) ?? newWaiting();
    byState.set(state, known);
    return known;
  };
  return {
    name: 'test',

    async reserve(wanted, signal) {
      throwIfEnded(signal, closing);
      return wanted[0] ?? REDIRECT_URI;
    },

    async present({ url, state, signal }) {
      throwIfEnded(signal, closing);
      const waiting = waitingFor(state);
      // Whoever presents does not wait for the person.
      void opens(url).then(
        (back) => {
          const belongsTo = back === undefined ? null : new URL(back).searchParams.get('state');
          if (back !== undefined && belongsTo !== null) waitingFor(belongsTo).bring(back);
        },
        (thrown: Error) =>
          waiting.fail(new AuthError(failure('user_agent_failed', 'authorizing', thrown.message))),
      );
    },

    async receive({ state, signal }) {
      const { response } = waitingFor(state);
      const either = Promise.race([response, ended(AbortSignal.any([signal, closing]))]);
      return either.finally(() => byState.delete(state));
    },

    async release() {},

    // An engine that is disposed of has ended its own logins by their signals.
    async dispose() {},
  };
}

function newWaiting(): Waiting {
  let [bring, fail]: [(url: string) => void, (error: AuthError) => void] = [() => {}, () => {}];
  const response = new Promise<string>((resolve, reject) => {
    [bring, fail] = [resolve, reject];
  });
  // A failure that nobody waits for yet is no fault of the process.
  response.catch(() => {});
  return { response, bring, fail };
}

const cancelled = (): AuthError =>
  new AuthError(failure('cancelled', 'authorizing', 'The login was cancelled.'));

function throwIfEnded(...signals: readonly AbortSignal[]): void {
  if (signals.some(({ aborted }) => aborted)) throw cancelled();
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(cancelled());
    signal.addEventListener('abort', () => reject(cancelled()), { once: true });
  });
}
