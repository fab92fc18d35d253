// Feeds one target with changed inputs, and keeps those that bring something new. Ends at the first broken promise.
import { AuthError } from '../../contract/errors.ts';
import { CANARY } from './corpora.ts';
import { mutated, randomOf } from './mutate.ts';
import type { Target } from './targets.ts';

/** How many inputs are kept at most. */
const MOST_KEPT = 2_000;
/** Whether something has reached the prototype of all objects is looked at this often. */
const OFTEN = 1_000;

/** What one process is asked for. */
export interface FuzzJob {
  /** Name of the target. */
  readonly target: string;
  readonly inputs: number;
  readonly seed: number;
}

interface Finding {
  readonly input: string;
  readonly why: string;
}

export interface Fuzzed {
  readonly inputs: number;
  /** How many different things came of them. */
  readonly outcomes: number;
  readonly finding?: Finding;
}

const before = Object.getOwnPropertyNames(Object.prototype).length;

export function fuzz(target: Target, inputs: number, seed: number): Fuzzed {
  const random = randomOf(seed);
  const kept = [...target.corpus];
  const outcomes = new Set<string>();
  for (let done = 0; done < inputs; done += 1) {
    const from = kept[Math.floor(random() * kept.length)] ?? '';
    // Each good input is tried as it is, first.
    const input = target.corpus[done] ?? mutated(from, kept, random);
    const { outcome, objection } = outcomeOf(target, input);
    const why = objection ?? (done % OFTEN === 0 ? pollution() : undefined);
    if (why !== undefined) return { inputs: done + 1, outcomes: outcomes.size, finding: { input, why } };
    if (outcomes.has(outcome)) continue;
    outcomes.add(outcome);
    if (kept.length < MOST_KEPT) kept.push(input);
  }
  return { inputs, outcomes: outcomes.size };
}

function outcomeOf(
  { read }: Target,
  input: string,
): { readonly outcome: string; readonly objection?: string } {
  try {
    return { outcome: read(input) };
  } catch (thrown) {
    const outcome = thrown instanceof AuthError ? thrown.code : String(thrown);
    if (!(thrown instanceof AuthError)) return { outcome, objection: `threw ${outcome}` };
    const shows = JSON.stringify(thrown.toFailure()).includes(CANARY);
    return { outcome, ...(shows && { objection: 'a secret is in the error' }) };
  }
}

function pollution(): string | undefined {
  const names = Object.getOwnPropertyNames(Object.prototype).length;
  return names === before ? undefined : 'the prototype of all objects was changed';
}
