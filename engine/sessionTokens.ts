// The tokens of one session: the one in hand, else the one in the store, renewed first when it is due.
import { currentGrant, grantBesideLogin } from '../actors/records/recall.ts';
import type { Tools } from '../actors/tools/tools.ts';
import { orClosed } from '../actors/tools/waiting.ts';
import { AuthError } from '../contract/errors.ts';
import type { Grant, SessionId } from '../contract/facts.ts';
import type { AuthEvent } from '../machines/context.ts';
import { orAborted } from './aborting.ts';
import type { Challenged } from './answers.ts';
import { refuseDisposed } from './disposed.ts';
import type { AuthSnapshot, ChartInUse } from './sessionChart.ts';
import { failureOfOutdated, grantMeanwhile, isPersonsTurnOrRest } from './states.ts';
import { TokenInHand } from './tokenInHand.ts';
import { type UsableToken, useGrant } from './useGrant.ts';

/** What tokens are found with. */
export interface TokenParts {
  readonly id: SessionId;
  readonly chart: ChartInUse;
  readonly tools: Tools;
  /** Waits until nothing is in flight, but not for a person whom nobody here has sent anywhere. */
  readonly quiet: (signal: AbortSignal | undefined) => Promise<AuthSnapshot>;
}

/** How often the store is looked at again because siblings keep changing the grant. */
const MAX_LOOKS = 3;

/** How often it is said that a session is used, in milliseconds: its chart may be put to rest so much too early. */
const USED_EVERY = 1_000;

/** Finds the token that a request is sent with. */
export class SessionTokens {
  readonly #parts: TokenParts;
  readonly #inHand: TokenInHand;
  /** The version of the grant whose token the resource has refused last: it is not used while a person is led elsewhere. */
  #refused: string | null = null;
  /** When it was last said that the session is used. Epoch milliseconds. */
  #usedAt = 0;

  constructor(parts: TokenParts) {
    this.#parts = parts;
    this.#inHand = new TokenInHand(parts.chart, parts.tools.records.isTold);
  }

  /** The token that is in hand: nothing is read, asked or awaited for it. */
  inHand(): UsableToken | undefined {
    const now = this.#parts.tools.now();
    const token = this.#inHand.at(now);
    if (token?.version === this.#refused) return undefined;
    if (token && now - this.#usedAt >= USED_EVERY) {
      this.#usedAt = now;
      this.#parts.chart.used();
    }
    return token;
  }

  /** The token to send, if there is one; renewed first when it is due. */
  async usable(signal?: AbortSignal): Promise<UsableToken | undefined> {
    const { chart, tools } = this.#parts;
    refuseDisposed(tools);
    const token = this.inHand();
    if (token) return token;
    const before = await orAborted(chart.until(isPersonsTurnOrRest), signal);
    if (!before.hasTag('canSend')) await orAborted(this.lookAgain(), signal);
    for (let look = 1; ; look += 1) {
      const grant = this.#meanwhile() ?? (await this.#grant(signal));
      if (!grant) return undefined;
      const found = await orAborted(this.#stored(grant), signal);
      if (found?.version === grant.version) this.#inHand.keep(found, tools.now());
      if (found?.version === grant.version || look === MAX_LOOKS) return found;
      this.#tell({ type: 'grant.changed', grantVersion: found?.version ?? null });
    }
  }

  /** What siblings did a moment ago, where the home could not tell it yet: looked at when somebody asks. */
  async lookAgain(): Promise<void> {
    const { chart, tools, id } = this.#parts;
    const before = chart.snapshot;
    if (before.matches('rejected')) return;
    const { grant } = before.context;
    const issuer = before.hasTag('canSend') ? grant?.issuer : undefined;
    const find = before.hasTag('needsUser') ? grantBesideLogin : currentGrant;
    const read = orClosed(find(tools, id, issuer), tools.closing, 'requesting');
    const grantVersion = (await read)?.version ?? null;
    if (grantVersion === (grant?.version ?? null)) return;
    this.#tell({ type: 'grant.changed', grantVersion });
    await chart.until(isPersonsTurnOrRest);
  }

  /** The resource asks for something: with a 401 it has refused the token. */
  hear({ challenge, grantVersion }: Pick<Challenged, 'challenge' | 'grantVersion'>): void {
    if (challenge.status === 401) this.#refused = grantVersion;
  }

  #meanwhile(): Grant | undefined {
    const { chart, tools } = this.#parts;
    const grant = grantMeanwhile(chart.snapshot, tools.now());
    return grant?.version === this.#refused ? undefined : grant;
  }

  /** The resource has accepted this token: the chart hears of it where that changes something (TOK-12). */
  prove(token: Pick<UsableToken, 'version'>): void {
    if (this.#inHand.hasToProve(token)) this.#tell({ type: 'grant.proved', grantVersion: token.version });
  }

  async #stored(grant: Grant): Promise<UsableToken | undefined> {
    const { chart, tools, id } = this.#parts;
    const { binding } = chart.snapshot.context;
    const read = orClosed(useGrant(tools, id, grant, binding?.issuer), tools.closing, 'requesting');
    return read.catch((error: unknown) => {
      // What cannot be used any more is not remembered either: the next login starts afresh.
      if (error instanceof AuthError && error.code === 'grant_refused')
        this.#tell({ type: 'grant.changed', grantVersion: null });
      throw error;
    });
  }

  async #grant(signal: AbortSignal | undefined): Promise<Grant | null> {
    const { tools, quiet } = this.#parts;
    let snapshot = await quiet(signal);
    const at = tools.now();
    if (snapshot.can({ type: 'renewal.requested', at })) {
      this.#tell({ type: 'renewal.requested', at });
      snapshot = await quiet(signal);
    }
    if (!snapshot.hasTag('canSend')) return null;
    const failure = failureOfOutdated(snapshot, tools.now());
    if (failure) throw new AuthError(failure);
    return snapshot.context.grant;
  }

  #tell(event: AuthEvent): void {
    this.#parts.chart.tell(event);
  }
}
