// When a grant is to be renewed: a little ahead of its end, by clocks that disagree.

/** How long before the end a renewal is due, in milliseconds: a minute, or a tenth of a short life. */
const LEEWAY = 60_000;

/** @returns epoch milliseconds for the end and for the renewal; nothing for an unknown lifetime. */
export function lifetime(
  expiresIn: number | undefined,
  renewable: boolean,
  now: number,
): { readonly expiresAt?: number; readonly refreshAt?: number } {
  if (expiresIn === undefined) return {};
  const span = expiresIn * 1000;
  const expiresAt = now + span;
  return { expiresAt, refreshAt: renewable ? expiresAt - Math.min(LEEWAY, span / 10) : expiresAt };
}

/** The first pause, and the shortest: `Retry-After: 0` is no reason to try without end. */
const SHORTEST = 1000;

/** How long to wait after a failure before the next try, in milliseconds: what the server asked, or a growing pause. */
export function pause(failures: number, asked: number | undefined): number {
  return Math.max(asked ?? Math.min(SHORTEST * 2 ** failures, 60_000), SHORTEST);
}
