// What a run has made of each arrow, and whether the drawings of it are up to date.
import { arrowsOf } from '../../machines/arrows.ts';
import { authMachine } from '../../machines/authMachine.ts';
import type { Coverage, Covered } from '../../visualizations/coverage/coverage.ts';
import type { Outcome } from './report.ts';

/**
 * The exhaustive walk and the paths are the same in each run; mutants may be a sample: then `before` says what all of
 * them have shown.
 */
export function coverageOf(outcomes: readonly Outcome[], before: Coverage, isAll: boolean): Coverage {
  const settings = outcomes.filter(({ job }) => job.kind === 'setting').map(({ result }) => result);
  const paths = outcomes.filter(({ job }) => job.kind === 'transitions').map(({ result }) => result);
  const tried = outcomes.flatMap(({ result }) => result.mutants ?? []);
  const of = (id: string): Covered => {
    const shown = tried.filter(({ arrow }) => arrow === id).flatMap(({ spec }) => spec);
    const known = isAll ? [] : (before[id]?.spec ?? []);
    return {
      walked: sum(settings.map(({ walked }) => walked?.[id])),
      driven: sum(paths.map(({ driven }) => driven?.[id])),
      spec: [...new Set([...known, ...shown])].sort(),
    };
  };
  return Object.fromEntries(arrowsOf(authMachine).map(({ id }) => [id, of(id)]));
}

/** Ids of arrows of which something else is drawn than a run has found, and those that are gone. */
export function outdated(found: Coverage, drawn: Coverage): readonly string[] {
  const ids = [...new Set([...Object.keys(found), ...Object.keys(drawn)])];
  return ids.filter((id) => JSON.stringify(found[id]) !== JSON.stringify(drawn[id]));
}

const sum = (counts: readonly (number | undefined)[]): number =>
  counts.reduce<number>((total, count) => total + (count ?? 0), 0);
