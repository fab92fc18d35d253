// The contract of user agents: how a person is reached, and how the answer comes back.

import type { SessionId } from '../../contract/facts.ts';

/** One authorization request, as a user agent sees it. `url` and `state` are not for logs. */
export interface AuthorizationRequest {
  /** Whose login it is: a host with many people has to know whom to lead there. */
  readonly session: SessionId;
  readonly url: string;
  readonly redirectUri: string;
  readonly state: string;
  /** The authorization server, to show to the person. */
  readonly issuer: string;
  readonly signal: AbortSignal;
}

/**
 * How a person is reached. The engine calls, per login: `reserve`, `present`, `receive`, `release`.
 * After a restart it may call `receive` alone, for a request that an earlier process presented.
 */
export interface UserAgent {
  readonly name: string;
  /**
   * Makes a redirect URI ready to receive (a listener is bound now), before anything is registered or built.
   * @param wanted URIs that a registration already has; the first that can be had is taken.
   */
  reserve(wanted: readonly string[], signal: AbortSignal): Promise<string>;
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
   * Leads the person to the URL; ends when that was done, not when they answered. It also works for a request
   * whose redirect URI another process holds: that process then gets the response.
   */
  present(request: AuthorizationRequest): Promise<void>;
  /**
   * Waits for the response to this request: the whole URL that came back, with code and state in it.
   * A response with another `state` disturbs nothing. Ends only with an answer or by the signal.
   */
  receive(request: Omit<AuthorizationRequest, 'url'>): Promise<string>;
  /**
   * A login that was asked for has ended before anybody was led anywhere, or was joined: what was opened for it
   * is closed. What shows an authorization server already stays open.
   */
  dismiss?(): void;
  /** Lets go of the redirect URI: called after the response, a cancel or a failure. */
  release(redirectUri: string): Promise<void>;
  /** Ends everything that is open. */
  dispose(): Promise<void>;
}
