// How the time of a reader grows with the size of its input: twice the size should take about twice the time.
import type { Target } from './targets.ts';

/** In characters. */
const SIZES = [16_384, 65_536, 262_144, 1_048_576];
const TRIES = 5;

/** Pieces that a careless reader looks at again and again. */
const pieces = ['"', '\\', ',', ' ', '=', '[', '{"a":', 'a=', '%', '.', '/', 'Bearer ', ':', '\u0301'];

/** The shortest of some tries, in milliseconds: what else the machine does is not counted. */
function timeOf({ read }: Target, input: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const started = performance.now();
    try {
      read(input);
    } catch {
      // What comes of it is asked elsewhere.
    }
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

/** One line: the slowest piece, its time at each size in milliseconds, and how it grew from the last but one to the last. */
export function growthOf(target: Target): string {
  const [start = ''] = target.corpus;
  const rows = pieces.map((piece) => {
    const grown = (size: number): string => start + piece.repeat(Math.ceil(size / piece.length));
    return { piece, times: SIZES.map((size) => timeOf(target, grown(size))) };
  });
  rows.sort((one, other) => (other.times.at(-1) ?? 0) - (one.times.at(-1) ?? 0));
  const { piece = '', times = [] } = rows[0] ?? {};
  const [before = 0, last = 0] = times.slice(-2);
  const shown = times.map((time) => time.toFixed(2)).join(', ');
  return `${target.name.padEnd(28)} ${JSON.stringify(piece)} repeated: ${shown} ms at ${SIZES.join(', ')} characters; × ${(last / before).toFixed(1)} for × 4`;
}
