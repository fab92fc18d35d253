// What came of a run of chaos, in one line.

import type { Settings } from './journal.ts';
import type { Broken } from './judge.ts';
import type { Counts } from './people.ts';

export interface Figures extends Counts {
  readonly settings: Settings;
  readonly events: number;
  /** Users who were here during the chaos. */
  readonly wereHere: number;
  readonly renewals: number;
  /** Login pages, by why they were shown. */
  readonly pages: Readonly<Record<string, number>>;
  readonly broken: readonly Broken[];
  /** What each replica held in the end, in bytes. */
  readonly memory: readonly number[];
  /** What the records took in the end, and those of one user in the beginning. */
  readonly bytes: number;
  readonly bytesPerUser: number;
  /** What the replicas said on their error channel, with how often. */
  readonly said: Readonly<Record<string, number>>;
  /** From the start to the end of the chaos, and to the end of all. */
  readonly chaosSeconds: number;
  readonly seconds: number;
}

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

export function report(figures: Figures): string {
  const { settings, events, wereHere, calls, renewals, pages, broken, memory, bytes, slowest, seconds } =
    figures;
  const counts = new Map<string, number>();
  for (const { rule } of broken) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const found = [...counts].map(([rule, times]) => `BROKEN: ${rule} ${times} times`);
  const why = Object.entries(pages).map(([reason, times]) => `${times} ${reason}`);
  return [
    `chaos: ${found.join(', ') || 'no rule broken'}`,
    `${settings.users} users on ${settings.home}, ${settings.minutes} min, ${events} events, seed ${settings.seed}`,
    `${wereHere} of them here meanwhile, ${settings.sweep} in the end, ${calls} calls, ${renewals} renewals, slowest answer ${(slowest / 1000).toFixed(1)} s`,
    `login pages: ${why.join(', ') || 'none'}`,
    `records ${inMegabytes(bytes)}, replicas ${memory.map(inMegabytes).join(', ')}`,
    `${seconds} s`,
  ].join('; ');
}
