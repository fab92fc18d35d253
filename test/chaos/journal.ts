// The journal of a run of chaos: its plan, and what happened, line by line. A run is played again from it.
import { mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { homes } from './database.ts';
import { rules } from './judge.ts';
import { chaosEvent } from './plan.ts';

/** What a run is told. */
export const settings = z.object({
  seed: z.string(),
  minutes: z.number(),
  users: z.number(),
  /** Users who log in for the first time, of all. */
  fresh: z.number(),
  /** Users who are there at once. */
  together: z.number(),
  /** The longest pause of a replica, in milliseconds. */
  longestPause: z.number(),
  /** Users who call once more in the end: those who were here during the chaos first. */
  sweep: z.number(),
  home: z.enum(homes),
  /** A fault that is put in, to see that it is found. */
  plant: z.optional(z.literal('lost-spend')),
});
export type Settings = z.infer<typeof settings>;

/** Milliseconds since the chaos began. */
const at = z.number();
const line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), settings, plan: z.array(chaosEvent) }),
  z.object({ kind: z.literal('chaos'), at, event: chaosEvent }),
  /** A login page that needs a reason. */
  z.object({ kind: z.literal('page'), at, user: z.string(), reason: z.string() }),
  /** An answer that took longer than usual, in milliseconds. */
  z.object({
    kind: z.literal('slow'),
    at,
    user: z.string(),
    request: z.string(),
    status: z.number(),
    took: z.number(),
  }),
  z.object({ kind: z.literal('broken'), at, rule: z.enum(rules), user: z.string(), why: z.string() }),
]);
export type Line = z.infer<typeof line>;
export type Run = Extract<Line, { kind: 'run' }>;

/** Begins a journal, in place of the one that is there. @returns what adds a line, which is written at once. */
export function openJournal(path: string): (line: Line) => void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w', 0o600);
  return (one) => void writeSync(file, `${JSON.stringify(one)}\n`);
}

/** @throws Error when it is no journal. */
export function readJournal(path: string): readonly [Run, ...Line[]] {
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => line.safeParse(JSON.parse(text)));
  const read = lines.flatMap(({ data }) => data ?? []);
  const [run, ...rest] = read;
  if (run?.kind !== 'run' || read.length !== lines.length)
    throw new Error(`${path} is no journal of a run of chaos.`);
  return [run, ...rest];
}

/** Where a run differs from the one that it is to repeat, in sentences. */
export function differences(before: readonly Line[], now: readonly Line[]): readonly string[] {
  const eventsOf = (lines: readonly Line[]): readonly string[] =>
    lines.flatMap((one) => (one.kind === 'chaos' ? [JSON.stringify(one.event)] : []));
  const [events, again] = [eventsOf(before), eventsOf(now)];
  const first = events.findIndex((event, index) => event !== again[index]);
  const length =
    events.length === again.length ? [] : [`There were ${events.length} events; now ${again.length}.`];
  const order =
    first < 0 ? [] : [`Event ${first + 1} was ${events[first]}; now it is ${again[first] ?? 'none'}.`];
  const broken = rules.flatMap((rule) => {
    const count = (lines: readonly Line[]): number =>
      lines.filter((one) => one.kind === 'broken' && one.rule === rule).length;
    const [was, is] = [count(before), count(now)];
    return was === is ? [] : [`"${rule}" was broken ${was} times; now ${is} times.`];
  });
  return [...length, ...order, ...broken];
}
