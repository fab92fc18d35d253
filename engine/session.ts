// A session: one resource for one subject, one actor, shared by all who ask for the same one.
import type { InspectionEvent } from 'xstate';
import type { Tools } from '../actors/tools/tools.ts';
import { orCancelled } from '../actors/tools/waiting.ts';
import { AuthError, type Failure, failure } from '../contract/errors.ts';
import type { Grant, SessionId } from '../contract/facts.ts';
import type { Holding } from '../contract/live.ts';
import type { AuthMachine } from '../machines/authMachine.ts';
import type { AuthEvent, Interaction } from '../machines/context.ts';
import { includesAll, union } from '../protocol/scopes.ts';
import { placeOf } from '../protocol/text.ts';
import { keys } from '../stores/records.ts';
import { type Explanation, explain } from './explain.ts';
import { holdingsOf } from './holdings.ts';
import { newsFor } from './news.ts';
import type { Observer } from './observe.ts';
import { type AuthActor, type AuthSnapshot, SessionChart } from './sessionChart.ts';
import { type Fetch, fetchWith, methodOf, refuseOtherOrigin } from './sessionFetch.ts';
import { type AuthorizationHeaders, type UsableToken, useGrant } from './useGrant.ts';

export interface LoginOptions {
  /** Scopes to ask for, beside what the resource asks for and what was granted before. */
  readonly scopes?: readonly string[];
  /** Ends the waiting of this caller; the login itself goes on (end it with `user.cancel`). */
  readonly signal?: AbortSignal;
}

/** A request that the host sends itself. */
export interface HostRequest {
  /** As it will be sent. */
  readonly method: string;
  readonly url: string | URL;
  /** The `DPoP-Nonce` of an answer that asked for one; kept for the requests after it. @see RFC 9449 §9 */
  readonly nonce?: string;
  readonly signal?: AbortSignal;
}

export interface SessionParts {
  readonly id: SessionId;
  readonly machine: AuthMachine;
  readonly interaction: Interaction;
  readonly tools: Tools;
  readonly observer: Observer;
  readonly inspect: ((event: InspectionEvent) => void) | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly onUse: () => void;
}

const isPersonsTurnOrRest = (snapshot: AuthSnapshot): boolean =>
  snapshot.hasTag('needsUser') || !snapshot.hasTag('busy');

/** How often the store is looked at again because siblings keep changing the grant. */
const MAX_LOOKS = 3;

/** One resource for one subject. Make it with `engine.session`; ask twice, get the same one. */
export class Session {
  readonly id: SessionId;
  /**
   * `fetch` that discovers, logs in, renews and steps up, and then sends the request again.
   * It goes to the origin of the resource only, and passes the server's own answer on when it gives up.
   * Bodies that can be read once only (streams) are sent once only.
   * @throws AuthError `address_refused` for another origin; `server_unavailable`, `unreachable`, `timed_out` when
   *   the grant has run out and cannot be renewed for now; `cancelled` by the request's own signal.
   */
  readonly fetch: Fetch;
  readonly #parts: SessionParts;
  readonly #chart: SessionChart;
  #login: Promise<Grant> | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.#chart = new SessionChart({
      machine: parts.machine,
      input: { ...parts.id, interaction: parts.interaction },
      inspect: (event) => {
        parts.observer.inspect(event);
        parts.inspect?.(event);
      },
      onStart: (signal) => void this.#heedSiblings(signal),
      onUse: parts.onUse,
    });
    this.fetch = fetchWith(this, parts.fetch, parts.tools.dpop, (facts) => parts.observer.request(facts));
  }

  /** The running chart, to look at and to send commands to. Who takes it keeps it running: see `snapshot`. */
  get actor(): AuthActor {
    return this.#chart.actor;
  }

  /** Where the chart is, or was when it was put to rest. */
  get snapshot(): AuthSnapshot {
    return this.#chart.snapshot;
  }

  /**
   * Logs in, where a person has to: may open a browser, as this was asked for.
   * Ends at once when there is a grant that covers the scopes already. Asked again while a person is awaited, it shows
   * them the same request again.
   * @throws AuthError what the chart ended with, or `cancelled` by the signal.
   */
  async login({ scopes = [], signal }: LoginOptions = {}): Promise<void> {
    if (this.#login && this.snapshot.hasTag('needsUser')) this.tell({ type: 'user.login' });
    // One login for all who ask at the same time; whoever wants more scopes asks after it.
    while (this.#login) if (covers(await orCancelled(this.#login, signal, 'requesting'), scopes)) return;
    this.#login = this.#logIn(scopes).finally(() => {
      this.#login = undefined;
    });
    await orCancelled(this.#login, signal, 'requesting');
  }

  async #logIn(scopes: readonly string[]): Promise<Grant> {
    const { scopeCeiling = scopes, scopeFloor = [] } = this.#parts.tools.policy;
    if (!includesAll(union(scopeCeiling, scopeFloor), scopes))
      throw new AuthError(beyondCeiling(this.id, scopes));
    // A login that an earlier process started is shown again; anything else in flight comes first.
    const before = await this.#until(isPersonsTurnOrRest);
    const news = await this.#newsFor(before, true);
    if (news) {
      this.tell(news);
      await this.#until(isPersonsTurnOrRest);
    }
    this.tell({ type: 'user.login', scopes });
    const snapshot = await this.settled();
    const { grant, failure: failed, refusal } = snapshot.context;
    if (snapshot.hasTag('canSend') && grant && covers(grant, scopes)) return grant;
    throw new AuthError(failed ?? refusal ?? notFinished(this.id));
  }

  /**
   * A usable access token, renewed when due; one renewal for any number of callers.
   * Where it is bound to a key (`client.dpop`) it is of no use alone: see `authorization`.
   * @throws AuthError `interaction_required` when a person has to log in first; what the chart ended with.
   */
  async token({ signal }: { readonly signal?: AbortSignal } = {}): Promise<string> {
    return (await this.#tokenInHand(signal)).accessToken;
  }

  /**
   * The headers that authorize one request which the host sends itself: `authorization`, and `dpop` where the token
   * is bound to a key. A proof is good for this method and URL, once, and for a short time: ask anew for each request.
   * An answer 401 with `DPoP error="use_dpop_nonce"` is about the proof only: ask again with its nonce, once.
   * @throws AuthError `address_refused` for another origin than the resource's; and as `token` does.
   * @see RFC 6750 §2.1, RFC 9449 §7.1
   */
  async authorization({ method, url, nonce, signal }: HostRequest): Promise<AuthorizationHeaders> {
    const at = new URL(url);
    refuseOtherOrigin(this, at);
    if (nonce !== undefined) this.#parts.tools.dpop.hear(at, nonce);
    const token = await this.#tokenInHand(signal);
    return token.headersFor({ method: methodOf(method), url: at });
  }

  async #tokenInHand(signal: AbortSignal | undefined): Promise<UsableToken> {
    const usable = await this.usableToken(signal);
    if (usable) return usable;
    const { context } = this.snapshot;
    throw new AuthError(
      context.failure ??
        failure(
          'interaction_required',
          'requesting',
          `Nobody is logged in at ${placeOf(this.id.resource)}; call login() first.`,
        ),
    );
  }

  /** What was looked up where, what was decided and why; with no secret in it. */
  explain(): Explanation {
    return explain(this.snapshot, this.#parts.tools, this.#parts.observer.history);
  }

  /** Which authorization server holds what of this session: also those that it was bound to before. */
  holdings(): Promise<readonly Holding[]> {
    return holdingsOf(this.#parts.tools.records, this.id);
  }

  /** Revokes what was issued, best effort, and forgets every copy. @see RFC 7009 */
  async logout({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.tell({ type: 'user.logout' });
    const { context } = await this.settled(signal);
    if (context.failure) throw new AuthError(context.failure);
  }

  /** Calls back with each snapshot of the chart, which goes on running meanwhile; returns the function that ends it. */
  subscribe(listener: (snapshot: AuthSnapshot) => void): () => void {
    return this.#chart.subscribe(listener);
  }

  /** The token to send, if there is one; renewed first when it is due. */
  async usableToken(signal?: AbortSignal): Promise<UsableToken | undefined> {
    const before = await orCancelled(this.#until(isPersonsTurnOrRest), signal, 'requesting');
    const news = await this.#newsFor(before, false);
    if (news) this.tell(news);
    for (let look = 1; ; look += 1) {
      const grant = await this.#usableGrant(signal);
      if (!grant) return undefined;
      const token = await this.#stored(grant).catch((error: unknown) => {
        // What cannot be used any more is not remembered either: the next login starts afresh.
        if (error instanceof AuthError && error.code === 'grant_refused')
          this.tell({ type: 'grant.changed' });
        throw error;
      });
      if (token?.version === grant.version || look === MAX_LOOKS) return token;
      this.tell({ type: 'grant.changed' });
    }
  }

  #stored(grant: Grant): Promise<UsableToken | undefined> {
    const { binding } = this.snapshot.context;
    return useGrant(this.#parts.tools, this.id, grant, binding?.issuer);
  }

  async #newsFor(snapshot: AuthSnapshot, toLogIn: boolean): Promise<AuthEvent | undefined> {
    if (!snapshot.hasTag('canSend')) return newsFor(this.#parts.tools, this.id, snapshot);
    const { grant } = snapshot.context;
    return toLogIn && grant !== null && (await this.#isGone(grant)) ? { type: 'grant.changed' } : undefined;
  }

  /** Looked at when the grant is used, and when somebody logs in. */
  async #isGone(grant: Grant): Promise<boolean> {
    return !(await this.#stored(grant).catch(() => undefined));
  }

  /** Whoever waits for a login, or has given up, hears of one that was made or ended elsewhere: where the home can tell. */
  async #heedSiblings(signal: AbortSignal): Promise<void> {
    const { records } = this.#parts.tools;
    const at = [keys.binding(this.id), keys.login(this.id)];
    const changed = (): Promise<void> => records.changed(at, signal);
    for (let change = changed(); !signal.aborted; ) {
      await change;
      // Watched again before it is looked at: what comes in between is not missed.
      change = changed();
      if (!signal.aborted) await this.#lookForNews().catch(() => {});
    }
  }

  async #lookForNews(): Promise<void> {
    const before = this.snapshot;
    if (before.hasTag('canSend') || !isPersonsTurnOrRest(before)) return;
    const news = await this.#newsFor(before, false);
    if (news && this.snapshot === before) this.tell(news);
  }

  async #usableGrant(signal: AbortSignal | undefined): Promise<Grant | undefined> {
    let snapshot = await this.quiet(signal);
    const at = this.#parts.tools.now();
    if (snapshot.can({ type: 'renewal.requested', at })) {
      this.tell({ type: 'renewal.requested', at });
      snapshot = await this.quiet(signal);
    }
    const { context } = snapshot;
    if (!snapshot.hasTag('canSend') || !context.grant) return undefined;
    if (
      snapshot.matches({ authorized: { renewal: 'stale' } }) &&
      this.#hasRunOut(context) &&
      context.failure
    ) {
      throw new AuthError(context.failure);
    }
    return context.grant;
  }

  #hasRunOut({ grant }: AuthSnapshot['context']): boolean {
    return grant?.expiresAt !== undefined && this.#parts.tools.now() >= grant.expiresAt;
  }

  /** Waits until nothing is in flight, but not for a person whom nobody here has sent anywhere. */
  quiet(signal?: AbortSignal): Promise<AuthSnapshot> {
    const isUnattended = (snapshot: AuthSnapshot): boolean =>
      snapshot.hasTag('needsUser') && this.#login === undefined && this.#parts.interaction === 'ask';
    return orCancelled(
      this.#until((snapshot) => !snapshot.hasTag('busy') || isUnattended(snapshot)),
      signal,
      'requesting',
    );
  }

  /**
   * Waits until nothing is in flight.
   * @throws AuthError `cancelled` when the signal ends the waiting.
   */
  settled(signal?: AbortSignal): Promise<AuthSnapshot> {
    return orCancelled(
      this.#until((snapshot) => !snapshot.hasTag('busy')),
      signal,
      'requesting',
    );
  }

  #until(isReached: (snapshot: AuthSnapshot) => boolean): Promise<AuthSnapshot> {
    return this.#chart.until(isReached);
  }

  /** Tells the chart something; nothing when it was stopped. */
  tell(event: AuthEvent): void {
    this.#chart.tell(event);
  }

  /** Starts the chart from the store, if it is at rest. @returns where it is. */
  wake(): AuthSnapshot {
    return this.#chart.wake();
  }

  /**
   * Puts the chart to rest, unless something is under way or somebody looks on. It starts again when it is used.
   * @param now epoch milliseconds.
   * @returns whether it is at rest.
   */
  rest(now: number): boolean {
    return this.#login === undefined && this.#chart.rest(now);
  }

  /** Stops the chart: what is in flight ends, what is stored stays. */
  stop(): void {
    this.#chart.stop();
  }
}

function covers(grant: Grant, scopes: readonly string[]): boolean {
  return includesAll(union(grant.requested, grant.granted), scopes);
}

const beyondCeiling = (id: SessionId, scopes: readonly string[]): Failure =>
  failure(
    'scope_not_allowed',
    'authorizing',
    `The login for ${placeOf(id.resource)} asks for "${scopes.join(' ')}", which is beyond what this client may ask for; widen its scope ceiling to allow it.`,
  );

const notFinished = (id: SessionId): Failure =>
  failure(
    'login_timed_out',
    'authorizing',
    `The login for ${placeOf(id.resource)} did not finish; log in again.`,
  );
