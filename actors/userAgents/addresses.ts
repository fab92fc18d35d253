// Checks the addresses that a user agent handles: the page that a person is sent to, and the URL that comes back.

import { refuse } from '../../contract/errors.ts';
import { isLoopback } from '../../protocol/address.ts';
import { urlOf } from '../../protocol/url.ts';

/** The longest URL that is opened, shown or taken back, in bytes. */
export const longestUrl = 16 * 1024;

/** Nothing listens here: the default of the user agents that have no listener. RFC 8252 §7.3. */
export const redirectUriWithoutListener = 'http://127.0.0.1/callback';

/** The same by the name `localhost`: nothing listens there either. Nothing for a redirect URI that a host has chosen. */
export function localhostWithoutListener(redirectUri: string): string | undefined {
  return redirectUri === redirectUriWithoutListener ? 'http://localhost/callback' : undefined;
}

/**
 * Checks the URL that a person, or a machine in their place, is sent to. Returns it as the URL parser writes it:
 * printable ASCII, without spaces and quotes, beginning with its scheme.
 * @throws AuthError `address_refused` unless it is https, or http to loopback, without user name or password,
 * at most 16 KiB.
 * @see MCP Security Best Practices, "OAuth Authorization URL Validation"; AUTHZ-9
 */
export function pageAddress(text: string): string {
  const url = text.length <= longestUrl ? urlOf(text) : undefined;
  if (url === undefined || url.href.length > longestUrl) {
    refuse(
      'address_refused',
      'authorizing',
      'The authorization URL is not a URL of at most 16 KiB; not opened.',
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    refuse(
      'address_refused',
      'authorizing',
      'The authorization URL is neither https nor http to loopback; not opened.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    refuse('address_refused', 'authorizing', 'The authorization URL has a user name in it; not opened.');
  }
  return url.href;
}

/**
 * Reads a text as a response to the redirect URI: the redirect URI with the query as it was written, byte for byte,
 * without fragment. The parameters in the query are not checked here.
 * @returns nothing when the text is no URL at this redirect URI.
 */
export function responseAt(redirectUri: string, text: string): string | undefined {
  if (text.length > longestUrl || /\s/.test(text)) return undefined;
  const given = urlOf(text);
  if (!given) return undefined;
  const own = new URL(redirectUri);
  if (given.username !== '' || given.password !== '') return undefined;
  if (given.protocol !== own.protocol || given.host !== own.host || given.pathname !== own.pathname) {
    return undefined;
  }
  return `${redirectUri.replace(/\?.*/, '')}${/^[^?#]*(\?[^#]*)/.exec(text)?.[1] ?? ''}`;
}
