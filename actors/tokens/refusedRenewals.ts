// Renewals that a server has refused: its word is remembered for a while, so that calls do not ask again and again.
import type { Failure } from '../../contract/errors.ts';
import { isRefusedForGood } from '../../protocol/renewal.ts';

/** How long a refusal is remembered, in milliseconds: a host that has mended its client is not held up for long. */
const REMEMBERED = 60_000;
/** So many are kept at most; then the oldest is forgotten. */
const MOST = 1_000;

interface Refused {
  /** Version of the grant: another one was not refused. */
  readonly version: string;
  readonly failure: Failure;
  /** Epoch milliseconds. */
  readonly at: number;
  /** For how many milliseconds it holds. */
  readonly lasts: number;
}

/** The refusals of one engine, by the key of the session's binding. */
export class RefusedRenewals {
  readonly #known = new Map<string, Refused>();

  /** @param now epoch milliseconds. */
  note(key: string, version: string, failure: Failure, now: number): void {
    const lasts = lastsOf(failure);
    this.#known.delete(key);
    if (lasts === 0) return;
    this.#known.set(key, { version, failure, at: now, lasts });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  /** A person asks: nobody is held up by what was said before. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  /** What the server has said of this version of a grant, while that holds. @param now epoch milliseconds. */
  of(key: string, version: string, now: number): Failure | undefined {
    const known = this.#known.get(key);
    if (known?.version !== version) return undefined;
    const age = now - known.at;
    return age >= 0 && age < known.lasts ? known.failure : undefined;
  }
}

/** A server that asks for some time gets it; one whose word is final is not asked for a minute; 0: ask again. */
function lastsOf(failure: Failure): number {
  if (isRefusedForGood(failure)) return REMEMBERED;
  return failure.code === 'server_unavailable' ? Math.min(failure.retryAfter ?? 0, REMEMBERED) : 0;
}
