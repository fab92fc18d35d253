// The user agent of pages that the browser leaves for the authorization server.

import { object, type Shape } from '../../protocol/options.ts';
import { redirectUri } from '../../protocol/optionValues.ts';
import { hostUserAgent } from './host.ts';
import type { UserAgent } from './userAgent.ts';

/** Where `redirectUserAgent` gets the response. */
export interface RedirectOptions {
  /** A page of the same origin, which calls `completeLogin`. */
  readonly redirectUri: string;
}

/** Judges for the options of `redirectUserAgent`. */
export const redirectShape: Shape<RedirectOptions> = { redirectUri };

/**
 * Replaces the page with the page of the authorization server. Afterwards the server redirects to the page at the
 * redirect URI, which finishes the login (`completeLogin`). The pending login is kept in the store meanwhile, so give
 * the engine a store that stays when the page is left (`webStore`).
 * @throws AuthError `config_invalid` for an option that cannot be used.
 * Its methods throw as those of `hostUserAgent` do.
 * @example
 * import { createAuthEngine } from 'authchart';
 * import { redirectUserAgent, webStore } from 'authchart/browser';
 * const userAgent = redirectUserAgent({ redirectUri: `${location.origin}/callback` });
 * const engine = createAuthEngine({ client: { name: 'Notes' }, store: webStore(), userAgent });
 * @see OAuth 2.1 draft 13 §4.1.1
 */
export function redirectUserAgent(options: RedirectOptions): UserAgent {
  object(redirectShape)(options, '');
  const { redirectUri: at } = options;
  return {
    ...hostUserAgent({ redirectUri: at, present: ({ url }) => location.assign(url) }),
    name: 'redirect',
    leavesPage: true,
  };
}
