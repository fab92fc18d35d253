// Reads a recorded run back: each line is judged, and what is no fact is counted and left out.
import type { TraceFact } from '../contract/trace.ts';
import { traceFact } from '../contract/traceSchema.ts';
import { readObject } from './json.ts';

/** Longest line and most lines that are read. */
const MAX_LINE = 64 * 1024;
const MAX_LINES = 100_000;

/** A recorded run that was read back. */
export interface Trace {
  readonly facts: readonly TraceFact[];
  /** Lines that are none of ours, or beyond what is read. */
  readonly skipped: number;
}

/** Reads the lines of a recorded run (NDJSON); what is no fact is counted, and left out. */
export function readTrace(ndjson: string): Trace {
  const lines = ndjson.split('\n').filter((line) => line.trim() !== '');
  const facts = lines.slice(0, MAX_LINES).flatMap((line) => readFact(line) ?? []);
  return { facts, skipped: lines.length - facts.length };
}

/** @returns nothing for what is no fact. */
export function readFact(line: string): TraceFact | undefined {
  if (line.length > MAX_LINE) return undefined;
  return traceFact.safeParse(readObject(line)).data;
}
