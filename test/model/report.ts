// What all results mean together: the figures, what is missing, and the one line at the end.

import { allStates } from '../../engine/states.ts';
import { arrowsOf } from '../../machines/arrows.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { joinRows, readTestFiles } from '../requirements/rows.ts';
import { invariants, prospects } from './invariants/index.ts';
import type { Job, Result, Tried } from './jobs.ts';

export interface Outcome {
  readonly job: Job;
  readonly result: Result;
  readonly seconds: number;
}

export interface Report {
  readonly isComplete: boolean;
  readonly line: string;
  readonly figures: object;
}

export async function report(outcomes: readonly Outcome[]): Promise<Report> {
  const results = outcomes.map(({ result }) => result);
  const arrows = arrowsOf(authMachine).map(({ id }) => id);
  const driven = new Set(results.flatMap((one) => Object.keys(one.driven ?? {})));
  // The engine goes where pure steps have been.
  const walked = new Set([...results.flatMap((one) => Object.keys(one.walked ?? {})), ...driven]);
  const mutants = results.flatMap((one) => one.mutants ?? []);
  const survivors = mutants.filter((one) => one.objection === undefined && one.argument === undefined);
  const isJudged = outcomes.some(({ job }) => job.kind === 'setting' && !job.isDriven);
  // A setting that was walked and driven is one graph.
  const graphs = outcomes.filter(({ job }) => job.kind === 'setting' && job.isDriven !== isJudged);
  const walks = graphs.map(({ result }) => result);
  const asked = isJudged ? [...invariants, ...prospects] : [];
  const rows = joinRows(await readTestFiles());
  const violations = results.flatMap(({ violation }) => violation ?? []);
  const missing = {
    walked: arrows.filter((id) => !walked.has(id)),
    driven: arrows.filter((id) => !driven.has(id)),
  };
  const figures = {
    transitions: { all: arrows.length, walked: walked.size, driven: driven.size, missing },
    states: allStates.size,
    graph: { states: sum(walks, 'states'), edges: sum(walks, 'edges') },
    engine: { steps: sum(results, 'steps'), seconds: secondsOf(outcomes) },
    invariants: asked.map(({ holds, spec }) => ({ holds, spec })),
    mutants: { tried: mutants.length, byFault: byFault(mutants), survivors, argued: argued(mutants) },
    worlds: { worlds: sum(results, 'worlds'), requests: sum(results, 'requests') },
    faultyEngines: { noticed: sum(results, 'noticed') },
    requirements: { rows: rows.length, inInvariants: new Set(asked.flatMap(({ spec }) => [...spec])).size },
    violations,
  };
  const isComplete =
    violations.length + survivors.length + missing.walked.length + missing.driven.length === 0;
  return { isComplete, line: lineOf(figures), figures };
}

type Figures = Readonly<{
  transitions: { all: number; driven: number };
  graph: { states: number; edges: number };
  engine: { steps: number };
  invariants: readonly object[];
  mutants: { tried: number; survivors: readonly Tried[]; argued: readonly Tried[] };
  worlds: { worlds: number };
  requirements: { inInvariants: number };
  violations: readonly string[];
}>;

function lineOf({ transitions, graph, engine, mutants, worlds, requirements, ...all }: Figures): string {
  const killed = mutants.tried - mutants.survivors.length - mutants.argued.length;
  const tried = (count: number, text: string): readonly string[] => (count === 0 ? [] : [text]);
  return [
    `model: ${transitions.driven} of ${transitions.all} transitions on the real engine in ${engine.steps} steps`,
    `${graph.states} states and ${graph.edges} edges of the graph`,
    ...tried(
      all.invariants.length,
      `${all.invariants.length} invariants for ${requirements.inInvariants} requirements`,
    ),
    ...tried(
      mutants.tried,
      `${killed} of ${mutants.tried} mutants killed and ${mutants.argued.length} argued`,
    ),
    ...tried(worlds.worlds, `${worlds.worlds} random worlds`),
    `${all.violations.length} violations`,
  ].join('; ');
}

const sum = (
  results: readonly Result[],
  what: 'states' | 'edges' | 'steps' | 'worlds' | 'requests' | 'noticed',
): number => results.reduce((total, one) => total + (one[what] ?? 0), 0);

/** Seconds of work by kind of job, all processes together. */
function secondsOf(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const seconds: Record<string, number> = {};
  for (const { job, seconds: took } of outcomes) {
    seconds[job.kind] = Math.round(((seconds[job.kind] ?? 0) + took) * 10) / 10;
  }
  return seconds;
}

function byFault(mutants: readonly Tried[]): Readonly<Record<string, { tried: number; killed: number }>> {
  const faults: Record<string, { tried: number; killed: number }> = {};
  for (const { fault, objection } of mutants) {
    const { tried, killed } = faults[fault] ?? { tried: 0, killed: 0 };
    faults[fault] = { tried: tried + 1, killed: killed + (objection === undefined ? 0 : 1) };
  }
  return faults;
}

const argued = (mutants: readonly Tried[]): readonly Tried[] =>
  mutants.filter((one) => one.objection === undefined && one.argument !== undefined);
