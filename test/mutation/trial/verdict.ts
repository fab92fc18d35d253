// What is known of a mutant.

export type Verdict =
  /** A test fails. */
  | { readonly how: 'killed'; readonly by: string; readonly why?: string }
  /** A test does not come to an end. */
  | { readonly how: 'endless'; readonly by: string }
  /** The tests that come by find nothing. `ms`: how long those take that were tried, in milliseconds. */
  | { readonly how: 'survived'; readonly ms: number; readonly isAll: boolean }
  /** No test comes by. */
  | { readonly how: 'unreached' };

export type Verdicts = Map<number, Verdict>;
