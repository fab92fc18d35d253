// The usable token of a running session, in memory and outside the chart: good for as long as the chart stays where it is.
import type { AuthContext } from '../machines/context.ts';
import type { AuthSnapshot, ChartInUse } from './sessionChart.ts';
import type { UsableToken } from './useGrant.ts';

/** A token, and until when nobody has to be asked about it. */
interface InHand {
  readonly token: UsableToken;
  /** Where the chart was then. It listens for what siblings do: what is not known here has not been heard of. */
  readonly snapshot: AuthSnapshot;
  /** When the grant is due, or the store has to be looked at again. Epoch milliseconds. */
  readonly until: number;
}

/** How long a token is used without a look at a home that tells of nothing, in milliseconds. */
const UNTOLD = 5_000;

/**
 * One token at a time. It is good until the chart moves, whatever moved it: a 401, a sibling that renewed or signed out, a
 * login. And it is good until it is due, and while the chart runs, since one at rest hears nothing.
 */
export class TokenInHand {
  readonly #chart: ChartInUse;
  readonly #trusted: number;
  #held: InHand | undefined;

  /** @param isTold whether the home of the records tells of changes. */
  constructor(chart: ChartInUse, isTold: boolean) {
    this.#chart = chart;
    this.#trusted = isTold ? Number.POSITIVE_INFINITY : UNTOLD;
  }

  /**
   * @param now epoch milliseconds.
   * @returns nothing when the store has to be read.
   */
  at(now: number): UsableToken | undefined {
    const held = this.#held;
    if (held === undefined) return undefined;
    if (this.#chart.running === held.snapshot && now < held.until) return held.token;
    this.#held = undefined;
    return undefined;
  }

  /**
   * Keeps a token that was just read for the grant that the chart has.
   * @param now epoch milliseconds.
   */
  keep(token: UsableToken, now: number): void {
    const { running } = this.#chart;
    const grant = running?.context.grant;
    if (!running || grant?.version !== token.version) return;
    const until = Math.min(grant.refreshAt ?? Infinity, grant.expiresAt ?? Infinity, now + this.#trusted);
    this.#held = { token, snapshot: running, until };
  }

  /** Whether the chart has to hear that the resource has accepted this token: where it has something to forgive. */
  hasToProve({ version }: Pick<UsableToken, 'version'>): boolean {
    const { grant, refused, budget } = this.#chart.snapshot.context;
    if (grant?.version !== version) return false;
    return refused?.version === version || isSpent(budget);
  }
}

/** Whether any of what an accepted request gives back is spent. */
function isSpent({ authorizations, renewals, registrations, pauses }: AuthContext['budget']): boolean {
  return authorizations + renewals + registrations + pauses > 0;
}
