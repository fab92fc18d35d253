// How the model tests each arrow. `npm run model` counts it, writes it beside this file, and says when it has changed.
import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { Model } from '../model.ts';

const covered = z.object({
  /** How many edges of the exhaustive walk take the arrow. */
  walked: z.number(),
  /** On how many paths the real engine has taken the arrow. */
  driven: z.number(),
  /** Ids of the requirements that a wrong arrow breaks: those of the invariants that failed for a mutant of the arrow. */
  spec: z.array(z.string()),
});

/** How the model tests one arrow. */
export type Covered = z.infer<typeof covered>;

/** By the id of the arrow, in the order of the chart. */
export type Coverage = Readonly<Record<string, Covered>>;

const file = new URL('coverage.json', import.meta.url);
const coverage = z.record(z.string(), covered);

/** Reads the counts. @throws an error of the file system or of the schema when the file is missing or has other content. */
export async function readCoverage(): Promise<Coverage> {
  return coverage.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** Writes the counts. */
export async function writeCoverage(found: Coverage): Promise<void> {
  await writeFile(file, `${JSON.stringify(found, null, 2)}\n`);
}

/**
 * Ids of the requirements that each arrow serves: a wrong arrow breaks them, and they belong to a state that the arrow
 * leaves or enters. An invariant stands for several requirements, and the states show which of them apply. A requirement
 * that only actors keep has no arrow.
 */
export function servedBy(
  { states, arrows }: Model,
  coverage: Coverage,
): ReadonlyMap<string, readonly string[]> {
  const has = (path: string | undefined, id: string): boolean =>
    path !== undefined && states.get(path)?.spec.includes(id) === true;
  const isMeant = ({ source, target }: Model['arrows'][number], id: string): boolean =>
    has(source, id) || has(target, id);
  const broken = (arrow: Model['arrows'][number]): readonly string[] => coverage[arrow.id]?.spec ?? [];
  const meant = new Set(arrows.flatMap((arrow) => broken(arrow).filter((id) => isMeant(arrow, id))));
  return new Map(
    arrows.map((arrow) => [arrow.id, broken(arrow).filter((id) => isMeant(arrow, id) || !meant.has(id))]),
  );
}
