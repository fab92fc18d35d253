// The page at the redirect URI: hands the answer to the engine, and takes it out of sight.

import type { Engine } from '../engine/engineSurface.ts';
import type { Session } from '../engine/sessionSurface.ts';
import { stateOf } from '../protocol/authorizationResponse.ts';

/** What an authorization server adds to a redirect URI. @see RFC 6749 §4.1.2, RFC 9207 §2 */
const PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state'];

/**
 * Finishes the login that this page was called back for. Call it first thing in the page at the redirect URI.
 * @param close closes the window afterwards, when the login has succeeded: for pages in a `popupUserAgent`'s window.
 * @returns nothing when the page was not called by an authorization server.
 * @throws AuthError as `engine.complete` does.
 */
export async function completeLogin(
  engine: Engine,
  { close = false }: { readonly close?: boolean } = {},
): Promise<Session | undefined> {
  const { href } = location;
  if (stateOf(href) === undefined) return undefined;
  // A code does not stay in the address bar, nor in the way back (A26).
  const clean = new URL(href);
  for (const name of PARAMETERS) clean.searchParams.delete(name);
  history.replaceState(history.state, '', clean);
  const session = await engine.complete(href);
  if (close) window.close();
  return session;
}
