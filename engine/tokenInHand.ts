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
  /** The next request that the resource accepts has something to forgive. */
  readonly hasToProve: boolean;
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
    this.#held = { token, snapshot: running, until, hasToProve: hasToProve(running.context) };
  }

  /** Whether the chart has to hear that the resource has accepted this token. */
  hasToProve({ version }: Pick<UsableToken, 'version'>): boolean {
    const held = this.#held;
    if (held && this.#chart.running === held.snapshot) return held.hasToProve;
    const { context } = this.#chart.snapshot;
    return context.grant?.version === version && hasToProve(context);
  }
}

/** Whether a budget is spent, or a grant counts as refused: an accepted request ends both. */
function hasToProve({ budget, refused, grant }: AuthContext): boolean {
  const { authorizations, renewals, registrations, pauses } = budget;
  const isRefused = refused !== null && refused.version === grant?.version;
  return isRefused || authorizations + renewals + registrations + pauses > 0;
}
