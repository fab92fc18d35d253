// The user agent of web hosts and gateways: the host redirects the person, and a route of the host gets the response.
import { AuthError, failure } from '../../contract/errors.ts';
import { object, type Shape } from '../../protocol/options.ts';
import { callback, redirectUri } from '../../protocol/optionValues.ts';
import { orCancelled, throwIfCancelled, untilEither } from '../tools/waiting.ts';
import { pageAddress } from './addresses.ts';
import { causedBy } from './hostFault.ts';
import type { AuthorizationRequest, UserAgent } from './userAgent.ts';

/** What the host does for `hostUserAgent`. */
export interface HostOptions {
  /** A route of the host. It passes each request that arrives there to `engine.complete`. */
  readonly redirectUri: string;
  /** Redirects the person's browser to the URL, or sends them a link. `session` says which person. */
  readonly present: (to: Pick<AuthorizationRequest, 'session' | 'url' | 'issuer'>) => void | Promise<void>;
}

/** Judges for the options of `hostUserAgent`. */
export const hostShape: Shape<HostOptions> = { redirectUri, present: callback };

/**
 * A user agent for servers with many users: the host redirects the person, and receives the response at a route of
 * its own. A login then ends when the host calls `engine.complete`, in this process or another one that has the same
 * store, or when it is cancelled.
 * @throws AuthError `config_invalid` for an option that cannot be used.
 * Its methods throw AuthError `address_refused`, `user_agent_failed` (`present` threw), `cancelled`.
 * @example
 * import { createAuthEngine, hostUserAgent, memoryStore } from 'authchart';
 * const links = new Map<string, string>(); // shown to each user on their own page
 * const userAgent = hostUserAgent({
 *   redirectUri: 'https://app.example.com/callback',
 *   present: ({ session, url }) => void links.set(session.subject, url),
 * });
 * const engine = createAuthEngine({ client: { name: 'Gateway' }, store: memoryStore(), userAgent });
 * @see OAuth 2.1 draft 13 §4.1.2
 */
export function hostUserAgent(options: HostOptions): UserAgent {
  object(hostShape)(options, '');
  const closing = new AbortController();
  return {
    name: 'host',

    async reserve(_wanted, signal) {
      throwIfCancelled(signal, closing.signal);
      return options.redirectUri;
    },

    async present({ session, url, issuer, signal }) {
      const to = { session, url: pageAddress(url), issuer };
      throwIfCancelled(signal, closing.signal);
      const presenting = (async () => options.present(to))();
      await untilEither(signal, closing.signal, (until) => orCancelled(presenting, until)).catch(
        presentingFailed,
      );
    },

    receive: ({ signal }) =>
      untilEither(signal, closing.signal, (until) => orCancelled(new Promise<never>(() => {}), until)),

    async release() {},

    async dispose() {
      closing.abort();
    },
  };
}

function presentingFailed(thrown: unknown): never {
  if (thrown instanceof AuthError) throw thrown;
  const message = 'The host could not send the person to the authorization URL: its `present` failed.';
  throw causedBy(thrown, new AuthError(failure('user_agent_failed', 'authorizing', message)));
}
