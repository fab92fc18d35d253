// Makes a redirect URI ready to receive, before it is registered or sent.

import { refuse } from '../../contract/errors.ts';
import { isLoopback } from '../../protocol/address.ts';
import { urlOf } from '../../protocol/url.ts';
import type { Act } from '../tools/tools.ts';

export const reserveRedirect: Act<'reserveRedirect'> =
  (tools) =>
  async ({ wanted }, signal) => {
    const redirectUri = await tools.userAgent.reserve(wanted, signal);
    judge(redirectUri);
    return { at: tools.now(), redirectUri };
  };

/** What a private-use scheme looks like: a name in reverse domain order. @see RFC 8252 §7.1 */
const privateUse = /^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:$/;

// AUTHZ-8: https, or http to loopback, or an app's own scheme.
function judge(redirectUri: string): void {
  const url = urlOf(redirectUri);
  if (url?.hash === '') {
    if (url.protocol === 'https:' || privateUse.test(url.protocol)) return;
    if (url.protocol === 'http:' && isLoopback(url)) return;
  }
  refuse(
    'config_invalid',
    'authorizing',
    'The redirect URI is neither https nor on loopback; give the user agent another one.',
  );
}
