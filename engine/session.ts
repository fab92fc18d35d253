// A session: one resource for one subject, one chart, shared by all who ask for the same one.
import type { HostTools } from '../actors/tools/hostOptions.ts';
import type { Tools } from '../actors/tools/tools.ts';
import { AuthError } from '../contract/errors.ts';
import type { Grant, SessionId } from '../contract/facts.ts';
import type { Holding } from '../contract/live.ts';
import type { Part } from '../contract/part.ts';
import type { AuthEvent, Interaction } from '../machines/context.ts';
import { covers, includesAll, union } from '../protocol/scopes.ts';
import { judged, orAborted } from './aborting.ts';
import { onlooker } from './defects.ts';
import { refuseDisposed } from './disposed.ts';
import { type Explanation, explain } from './explain.ts';
import { AT_ONCE } from './justShown.ts';
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
import { loginPart, usePart } from './parts.ts';
import type { AuthActor, AuthSnapshot, ChartInUse } from './sessionChart.ts';
import { beyondCeiling, notFinished, notSignedOut } from './sessionFailures.ts';
import type { SessionInUse } from './sessionInUse.ts';
import type {
  AnsweredRequest,
  AuthorizationHeaders,
  Fetch,
  HostRequest,
  LoginOptions,
  LogoutOptions,
  Session,
  WaitOptions,
} from './sessionSurface.ts';
import { isAskedBeside, isPersonsTurnOrRest } from './states.ts';

/** What all sessions of an engine are made of. */
export interface SessionParts {
  readonly host: HostTools;
  readonly tools: Part<Tools>;
  readonly observers: Observers;
  readonly fetch: typeof globalThis.fetch;
}

/** What each session has of its own. */
export interface OwnParts {
  readonly id: SessionId;
  readonly chart: ChartInUse;
  readonly interaction: Interaction;
}

/** The session behind the public interface; the engine and its fetch use more of it. */
export class EngineSession implements Session {
  readonly id: SessionId;
  readonly #parts: SessionParts;
  readonly #chart: ChartInUse;
  readonly #interaction: Interaction;
  #fetch: Fetch | undefined;
  /** Most sessions are only names: what they need to be used comes with the first use. */
  #inUse: SessionInUse | undefined;
  #login: { readonly done: Promise<Grant>; askedAt: number } | undefined;
  /** How often somebody has ended whatever login there was. */
  #endings = 0;

  constructor(parts: SessionParts, { id, chart, interaction }: OwnParts) {
    this.#parts = parts;
    this.id = id;
    this.#chart = chart;
    this.#interaction = interaction;
  }

  async #use(): Promise<SessionInUse> {
    if (this.#inUse) return this.#inUse;
    const [{ SessionInUse }, tools] = await Promise.all([usePart.load(), this.#parts.tools.load()]);
    this.#inUse ??= new SessionInUse({
      tools,
      fetch: this.#parts.fetch,
      id: this.id,
      chart: this.#chart,
      observer: this.#observer,
      quiet: (signal) => this.quiet(signal),
    });
    return this.#inUse;
  }

  get #observer(): Observer {
    return this.#parts.observers.of(this.id);
  }

  get fetch(): Fetch {
    this.#fetch ??= (input, init) =>
      this.#inUse ? this.#inUse.fetch(input, init) : this.#use().then(({ fetch }) => fetch(input, init));
    return this.#fetch;
  }

  get actor(): AuthActor {
    return this.#chart.actor;
  }

  get snapshot(): AuthSnapshot {
    return this.#chart.snapshot;
  }

  async login(options: LoginOptions = {}): Promise<void> {
    const { scopes = [], again = false, signal } = judged(judgeLoginOptions, options);
    refuseDisposed(this.#parts.host);
    const now = this.#parts.host.now();
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
    const { policy, userAgent } = this.#parts.host;
    const { scopeCeiling = scopes, scopeFloor = [] } = policy;
    if (!includesAll(union(scopeCeiling, scopeFloor), scopes))
      throw new AuthError(beyondCeiling(this.id, scopes));
    // A login that an earlier process started is shown again; anything else in flight comes first.
    const endings = this.#endings;
    if (!this.snapshot.hasTag('canSend')) loginPart.begin();
    const used = await this.#use();
    used.askAnew();
    await this.#chart.until(isPersonsTurnOrRest);
    await used.lookAgain();
    if (endings !== this.#endings) throw new AuthError(notFinished(this.id));
    const before = again ? this.snapshot.context.grant?.version : undefined;
    // At once where nobody is awaited: whoever asks for a token next waits for this login.
    const isAwaited = this.snapshot.hasTag('needsUser');
    if (!isAwaited || !(await used.isJustShown(scopes))) this.tell({ type: 'user.login', scopes, again });
    const snapshot = await this.settled();
    userAgent.dismiss?.();
    const { grant, failure: failed, refusal } = snapshot.context;
    if (snapshot.hasTag('canSend') && grant && grant.version !== before && covers(grant, scopes))
      return grant;
    throw new AuthError(failed ?? refusal ?? notFinished(this.id));
  }

  async token(options: WaitOptions = {}): Promise<string> {
    const { signal } = judged(judgeWaitOptions, options);
    return (await (await this.#use()).token(signal)).accessToken;
  }

  async authorization(request: HostRequest): Promise<AuthorizationHeaders> {
    const known = judged(judgeHostRequest, request);
    return (await this.#use()).authorization(known);
  }

  async answered(response: Response, request: AnsweredRequest = {}): Promise<boolean> {
    judgeResponse(response);
    const known = judged(judgeAnsweredRequest, request);
    return (await this.#use()).answered(response, known);
  }

  /** What adapters use: requests that wait for a person so many milliseconds at most, and then reject with `login_pending`. */
  within(loginWait: number): Pick<Session, 'fetch' | 'authorization' | 'answered'> {
    return {
      fetch: async (input, init) => (await this.#use()).fetchWithin(loginWait)(input, init),
      authorization: async (request) => (await this.#use()).authorization(request, loginWait),
      answered: async (response, request = {}) => (await this.#use()).answered(response, request, loginWait),
    };
  }

  async loginUrl(options: WaitOptions = {}): Promise<string | undefined> {
    const { signal } = judged(judgeWaitOptions, options);
    const login = this.#login?.done;
    return orAborted(
      this.#use().then((used) => used.loginUrl(login)),
      signal,
    );
  }

  explain(): Explanation {
    return explain(this.snapshot, this.#parts.host, [...this.#observer.history]);
  }

  async holdings(): Promise<readonly Holding[]> {
    return (await this.#use()).holdings();
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
    (await this.#use()).askAnew();
    const { context } = await this.#after({ type: 'user.retry' }, signal);
    if (context.failure) throw new AuthError(context.failure);
  }

  #after(order: AuthEvent, signal: AbortSignal | undefined): Promise<AuthSnapshot> {
    refuseDisposed(this.#parts.host);
    this.tell(order);
    return this.settled(signal);
  }

  subscribe(listener: (snapshot: AuthSnapshot) => void): () => void {
    judgeListener(listener);
    return this.#chart.subscribe(onlooker(listener, this.#parts.host.onDefect));
  }

  /** Waits until nothing is in flight, but not for a person whom nobody here has sent anywhere. */
  async quiet(signal?: AbortSignal): Promise<AuthSnapshot> {
    const isUnattended = (snapshot: AuthSnapshot): boolean =>
      snapshot.hasTag('needsUser') && this.#login === undefined && this.#interaction === 'ask';
    const isQuiet = (snapshot: AuthSnapshot): boolean => !snapshot.hasTag('busy') || isUnattended(snapshot);
    const snapshot = await orAborted(
      this.#chart.until((one) => isQuiet(one) || this.#isLeft(one)),
      signal,
    );
    if (isQuiet(snapshot)) return snapshot;
    // A challenge would lead the person there: so does a login that was left before anybody challenged. Whoever waits hears how it ends.
    this.login().catch(() => {});
    return this.quiet(signal);
  }

  /** A login that was left by its process waits for a person here, whom nobody has led anywhere. */
  #isLeft(snapshot: AuthSnapshot): boolean {
    const isAwaited = snapshot.matches({ authorizing: 'awaitingUser' });
    return isAwaited && this.#login === undefined && this.#inUse?.isLeft(snapshot) === true;
  }

  /** What siblings did a moment ago, where the home could not tell it yet. */
  async lookAgain(): Promise<void> {
    await (await this.#use()).lookAgain();
  }

  /** Waits until nothing is in flight. @throws the signal's reason. */
  settled(signal?: AbortSignal): Promise<AuthSnapshot> {
    return orAborted(
      this.#chart.until((snapshot) => !snapshot.hasTag('busy')),
      signal,
    );
  }

  /** Waits until nothing is in flight, or until a person has to open the page of another login than this one. */
  settledUnlessAsked(pendingKey: string): Promise<AuthSnapshot> {
    return this.#chart.until((snapshot) => !snapshot.hasTag('busy') || isAskedBeside(snapshot, pendingKey));
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
    if (this.#login !== undefined || !this.#chart.rest(now)) return false;
    this.#inUse = undefined;
    this.#fetch = undefined;
    return true;
  }

  /** Stops the chart: what is in flight ends, what is stored stays. */
  stop(): void {
    this.#chart.stop();
  }
}
