// Which starts are tried: how far apart processes begin, how long the person thinks, and whether their home tells.
import type { Telling } from './orders.ts';

export interface Round {
  readonly telling: Telling;
  /** When each process begins its login, in milliseconds after the first one. */
  readonly at: readonly number[];
  /** How long the person thinks before they answer a page, in milliseconds. */
  readonly thinks: number;
}

const tellings: readonly Telling[] = ['tells', 'cannot tell', 'fails to tell'];
const offsets = [0, 20, 80, 150, 300, 450, 600, 800, 1000];

/**
 * Offsets and thinking times in all combinations, over and over, on each kind of home.
 * @param size how many processes each of them has.
 */
export function rounds(size: number, count: number, thinking: readonly number[]): readonly Round[] {
  return Array.from({ length: count }, (_, round) => {
    const apart = offsets[round % offsets.length] ?? 0;
    return {
      telling: tellings[round % tellings.length] ?? 'tells',
      at: Array.from({ length: size }, (_one, index) => Math.round((apart * index) / (size - 1))),
      thinks: thinking[Math.floor(round / offsets.length) % thinking.length] ?? 0,
    };
  });
}
