// What the contracts for parts of your own are made of: named tests that need no test runner.

/** A test: register it with the runner that you use. */
export interface ContractTest {
  /** What has to hold, in a sentence. */
  readonly name: string;
  /** Ends when it holds. @throws Error that says what does not. */
  readonly run: () => Promise<void>;
}

/** Says what does not hold. */
export function check(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

/** Two values that are the same as JSON. @param what begins the sentence. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [shownOf(actual), shownOf(expected)];
  check(found === wanted, `${what} has to be ${short(wanted)}, and is ${short(found)}.`);
}

const shownOf = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

const short = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** The code of the AuthError that it has to end with. @param what begins the sentence. */
export async function failsWith(code: string, work: Promise<unknown>, what: string): Promise<void> {
  const outcome = await ends(work, what, 5000).then(
    () => 'no failure',
    (thrown: unknown) => (thrown as { readonly code?: unknown } | null)?.code ?? String(thrown),
  );
  check(
    outcome === code,
    `${what} has to end with the AuthError "${code}", and ended with ${String(outcome)}.`,
  );
}

/** It has to end by itself. @param what begins the sentence. */
export async function ends<Result>(work: Promise<Result>, what: string, limit = 10_000): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} has to end, and has not after ${limit} ms.`)), limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
