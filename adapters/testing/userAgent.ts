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

/** @param opens what the browser of the person does: see `TestPerson.opens`. */
export function testUserAgent(opens: (url: string) => Promise<string | undefined>): UserAgent {
  const byState = new Map<string, Waiting>();
  const closing = new AbortController();
  const waitingFor = (state: string): Waiting => {
    const known = byState.get(state) ?? newWaiting();
    byState.set(state, known);
    return known;
  };
  return {
    name: 'test',

    async reserve(wanted, signal) {
      throwIfEnded(signal, closing.signal);
      return wanted[0] ?? REDIRECT_URI;
    },

    async present({ url, state, signal }) {
      throwIfEnded(signal, closing.signal);
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
      const response = waitingFor(state).response.finally(() => byState.delete(state));
      return Promise.race([response, ended(AbortSignal.any([signal, closing.signal]))]);
    },

    async release() {},

    async dispose() {
      closing.abort();
    },
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
