// The user agent of pages that leave for the authorization server, and come back as another page.

import { hostUserAgent } from './host.ts';
import type { UserAgent } from './userAgent.ts';

export interface RedirectOptions {
  /** A page of the same origin, which calls `completeLogin`. */
  readonly redirectUri: string;
}

/**
 * Leads the person away with the whole page; what is pending lies in the store meanwhile, so give the engine one that
 * outlives the page (`webStore`). Methods throw as those of `hostUserAgent` do.
 * @see OAuth 2.1 draft 13 §4.1.1
 */
export function redirectUserAgent({ redirectUri }: RedirectOptions): UserAgent {
  return {
    ...hostUserAgent({ redirectUri, present: ({ url }) => location.assign(url) }),
    name: 'redirect',
  };
}
