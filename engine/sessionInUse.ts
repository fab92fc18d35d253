// A session that is used: its tokens, its requests to the resource, and what their answers say.
import { AuthError } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import type { Holding } from '../contract/live.ts';
import type { AuthEvent } from '../machines/context.ts';
import { provesGrant } from '../protocol/evidence.ts';
import { operationOf } from '../protocol/operation.ts';
import { keys } from '../stores/recordKeys.ts';
import { answerOf, challengeOf, meetChallenge } from './answers.ts';
import { GivenOut } from './givenOut.ts';
import { holdingsOf } from './holdings.ts';
import { isJustShown } from './justShown.ts';
import { loginPage } from './loginPage.ts';
import { waitingAtMost } from './loginWait.ts';
import type { AuthSnapshot } from './sessionChart.ts';
import { notLoggedIn } from './sessionFailures.ts';
import { type Fetching, type FetchMeans, fetchWith, methodOf, refuseOtherOrigin } from './sessionFetch.ts';
import type { AnsweredRequest, AuthorizationHeaders, Fetch, HostRequest } from './sessionSurface.ts';
import { SessionTokens, type TokenParts } from './sessionTokens.ts';
import type { UsableToken } from './useGrant.ts';

/** What it has of its session and of its engine. */
export type UsedParts = TokenParts & Pick<FetchMeans, 'fetch' | 'observer'>;

/** Made with the first use of a session. */
export class SessionInUse implements Fetching {
  readonly id: SessionId;
  /** The `fetch` of the session. */
  readonly fetch: Fetch;
  readonly #parts: UsedParts;
  readonly #tokens: SessionTokens;
  readonly #givenOut = new GivenOut();

  constructor(parts: UsedParts) {
    this.#parts = parts;
    this.#tokens = new SessionTokens(parts);
    this.id = parts.id;
    this.fetch = fetchWith(this, parts);
  }

  get snapshot(): AuthSnapshot {
    return this.#parts.chart.snapshot;
  }

  tell(event: AuthEvent): void {
    if (event.type === 'challenge.received') this.#tokens.hear(event);
    this.#parts.chart.tell(event);
  }

  quiet(signal?: AbortSignal): Promise<AuthSnapshot> {
    return this.#parts.quiet(signal);
  }

  inHand(): UsableToken | undefined {
    return this.#tokens.inHand();
  }

  usableToken(signal?: AbortSignal): Promise<UsableToken | undefined> {
    return this.#tokens.usable(signal);
  }

  prove(token: Pick<UsableToken, 'version'>): void {
    this.#tokens.prove(token);
  }

  /** A moment in the order of requests of the engine: what was asked for before a request is outdated by its 401. */
  mark(): number {
    return this.#parts.tools.remembered.mark();
  }

  /** What siblings did a moment ago, where the home could not tell it yet. */
  lookAgain(): Promise<void> {
    return this.#tokens.lookAgain();
  }

  /** Whether a login that brings these scopes was shown to the person a moment ago. */
  isJustShown(scopes: readonly string[]): Promise<boolean> {
    return isJustShown(this.#parts.tools, this.snapshot, scopes);
  }

  /** Whether a person is awaited for a login that was left by its process, and that nobody was led to from here. */
  isLeft({ context: { pending, presented } }: AuthSnapshot): boolean {
    if (!pending || pending.key === presented) return false;
    return this.#parts.tools.attended.isLeft(keys.as('pending', pending.key));
  }

  /** @param login that somebody has asked the session for; undefined when nobody has. */
  loginUrl(login: Promise<unknown> | undefined): Promise<string | undefined> {
    return loginPage(this.#parts.tools, this.#parts.chart, login);
  }

  holdings(): Promise<readonly Holding[]> {
    return holdingsOf(this.#parts.tools.records, this.id);
  }

  /** Somebody asks: what a server has refused before is asked for again. */
  askAnew(): void {
    this.#parts.tools.refusedRenewals.forget(keys.binding(this.id));
  }

  /** A token to give out. @throws AuthError why there is none. */
  async token(signal: AbortSignal | undefined, loginWait?: number): Promise<UsableToken> {
    const usable = await this.#waiting(loginWait).usableToken(signal);
    if (!usable) throw new AuthError(this.snapshot.context.failure ?? notLoggedIn(this.id));
    this.#givenOut.remember(usable);
    return usable;
  }

  /**
   * What a request that the host sends itself carries.
   * @param loginWait how long it waits for a person, in milliseconds; without it as long as the login lasts.
   */
  async authorization(
    { method, url, nonce, signal }: HostRequest,
    loginWait?: number,
  ): Promise<AuthorizationHeaders> {
    const at = new URL(url);
    refuseOtherOrigin(this, at);
    if (nonce !== undefined) this.#parts.tools.dpop.hear(at, nonce);
    const token = await this.token(signal, loginWait);
    return token.headersFor({ method: methodOf(method), url: at });
  }

  /** The `fetch` of the session, which waits for a person so many milliseconds at most. */
  fetchWithin(loginWait: number): Fetch {
    return fetchWith(this.#waiting(loginWait), this.#parts);
  }

  /** The session, as a request sees it that waits for a person so long. */
  #waiting(loginWait: number | undefined): Fetching {
    return loginWait === undefined ? this : waitingAtMost(this, loginWait, this.#parts.tools.sleep);
  }

  /**
   * Hears an answer to a request that the host sent itself.
   * @param loginWait how long it waits for a person, in milliseconds; without it as long as the login lasts.
   * @returns whether it is worth sending again.
   */
  async answered(response: Response, request: AnsweredRequest, loginWait?: number): Promise<boolean> {
    const { signal, method = 'GET', body, authorization } = request;
    const url = String(request.url ?? (response.url || this.id.resource));
    const grantVersion = this.#givenOut.versionSent(authorization);
    const answer = answerOf(response, new URL(this.id.resource).origin);
    const sent = this.#givenOut.tokenSent(authorization);
    const challenge = challengeOf(response, answer, sent);
    if (grantVersion !== null && provesGrant(answer)) this.prove({ version: grantVersion });
    if (!challenge) return false;
    const operation = operationOf(methodOf(method).toUpperCase(), url, body);
    const challenged = { challenge, grantVersion, operation };
    return (await meetChallenge(this.#waiting(loginWait), challenged, signal)) !== 'nothing new';
  }
}
