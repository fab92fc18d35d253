// The user agent of web hosts and gateways: they lead the person, and the answer comes to a route of theirs.
import { AuthError, refuse } from '../../contract/errors.ts';
import { orCancelled, throwIfCancelled } from '../tools/waiting.ts';
import { pageAddress } from './addresses.ts';
import type { AuthorizationRequest, UserAgent } from './userAgent.ts';

export interface HostOptions {
  /** The host's own route. What arrives there goes to `engine.complete`. */
  readonly redirectUri: string;
  /** Leads the person to the URL: redirects their browser, or sends them a link. */
  readonly present: (to: Pick<AuthorizationRequest, 'session' | 'url' | 'issuer'>) => void | Promise<void>;
}

/**
 * A user agent that leaves both ways to the host. `receive` never has an answer: the login ends through
 * `engine.complete`, in this process or another, or by the signal.
 * Its methods throw AuthError `address_refused`, `user_agent_failed` (the host's callback threw), `cancelled`.
 * @see OAuth 2.1 draft 13 §4.1.2
 */
export function hostUserAgent(options: HostOptions): UserAgent {
  const closing = new AbortController();
  const until = (signal: AbortSignal) => AbortSignal.any([signal, closing.signal]);
  return {
    name: 'host',

    async reserve(_wanted, signal) {
      throwIfCancelled(until(signal));
      return options.redirectUri;
    },

    async present({ session, url, issuer, signal }) {
      const to = { session, url: pageAddress(url), issuer };
      throwIfCancelled(until(signal));
      await orCancelled((async () => options.present(to))(), until(signal)).catch(presentingFailed);
    },

    receive: ({ signal }) => orCancelled(new Promise<never>(() => {}), until(signal)),

    async release() {},

    async dispose() {
      closing.abort();
    },
  };
}

function presentingFailed(thrown: unknown): never {
  if (thrown instanceof AuthError) throw thrown;
  refuse('user_agent_failed', 'authorizing', 'The host failed to lead the person to the authorization URL.');
}
