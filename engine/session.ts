// A session: one resource for one subject, one chart, shared by all who ask for the same one.
import type { Tools } from '../actors/tools/tools.ts';
import { AuthError } from '../contract/errors.ts';
import type { Grant, SessionId } from '../contract/facts.ts';
import type { Holding } from '../contract/live.ts';
import type { AuthEvent, Interaction } from '../machines/context.ts';
import { challengeIn, provesGrant } from '../protocol/evidence.ts';
import { operationOf } from '../protocol/operation.ts';
import { covers, includesAll, union } from '../protocol/scopes.ts';
import { judged, orAborted } from './aborting.ts';
import { answerOf, meetChallenge } from './answers.ts';
import { onlooker } from './defects.ts';
import { refuseDisposed } from './disposed.ts';
import { type Explanation, explain } from './explain.ts';
import { GivenOut } from './givenOut.ts';
import { holdingsOf } from './holdings.ts';
import { AT_ONCE, isJustShown } from './justShown.ts';
import { loginPage } from './loginPage.ts';
import type { Observer } from './observe.ts';
import type { Observers } from './observers.ts';
import {
  judgeAnsweredRequest,
  judgeHostRequest,
  judgeListener,
  judgeLoginOptions,
  judgeLogoutOptions,
  judgeResponse,
  judgeWaitOptions,
} from './options/session.ts';
import type { AuthActor, AuthSnapshot, ChartInUse } from './sessionChart.ts';
import { beyondCeiling, notFinished, notLoggedIn, notSignedOut } from './sessionFailures.ts';
import { fetchWith, methodOf, refuseOtherOrigin } from './sessionFetch.ts';
import type {
  AnsweredRequest,
  Fetch,
  HostRequest,
  LoginOptions,
  LogoutOptions,
  Session,
  WaitOptions,
} from './sessionSurface.ts';
import { SessionTokens } from './sessionTokens.ts';
import { isPersonsTurnOrRest } from './states.ts';
import type { AuthorizationHeaders, UsableToken } from './useGrant.ts';

/** What all sessions of an engine are made of. */
export interface SessionParts {
  readonly tools: Tools;
  readonly observers: Observers;
  readonly fetch: typeof globalThis.fetch;
}

/** What each session has of its own. */
export interface OwnParts {
  readonly id: SessionId;
  readonly chart: ChartInUse;
  readonly interaction: Interaction;
}

/** What a session needs once it is used: most are only names. */
interface InUse {
  readonly observer: Observer;
  readonly tokens: SessionTokens;
  readonly givenOut: GivenOut;
  readonly fetch: Fetch;
}

/** The session behind the public interface; the engine and its fetch use more of it. */
export class EngineSession implements Session {
  readonly id: SessionId;
  readonly #parts: SessionParts;
  readonly #chart: ChartInUse;
  readonly #interaction: Interaction;
  #inUse: InUse | undefined;
  #login: { readonly done: Promise<Grant>; askedAt: number } | undefined;
  /** How often somebody has ended whatever login there was. */
  #endings = 0;

  constructor(parts: SessionParts, { id, chart, interaction }: OwnParts) {
    this.#parts = parts;
    this.id = id;
    this.#chart = chart;
    this.#interaction = interaction;
  }

  get #used(): InUse {
    this.#inUse ??= this.#begin();
    return this.#inUse;
  }

  #begin(): InUse {
    const { tools, observers, fetch } = this.#parts;
    const observer = observers.of(this.id);
    const quiet = (signal: AbortSignal | undefined): Promise<AuthSnapshot> => this.quiet(signal);
    return {
      observer,
      tokens: new SessionTokens({ id: this.id, chart: this.#chart, tools, quiet }),
      givenOut: new GivenOut(),
      fetch: fetchWith(this, { fetch, tools, observer }),
    };
  }

  get fetch(): Fetch {
    return this.#used.fetch;
  }

  get actor(): AuthActor {
    return this.#chart.actor;
  }

  get snapshot(): AuthSnapshot {
    return this.#chart.snapshot;
  }

  async login(options: LoginOptions = {}): Promise<void> {
    const { scopes = [], again = false, signal } = judged(judgeLoginOptions, options);
    refuseDisposed(this.#parts.tools);
    const now = this.#parts.tools.now();
    const login = this.#login;
    if (login && now - login.askedAt >= AT_ONCE && this.snapshot.hasTag('needsUser')) {
      login.askedAt = now;
      this.tell({ type: 'user.login' });
    }
    // One login for all who ask at the same time; whoever wants more scopes asks after it.
    while (this.#login) if (covers(await orAborted(this.#login.done, signal), scopes)) return;
    const done = this.#logIn(scopes, again).finally(() => {
      this.#login = undefined;
    });
    this.#login = { done, askedAt: now };
    await orAborted(done, signal);
  }

  async #logIn(scopes: readonly string[], again: boolean): Promise<Grant> {
    const { policy, userAgent } = this.#parts.tools;
    const { scopeCeiling = scopes, scopeFloor = [] } = policy;
    if (!includesAll(union(scopeCeiling, scopeFloor), scopes))
      throw new AuthError(beyondCeiling(this.id, scopes));
    // A login that an earlier process started is shown again; anything else in flight comes first.
    const endings = this.#endings;
    await this.#chart.until(isPersonsTurnOrRest);
    await this.#used.tokens.lookAgain();
    if (endings !== this.#endings) throw new AuthError(notFinished(this.id));
    const before = again ? this.snapshot.context.grant?.version : undefined;
    // At once where nobody is awaited: whoever asks for a token next waits for this login.
    const isAwaited = this.snapshot.hasTag('needsUser');
    if (!isAwaited || !(await isJustShown(this.#parts.tools, this.snapshot, scopes)))
      this.tell({ type: 'user.login', scopes, again });
    const snapshot = await this.settled();
    userAgent.dismiss?.();
    const { grant, failure: failed, refusal } = snapshot.context;
    if (snapshot.hasTag('canSend') && grant && grant.version !== before && covers(grant, scopes))
      return grant;
    throw new AuthError(failed ?? refusal ?? notFinished(this.id));
  }

  async token(options: WaitOptions = {}): Promise<string> {
    return (await this.#tokenInHand(judged(judgeWaitOptions, options).signal)).accessToken;
  }

  async authorization(request: HostRequest): Promise<AuthorizationHeaders> {
    const { method, url, nonce, signal } = judged(judgeHostRequest, request);
    const at = new URL(url);
    refuseOtherOrigin(this, at);
    if (nonce !== undefined) this.#parts.tools.dpop.hear(at, nonce);
    const token = await this.#tokenInHand(signal);
    return token.headersFor({ method: methodOf(method), url: at });
  }

  async #tokenInHand(signal: AbortSignal | undefined): Promise<UsableToken> {
    const usable = await this.usableToken(signal);
    if (!usable) throw new AuthError(this.snapshot.context.failure ?? notLoggedIn(this.id));
    this.#used.givenOut.remember(usable);
    return usable;
  }

  async answered(response: Response, request: AnsweredRequest = {}): Promise<boolean> {
    judgeResponse(response);
    const { signal, method = 'GET', body } = judged(judgeAnsweredRequest, request);
    const url = String(request.url ?? (response.url || this.id.resource));
    const grantVersion = this.#used.givenOut.versionSent(request.authorization);
    const answer = answerOf(response, new URL(this.id.resource).origin);
    const challenge = challengeIn(answer, response.headers.get('www-authenticate'));
    if (grantVersion !== null && provesGrant(answer)) this.#used.tokens.prove({ version: grantVersion });
    if (!challenge) return false;
    const operation = operationOf(methodOf(method).toUpperCase(), url, body);
    return (await meetChallenge(this, { challenge, grantVersion, operation }, signal)) !== 'nothing new';
  }

  loginUrl(): Promise<string | undefined> {
    return loginPage(this.#parts.tools, this.#chart, this.#login?.done);
  }

  explain(): Explanation {
    return explain(this.snapshot, this.#parts.tools, [...this.#used.observer.history]);
  }

  holdings(): Promise<readonly Holding[]> {
    return holdingsOf(this.#parts.tools.records, this.id);
  }

  async logout(options: LogoutOptions = {}): Promise<void> {
    const { signal, forget } = judged(judgeLogoutOptions, options);
    this.#endings += 1;
    const order = { type: 'user.logout', ...(forget && { forget }) } as const;
    const { context, status } = await this.#after(order, signal);
    if (context.failure || status !== 'active') throw new AuthError(context.failure ?? notSignedOut(this.id));
  }

  async cancel(options: WaitOptions = {}): Promise<void> {
    const { signal } = judged(judgeWaitOptions, options);
    this.#endings += 1;
    await this.#after({ type: 'user.cancel' }, signal);
  }

  async retry(options: WaitOptions = {}): Promise<void> {
    const { signal } = judged(judgeWaitOptions, options);
    const { context } = await this.#after({ type: 'user.retry' }, signal);
    if (context.failure) throw new AuthError(context.failure);
  }

  #after(order: AuthEvent, signal: AbortSignal | undefined): Promise<AuthSnapshot> {
    refuseDisposed(this.#parts.tools);
    this.tell(order);
    return this.settled(signal);
  }

  subscribe(listener: (snapshot: AuthSnapshot) => void): () => void {
    judgeListener(listener);
    return this.#chart.subscribe(onlooker(listener, this.#parts.tools.onDefect));
  }

  /** The token to send, if there is one; renewed first when it is due. */
  usableToken(signal?: AbortSignal): Promise<UsableToken | undefined> {
    return this.#used.tokens.usable(signal);
  }

  inHand(): UsableToken | undefined {
    return this.#used.tokens.inHand();
  }

  prove(token: Pick<UsableToken, 'version'>): void {
    this.#used.tokens.prove(token);
  }

  /** Waits until nothing is in flight, but not for a person whom nobody here has sent anywhere. */
  quiet(signal?: AbortSignal): Promise<AuthSnapshot> {
    const isUnattended = (snapshot: AuthSnapshot): boolean =>
      snapshot.hasTag('needsUser') && this.#login === undefined && this.#interaction === 'ask';
    return orAborted(
      this.#chart.until((snapshot) => !snapshot.hasTag('busy') || isUnattended(snapshot)),
      signal,
    );
  }

  /** Waits until nothing is in flight. @throws the signal's reason. */
  settled(signal?: AbortSignal): Promise<AuthSnapshot> {
    return orAborted(
      this.#chart.until((snapshot) => !snapshot.hasTag('busy')),
      signal,
    );
  }

  /** Tells the chart something; nothing when it was stopped. */
  tell(event: AuthEvent): void {
    this.#chart.tell(event);
  }

  /** A moment in the order of requests of the engine: what was asked for before a request is outdated by its 401. */
  mark(): number {
    return this.#parts.tools.remembered.mark();
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
