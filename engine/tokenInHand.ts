// The usable token of a running session, in memory and outside the chart: good for as long as the chart stays where it is.
import type { AuthContext } from '../machines/context.ts';
import type { AuthSnapshot, ChartInUse } from './sessionChart.ts';
import type { UsableToken } from './useGrant.ts';

/** A token, and until when nobody has to be asked about it. */
interface InHand {
  readonly token: UsableToken;
  /** Where the chart was then. It listens for what siblings do: what is not known here has not been heard of. */
  readonly snapshot: AuthSnapshot;
  /** When the grant is due. Epoch milliseconds. */
  readonly until: number;
  /** The next request that the resource accepts has something to forgive. */
  readonly hasToProve: boolean;
}

/**
 * One token at a time. It is good until the chart moves, whatever moved it: a 401, a sibling that renewed or signed out, a
 * login. And it is good until it is due, and while the chart runs, since one at rest hears nothing.
 */
export class TokenInHand {
  readonly #chart: ChartInUse;
  #held: InHand | undefined;

  constructor(chart: ChartInUse) {
    this.#chart = chart;
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

  /** Keeps a token that was just read for the grant that the chart has. */
  keep(token: UsableToken): void {
    const { running } = this.#chart;
    const grant = running?.context.grant;
    if (!running || grant?.version !== token.version) return;
    const until = Math.min(grant.refreshAt ?? Infinity, grant.expiresAt ?? Infinity);
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
function hasToProve({ budget, refused }: AuthContext): boolean {
  const { authorizations, renewals, registrations, pauses } = budget;
  return refused !== null || authorizations + renewals + registrations + pauses > 0;
}
