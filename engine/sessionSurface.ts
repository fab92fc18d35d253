// What a host sees of a session.
import type { SessionId } from '../contract/facts.ts';
import type { Holding } from '../contract/live.ts';
import type { AbortSignal, Request, RequestInit, Response, URL } from '../contract/platform.ts';
import type { Explanation } from './explain.ts';
import type { AuthActor, AuthSnapshot } from './sessionChart.ts';

/** What a request carries to show a token. */
export interface AuthorizationHeaders {
  readonly authorization: string;
  /** Where the token is bound to a key: the proof. */
  readonly dpop?: string;
}

/** `fetch` in the shape of the platform's own. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What `session.login` may be told. */
export interface LoginOptions {
  /** Scopes to ask for, beside what the resource asks for and what was granted before. */
  readonly scopes?: readonly string[];
  /**
   * The person logs in again, even where there is a login that looks good: for a resource that refuses it, or for another
   * account. Neither the token nor its refresh token is tried again. Default: false.
   */
  readonly again?: boolean;
  /**
   * Ends the waiting of this caller, with the signal's reason. The login itself goes on: see `session.cancel`. Nothing is
   * begun where it was given before.
   */
  readonly signal?: AbortSignal;
}

/** How long a caller waits. */
export interface WaitOptions {
  /** Ends the waiting of this caller, with the signal's reason. Nothing is begun where it was given before. */
  readonly signal?: AbortSignal;
}

/** How much a sign-out forgets. */
export interface LogoutOptions extends WaitOptions {
  /** `everything`: the clients that were registered for the session, too. Default: its tokens and its login. */
  readonly forget?: 'everything';
}

/** A request that the host sends itself. */
export interface HostRequest extends WaitOptions {
  /** As it will be sent. */
  readonly method: string;
  /** Where it will be sent to: on the origin of the resource. */
  readonly url: string | URL;
  /** The `DPoP-Nonce` of an answer that asked for one; kept for the requests after it. @see RFC 9449 §9 */
  readonly nonce?: string;
}

/** What `session.answered` may be told of the request that was answered. */
export interface AnsweredRequest extends WaitOptions {
  /** As it was sent. Default `GET`. */
  readonly method?: string;
  /** Where it was sent to. Default: the URL of the response, else the resource. */
  readonly url?: string | URL;
  /** As it was sent, where it is text: a JSON-RPC body names the operation whose step-ups are counted (STEP-4). */
  readonly body?: unknown;
  /**
   * The `authorization` header that it carried. Default: the one that this session gave out last. Give it where several
   * requests are under way, so that an answer to an older token is not held against a newer one.
   */
  readonly authorization?: string | null;
}

/**
 * One resource for one subject. Get it from `engine.session`: whoever asks for the same one gets the same one.
 * Where a host has invoked the chart itself, `engine.sessionOf` gives a session of that chart.
 */
export interface Session {
  /** Whose session it is. */
  readonly id: SessionId;
  /** The running chart, to look at and to send commands to. Who takes it keeps it running: see `snapshot`. */
  readonly actor: AuthActor;
  /** Where the chart is, or was when it was put to rest. */
  readonly snapshot: AuthSnapshot;
  /**
   * `fetch` that sends the token of the session, renews it, and sends the request again: at most four times in all. Where a
   * person is needed it returns the server's own 401 or 403, and `explain()` says what to do; with the policy
   * `interaction: 'auto'` it logs in and steps up by itself, and waits for the person for at most `policy.loginTimeout`
   * milliseconds. Whatever else the server answers is passed on. It goes to the origin of the resource only.
   * Bodies that can be read once only (streams) are sent once only.
   * @throws the reason of the request's own signal, when it is given; AuthError `address_refused` for another origin;
   *   `redirect_refused` for a redirect that what is sent must not follow; `config_invalid` for what is no request;
   *   `engine_disposed`; `store_failed` when the records cannot be read;
   *   `server_unavailable`, `unreachable`, `timed_out` when the grant has run out and cannot be renewed for now;
   *   `certificate_untrusted`, `certificate_invalid` for the resource's certificate; `unreachable` for a proxy that is
   *   the trouble. A resource that cannot be reached otherwise: what the platform's `fetch` rejects with.
   * @see RFC 6750 §2.1
   * @example
   * ```ts
   * import { createAuthEngine } from 'authchart';
   * import { loopbackUserAgent } from 'authchart/node';
   *
   * const engine = createAuthEngine({ client: { name: 'Notes' }, userAgent: loopbackUserAgent() });
   * const session = engine.session({ resource: 'https://notes.example/mcp' });
   * const response = await session.fetch('https://notes.example/mcp');
   * ```
   */
  readonly fetch: Fetch;
  /**
   * Logs in, where a person has to: may open a browser, since this was asked for. Ends at once when there is a grant
   * that covers the scopes. One login for all who ask at the same time, in any process: one page is opened, and all of
   * them are logged in, or fail alike (AUTHZ-12). Asked again while a person is awaited, it shows the same request again.
   * @throws the signal's reason; AuthError what the login ended with; `cancelled` when a sign-out ended it, or the end of its engine.
   */
  login(options?: LoginOptions): Promise<void>;
  /**
   * A usable access token, renewed when due; one renewal for any number of callers.
   * Where it is bound to a key (`client.dpop`) it is of no use alone: see `authorization`.
   * @throws the signal's reason; AuthError `interaction_required` when a person has to log in first; what the chart ended with.
   */
  token(options?: WaitOptions): Promise<string>;
  /**
   * The headers that authorize one request which the host sends itself: `authorization`, and `dpop` where the token
   * is bound to a key. A proof is good for this method and URL, once, and for a short time: ask anew for each request.
   * An answer 401 with `DPoP error="use_dpop_nonce"` is about the proof only: ask again with its nonce, once.
   * @throws AuthError `address_refused` for another origin than the resource's; and as `token` does.
   * @see RFC 6750 §2.1, RFC 9449 §7.1
   */
  authorization(request: HostRequest): Promise<AuthorizationHeaders>;
  /**
   * For hosts that send requests themselves: hears the resource's answer, and does what it asks for (a renewal, a login
   * where the policy allows it, a step-up).
   * @returns whether there is another token now, so that it is worth sending the request again.
   * @throws the signal's reason.
   * @example
   * ```ts
   * import type { Session } from 'authchart';
   *
   * export async function get(session: Session, url: string): Promise<Response> {
   *   const headers = { ...(await session.authorization({ method: 'GET', url })) };
   *   const response = await fetch(url, { headers });
   *   if (!(await session.answered(response))) return response;
   *   return fetch(url, { headers: { ...(await session.authorization({ method: 'GET', url })) } });
   * }
   * ```
   */
  answered(response: Response, request?: AnsweredRequest): Promise<boolean>;
  /**
   * The authorization URL of the login that waits for a person; nothing when none does. For hosts that show it
   * themselves: it holds the login's `state`, so show it to this person only, and keep it out of logs.
   * @throws AuthError `config_invalid` for options; what the store throws; the signal's reason.
   */
  loginUrl(options?: WaitOptions): Promise<string | undefined>;
  /** What was looked up where, what was decided and why, up to now; with no secret in it. */
  explain(): Explanation;
  /** Which authorization server holds what of this session: also those that it was bound to before. */
  holdings(): Promise<readonly Holding[]>;
  /**
   * Revokes what was issued, best effort, and forgets every copy. With `forget: 'everything'` the clients that were
   * registered for the session go, too: the next login registers anew. That helps where a server has forgotten a client.
   * @throws the signal's reason; AuthError `store_failed` when something could not be forgotten; `cancelled`
   *   when the engine, or the chart, has ended before.
   * @see RFC 7009, RFC 7592
   */
  logout(options?: LogoutOptions): Promise<void>;
  /**
   * Ends the login or step-up that is under way here. A grant from before stays. A login that another process holds goes
   * on there.
   * @throws the signal's reason.
   */
  cancel(options?: WaitOptions): Promise<void>;
  /**
   * Tries again after a failure, as a person would ask for it.
   * @throws the signal's reason; AuthError what it ended with.
   */
  retry(options?: WaitOptions): Promise<void>;
  /**
   * A session is no `AuthProvider` of the MCP SDK, though it has a `token()`, too: nobody would hear of a 401. This member
   * is never there; it makes the compiler say so.
   */
  readonly onUnauthorized?: 'give the transport mcpFetch(session), or mcpAuthProvider(session), of authchart/mcp';
  /** Calls back with each snapshot of the chart, which goes on running meanwhile; returns the function that ends it. */
  subscribe(listener: (snapshot: AuthSnapshot) => void): () => void;
}
