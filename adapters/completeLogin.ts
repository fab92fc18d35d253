// The page at the redirect URI: passes the response on to the engine, and removes it from the address bar.

import type { Engine } from '../engine/engineSurface.ts';
import type { Session } from '../engine/sessionSurface.ts';
import { stateOf } from '../protocol/authorizationResponse.ts';

/** What an authorization server adds to a redirect URI. @see RFC 6749 §4.1.2, RFC 9207 §2 */
const PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state'];

/**
 * Finishes a login in the page at the redirect URI. Call it before anything else in that page: it removes code and
 * state from the address.
 * @param engine An engine with the same store as the engine that began the login.
 * @param options `close` closes the window when the login has succeeded: for a page in the window of `popupUserAgent`.
 * @returns the session that is logged in now; nothing when the address of the page has no response in it.
 * @throws AuthError as `engine.complete` does.
 * @example
 * import { createAuthEngine } from 'authchart';
 * import { completeLogin, popupUserAgent, webStore } from 'authchart/browser';
 * const userAgent = popupUserAgent({ redirectUri: `${location.origin}/callback` });
 * const engine = createAuthEngine({ client: { name: 'Notes' }, store: webStore(), userAgent });
 * await completeLogin(engine, { close: true });
 * @see RFC 6749 §4.1.2
 */
export async function completeLogin(
  engine: Engine,
  { close = false }: { readonly close?: boolean } = {},
): Promise<Session | undefined> {
  const { href } = location;
  if (stateOf(href) === undefined) return undefined;
  // The code must not stay in the address bar or in the history (A26).
  const clean = new URL(href);
  for (const name of PARAMETERS) clean.searchParams.delete(name);
  history.replaceState(history.state, '', clean);
  const session = await engine.complete(href);
  if (close) window.close();
  return session;
}
