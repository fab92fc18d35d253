// Lets people come at a steady rate, whether or not those before them are done, as people do.
import { setTimeout as pause } from 'node:timers/promises';

/** People under way at once, at most: one more is turned away, and counted. */
const AT_ONCE = 1_000;
/** How long those who are under way in the end may take, in milliseconds. */
const LONGEST = 60_000;

/** What became of those who came. */
export interface Arrivals {
  readonly came: number;
  /** From when each was to come until they were done, in milliseconds. */
  readonly took: readonly number[];
  readonly failed: number;
  /** The first reasons of those who failed. */
  readonly reasons: readonly string[];
  readonly turnedAway: number;
  readonly atOnce: number;
  /** Until the last was done, in milliseconds. */
  readonly time: number;
}

/**
 * Lets so many come a second, for so many seconds.
 * @param each what the one with this number does.
 */
export async function arrivals(
  rate: number,
  seconds: number,
  each: (number: number) => Promise<unknown>,
): Promise<Arrivals> {
  const took: number[] = [];
  const reasons: string[] = [];
  let [failed, turnedAway, underWay, atOnce] = [0, 0, 0, 0];
  const came = Math.round(rate * seconds);
  const began = performance.now();
  const one = async (number: number, due: number): Promise<void> => {
    underWay += 1;
    atOnce = Math.max(atOnce, underWay);
    try {
      await each(number);
      // From when it was due: who had to wait for this program to look has waited, too.
      took.push(performance.now() - due);
    } catch (error) {
      failed += 1;
      if (reasons.length < 5) reasons.push(error instanceof Error ? error.message : String(error));
    } finally {
      underWay -= 1;
    }
  };
  for (let number = 0; number < came; number += 1) {
    const due = began + (number * 1_000) / rate;
    const early = due - performance.now();
    if (early > 1) await pause(early);
    if (underWay < AT_ONCE) void one(number, due);
    else turnedAway += 1;
  }
  const end = performance.now();
  while (underWay > 0 && performance.now() - end < LONGEST) await pause(5);
  // Who is not done by then is not waited for any more.
  return {
    came,
    took: [...took],
    failed: failed + underWay,
    reasons,
    turnedAway,
    atOnce,
    time: performance.now() - began,
  };
}
