// The user agent of pages that the browser leaves for the authorization server.

import { hostUserAgent } from './host.ts';
import type { UserAgent } from './userAgent.ts';

/** Where `redirectUserAgent` gets the response. */
export interface RedirectOptions {
  /** A page of the same origin, which calls `completeLogin`. */
  readonly redirectUri: string;
}

/**
 * Replaces the page with the page of the authorization server. Afterwards the server redirects to the page at the
 * redirect URI, which finishes the login (`completeLogin`). The pending login is kept in the store meanwhile, so give
 * the engine a store that stays when the page is left (`webStore`).
 * Its methods throw as those of `hostUserAgent` do.
 * @example
 * import { createAuthEngine } from 'authchart';
 * import { redirectUserAgent, webStore } from 'authchart/browser';
 * const userAgent = redirectUserAgent({ redirectUri: `${location.origin}/callback` });
 * const engine = createAuthEngine({ client: { name: 'Notes' }, store: webStore(), userAgent });
 * @see OAuth 2.1 draft 13 §4.1.1
 */
export function redirectUserAgent({ redirectUri }: RedirectOptions): UserAgent {
  return {
    ...hostUserAgent({ redirectUri, present: ({ url }) => location.assign(url) }),
    name: 'redirect',
  };
}
