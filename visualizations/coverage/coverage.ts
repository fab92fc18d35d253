// What the model has made of each arrow. `npm run model` counts it, keeps it beside this file, and tells when it has changed.
import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { Model } from '../model.ts';

const covered = z.object({
  /** How many edges of the exhaustive walk take it. */
  walked: z.number(),
  /** On how many paths the real engine has taken it. */
  driven: z.number(),
  /** Ids of the requirements that are broken when it is wrong: by the word of the invariants that objected to a mutant. */
  spec: z.array(z.string()),
});

/** What the model has made of one arrow. */
export type Covered = z.infer<typeof covered>;

/** By the id of the arrow, in the order of the chart. */
export type Coverage = Readonly<Record<string, Covered>>;

const file = new URL('coverage.json', import.meta.url);
const coverage = z.record(z.string(), covered);

/** @throws an error of the file system or of the schema, when it is missing or is something else. */
export async function readCoverage(): Promise<Coverage> {
  return coverage.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** Keeps what the model counted, beside this file. */
export async function writeCoverage(found: Coverage): Promise<void> {
  await writeFile(file, `${JSON.stringify(found, null, 2)}\n`);
}

/**
 * Ids of the requirements that each arrow serves: it breaks them when it is wrong, and leaves or enters a state that has
 * them. An invariant stands for several requirements at once; the states tell which of them is meant here. A requirement
 * that is kept within actors alone has no arrow.
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
