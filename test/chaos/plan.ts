// What goes wrong in a run of chaos, and when: drawn by a seed, so that the same seed gives the same plan.
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';

export const REPLICAS = 3;

const at = z.number();
const lasts = z.number();
const replica = z.number();

/** One thing that goes wrong. `at` is counted from the start of the chaos; all times are in milliseconds. */
export const chaosEvent = z.discriminatedUnion('do', [
  /** SIGKILL; it is started again after `lasts`. */
  z.object({ do: z.literal('kill replica'), at, lasts, replica }),
  /** SIGSTOP, and SIGCONT after `lasts`. */
  z.object({ do: z.literal('pause replica'), at, lasts, replica }),
  /** SIGTERM; it is started again after `lasts`. */
  z.object({ do: z.literal('end replica'), at, lasts, replica }),
  z.object({ do: z.literal('pause database'), at, lasts }),
  /** The database ends the connections of all its clients. */
  z.object({ do: z.literal('cut database'), at, lasts }),
  /** Nothing gets from the replicas to the database, and what is open is closed. */
  z.object({ do: z.literal('drop network'), at, lasts }),
  /** The clock of a replica is wrong by `by`. */
  z.object({ do: z.literal('skew clock'), at, lasts, replica, by: z.number() }),
  /** The authorization server answers 503, or closes each connection before it reads what came. */
  z.object({ do: z.literal('server down'), at, lasts, how: z.enum(['503', 'cut']) }),
  /** The authorization server ends the logins of so many users, of those who were here last. */
  z.object({ do: z.literal('revoke'), at, lasts, users: z.number() }),
]);
export type ChaosEvent = z.infer<typeof chaosEvent>;

/** Numbers from 0 to 1, always the same ones for a seed. (mulberry32) */
export function drawn(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The pause between the starts of two events. */
const [SOONEST, LATEST] = [3_000, 9_000];
/**
 * A replica stands still no longer than this, in milliseconds, unless it is asked for: below the time limit of a request.
 * Above it, a refresh whose answer waits unread counts as timed out, and its token is sent again.
 */
export const LONGEST_PAUSE = 3_000;
/** Clocks are wrong by so much. */
const [LEAST_SKEW, MOST_SKEW] = [60_000, 240_000];

/**
 * Every kind comes once before one comes again. An event may begin while the one before lasts.
 * @param length of the chaos, in milliseconds. All events are over at its end.
 * @param longestPause of a replica, in milliseconds.
 */
export function planOf(seed: string, length: number, longestPause = LONGEST_PAUSE): readonly ChaosEvent[] {
  const draw = drawn(`plan ${seed}`);
  const between = (least: number, most: number): number => Math.round(least + draw() * (most - least));
  const kinds: readonly ((one: { at: number; lasts: number; replica: number }) => ChaosEvent)[] = [
    (one) => ({ do: 'kill replica', ...one }),
    (one) => ({ do: 'pause replica', ...one, lasts: between(500, longestPause) }),
    (one) => ({ do: 'end replica', ...one }),
    ({ at, lasts }) => ({ do: 'pause database', at, lasts }),
    ({ at }) => ({ do: 'cut database', at, lasts: 0 }),
    ({ at, lasts }) => ({ do: 'drop network', at, lasts }),
    (one) => ({
      do: 'skew clock',
      ...one,
      lasts: between(10_000, 30_000),
      by: between(LEAST_SKEW, MOST_SKEW) * (draw() < 0.5 ? -1 : 1),
    }),
    ({ at, lasts }) => ({ do: 'server down', at, lasts, how: draw() < 0.5 ? '503' : 'cut' }),
    ({ at }) => ({ do: 'revoke', at, lasts: 0, users: between(1, 5) }),
  ];
  const events: ChaosEvent[] = [];
  let deck: (typeof kinds)[number][] = [];
  for (let at = between(1_000, SOONEST); ; at += between(SOONEST, LATEST)) {
    if (deck.length === 0) deck = [...kinds];
    const [kind] = deck.splice(Math.floor(draw() * deck.length), 1);
    const event = kind?.({ at, lasts: between(1_000, 7_000), replica: Math.floor(draw() * REPLICAS) });
    if (!event || at > length) return events;
    if (at + event.lasts <= length) events.push(event);
  }
}

/** An event in a few words. */
export function wordsOf(event: ChaosEvent): string {
  const which = 'replica' in event ? ` ${event.replica}` : '';
  const lasts = event.lasts > 0 ? ` for ${(event.lasts / 1000).toFixed(1)} s` : '';
  switch (event.do) {
    case 'skew clock':
      return `${event.do} of replica${which} by ${Math.round(event.by / 1000)} s${lasts}`;
    case 'server down':
      return `${event.do} (${event.how})${lasts}`;
    case 'revoke':
      return `${event.do} ${event.users} logins`;
    default:
      return `${event.do}${which}${lasts}`;
  }
}
