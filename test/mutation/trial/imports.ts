// How far each test is from a source, by imports: who loads it at once tells most about it.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../inventory.ts';

const imports = /(?:from|import)\s*\(?\s*'(\.[^']+\.tsx?)'/g;

/** Files that each file imports, as they are needed. */
const known = new Map<string, readonly string[]>();

function importsOf(file: string): readonly string[] {
  const before = known.get(file);
  if (before) return before;
  const text = textOf(file);
  const found = [...text.matchAll(imports)].map(([, path]) =>
    relative(root, join(root, dirname(file), path ?? '')),
  );
  known.set(file, found);
  return found;
}

/** Tests hold texts that look like imports, of files that are not there. */
function textOf(file: string): string {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return '';
  }
}

/** Steps from this file to each file that it loads. */
export function distancesFrom(file: string): ReadonlyMap<string, number> {
  const distances = new Map([[file, 0]]);
  // The map grows while it is walked, nearest first.
  for (const [here, distance] of distances) {
    for (const next of importsOf(here)) if (!distances.has(next)) distances.set(next, distance + 1);
  }
  return distances;
}
