// The pages that a person was shown: one that is shown again to somebody who asks later is the same page.

/** A page that a browser was told to open. */
export interface Opening {
  readonly url: string;
  /** In milliseconds, on any clock. */
  readonly at: number;
}

/** Who asks later than that for a login that is under way is shown its page again, in milliseconds. */
const AT_ONCE = 3_000;

/**
 * What was opened, oldest first. On a machine that is busy, processes that start together ask far apart: a page that they
 * are shown again for that is not counted.
 */
export function pagesIn(openings: readonly Opening[]): readonly string[] {
  const isAgain = ({ url, at }: Opening): boolean =>
    openings.some((one) => one.url === url && at > one.at + AT_ONCE);
  return openings.filter((one) => !isAgain(one)).map(({ url }) => url);
}
