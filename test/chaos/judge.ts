// The rules of a run of chaos: what must never be, and which login pages are none too many.
import type { Breach, Page } from './ledger.ts';
import type { ChaosEvent } from './plan.ts';

/** What must never be, in the order in which it is told. */
export const rules = [
  'a login too many',
  'token of another user',
  'refresh token spent twice',
  'code spent twice',
  'answer of another user',
  'no answer in time',
  'answer without a code',
  'cannot call in the end',
  'a replica crashed',
] as const;
export type Rule = (typeof rules)[number];

export interface Broken {
  readonly rule: Rule;
  readonly user: string;
  readonly why: string;
}

/**
 * Why a person saw a login page.
 * - `first`, `step-up`, `signed out`: as it should be.
 * - `revoked`: the server had ended the login.
 * - `answer lost`: nobody ever used the tokens that the server issued last, and chaos was on then. A refresh token that may
 *   have been sent is never sent again, so a login helps.
 * - `broken off`: a replica was killed while something was asked for this user, who has got no tokens since then: nobody knows
 *   whether it had sent the refresh token.
 * - `interrupted`: the visit before came to no end while chaos was on.
 */
export type Reason =
  | 'first'
  | 'step-up'
  | 'signed out'
  | 'revoked'
  | 'spent twice'
  | 'answer lost'
  | 'broken off'
  | 'interrupted';

/** Chaos counts for what happens so long before or after it, in milliseconds. */
const MARGIN = 8_000;

export class Judge {
  readonly broken: Broken[] = [];
  readonly pages = new Map<Reason, number>();
  /** When a replica was killed last that may have renewed something for the user. Epoch milliseconds. */
  readonly #killed = new Map<string, number>();
  readonly #times: { readonly from: number; readonly to: number }[] = [];
  readonly #onBroken: (broken: Broken) => void;

  #isOver = false;

  constructor(onBroken: (broken: Broken) => void) {
    this.#onBroken = onBroken;
  }

  /** Chaos is on from now. @param served the users for whom something is done, or was a moment ago. */
  chaos({ do: what, lasts }: Pick<ChaosEvent, 'do' | 'lasts'>, served: Iterable<string> = []): void {
    if (what === 'kill replica') for (const user of served) this.#killed.set(user, Date.now());
    this.#times.push({ from: Date.now(), to: Date.now() + lasts });
  }

  /** A run that is stopped breaks nothing any more. */
  close(): void {
    this.#isOver = true;
  }

  break(rule: Rule, user: string, why: string): void {
    if (this.#isOver) return;
    const broken = { rule, user, why };
    this.broken.push(broken);
    this.#onBroken(broken);
  }

  breach({ rule, user, why }: Breach): void {
    this.break(rule, user, why);
  }

  /** @returns why the page was shown; nothing where there was no reason, and the rule is broken. */
  page(page: Page): Reason | undefined {
    const reason = this.#reasonOf(page);
    if (reason) this.pages.set(reason, (this.pages.get(reason) ?? 0) + 1);
    else {
      const { before, unfinishedAt } = page;
      const ago = (at: number | undefined): string => (at ? `${Date.now() - at} ms ago` : 'before the run');
      const known = before
        ? `the tokens of ${ago(before.issuedAt)} were good, and ${before.isUsed ? 'used' : 'not used yet'}`
        : `a visit ${ago(unfinishedAt)} came to no end`;
      this.break(
        'a login too many',
        page.user,
        `The person was there because of "${page.reason}"; ${known}.`,
      );
    }
    return reason;
  }

  #reasonOf({ user, before, unfinishedAt, reason, scope }: Page): Reason | undefined {
    const wasLost = before !== undefined && !before.isUsed && this.#wasOn(before.issuedAt, before.issuedAt);
    if (before?.ended) return before.ended;
    if (reason === 'signed out') return 'signed out';
    if (unfinishedAt !== undefined) return this.#wasOn(unfinishedAt, Date.now()) ? 'interrupted' : undefined;
    if (!before) return 'first';
    if (reason === 'step-up' && !scope.split(' ').every((one) => before.scope.split(' ').includes(one)))
      return 'step-up';
    if (wasLost) return 'answer lost';
    const killedAt = this.#killed.get(user) ?? Number.NEGATIVE_INFINITY;
    return before.issuedAt <= killedAt ? 'broken off' : undefined;
  }

  #wasOn(from: number, to: number): boolean {
    return this.#times.some((one) => one.from - MARGIN < to && from < one.to + MARGIN);
  }
}
