// The contract of user agents: how a person gets to the authorization server, and how the response comes back.

import type { SessionId } from '../../contract/facts.ts';
import type { AbortSignal } from '../../contract/platform.ts';

/** One authorization request, as a user agent sees it. `url` and `state` are not for logs. */
export interface AuthorizationRequest {
  /** Whose login it is. A host with many people has to know which of them to send there. */
  readonly session: SessionId;
  /** The page of the authorization server that the person has to visit. */
  readonly url: string;
  /** Where the authorization server sends the browser afterwards. */
  readonly redirectUri: string;
  /** The `state` of the request. A response belongs to the request with the same one. */
  readonly state: string;
  /** The authorization server, to show to the person. */
  readonly issuer: string;
  /** Ends the login: it was cancelled, it took too long, or the engine is disposed. */
  readonly signal: AbortSignal;
}

/**
 * How a person gets to the authorization server, and how the response comes back.
 *
 * For each login the engine calls `reserve`, `present`, `receive` and `release`, in this order.
 * After a restart it may call `receive` alone, for a request that an earlier process presented.
 * A method may throw an AuthError, which becomes the outcome of the login. Each one ends when its signal is given.
 * @see RFC 8252 §7
 */
export interface UserAgent {
  /** The kind of user agent. Registrations are kept apart by it, since their redirect URIs depend on it. */
  readonly name: string;
  /**
   * `present` leads the engine's own page to the authorization server: the engine ends with it. A page that asks for the
   * same login meanwhile, or comes back without an answer, is then led there at once, and nobody looks for that engine.
   */
  readonly leavesPage?: boolean;
  /**
   * Chooses the redirect URI of a login, and gets ready to receive there: a listener is bound now. It is called
   * before the client is registered and the authorization request is built.
   * @param wanted Redirect URIs that a registration already has. The first one that can be used is chosen.
   */
  reserve(wanted: readonly string[], signal: AbortSignal): Promise<string>;
  /**
   * The same redirect URI with the name `localhost` in place of a literal loopback address, where answers come here by
   * that name, too. It is registered only at a server that refuses the literal address; all other methods are then
   * called with it. A user agent without this method has one name for each redirect URI.
   * @returns nothing where there is no such name.
   * @see RFC 8252 §8.3
   */
  atLocalhost?(redirectUri: string): string | undefined;
  /**
   * Takes the redirect URI over when nobody else holds it: true when answers to it come here from now on.
   * For a login that another process presented: `receive` gets its response here if that process has ended.
   * Each call that gives true is paired with one call of `release`, as a call of `reserve` is.
   * A user agent without this method never listens itself.
   * @param redirectUri The redirect URI of the pending request. No other one is tried.
   * @throws AuthError `cancelled` when the signal comes first.
   */
  hold?(redirectUri: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Sends the person to the URL. Ends when that was done, and does not wait for the person. It also works for a
   * request whose redirect URI another process holds: that process then gets the response.
   */
  present(request: AuthorizationRequest): Promise<void>;
  /**
   * Waits for the response to this request. A response with another `state` is not taken for it. Ends only with the
   * response or by the signal.
   * @returns the whole URL that the browser was sent to, with code and state in it.
   */
  receive(request: Omit<AuthorizationRequest, 'url'>): Promise<string>;
  /**
   * Closes what was opened for a login (a window, say). It is called when a login that was asked for ended before
   * anybody was sent anywhere, or joined another one. What shows an authorization server already stays open.
   */
  dismiss?(): void;
  /** Gives the redirect URI back: called after the response, a cancel or a failure. */
  release(redirectUri: string): Promise<void>;
  /** Closes everything that is open, and ends every call. */
  dispose(): Promise<void>;
}
