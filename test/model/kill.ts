// Tries mutants on steps of the right chart: a fault that no invariant objects to shows that something is not looked at.
import type { AuthMachine } from '../../machines/authMachine.ts';
import { judge, untaken, type Violation, violationOf } from './judge.ts';
import type { Mutant } from './mutants.ts';
import { type Snapshot, Stepper } from './step.ts';
import type { Edge } from './walk.ts';

/** Steps of the right chart, a few of each sort. */
export type CollectedSteps = readonly Edge[];

/** How many steps are kept that look the same: from one state, by one stimulus, along the same arrows. */
const OF_A_SORT = 6;

/** Collects steps while the right chart is walked. */
export class StepCollector {
  readonly #kept = new Map<string, Edge[]>();

  add(edge: Edge): void {
    const arrows = edge.arrows.map(({ id }) => id);
    const { requestedLogin, stepUp, grant, refused, limits, denied, budget } = edge.from.context;
    const asked = [
      requestedLogin !== null,
      stepUp !== null,
      grant !== null && grant.version !== refused?.version,
    ];
    const barred = [
      limits.ceiling !== null,
      denied.length > 0,
      Math.max(0, ...Object.values(budget.stepUps)),
    ];
    const { registration, server } = edge.from.context;
    const client = [registration?.kind, server?.requiresPush];
    const sort = JSON.stringify([edge.from.value, asked, barred, client, edge.stimulus.type, arrows]);
    const kept = this.#kept.get(sort) ?? [];
    this.#kept.set(sort, kept);
    if (kept.length < OF_A_SORT) kept.push(edge);
  }

  get steps(): CollectedSteps {
    return [...this.#kept.values()].flat();
  }
}

/** Says why a mutant is wrong; nothing when it survives. */
export function objectionTo(mutant: Mutant, steps: CollectedSteps): Violation | undefined {
  try {
    return inSteps(mutant.build(), steps);
  } catch (thrown) {
    return { story: `the chart broke: ${String(thrown)}`, spec: [] };
  }
}

/** One step of the mutant from each state that the right chart was in. */
function inSteps(machine: AuthMachine, steps: CollectedSteps): Violation | undefined {
  const stepper = new Stepper(machine);
  for (const edge of steps) {
    const { snapshot, arrows } = stepper.step(transplant(edge.from, machine), edge.stimulus.event);
    const violation = violationOf({ ...edge, to: snapshot, arrows });
    if (violation) return violation;
  }
  return undefined;
}

/** The same state, in another chart. */
function transplant({ value, context, children }: Snapshot, machine: AuthMachine): Snapshot {
  return Object.assign(machine.resolveState({ value, context }), { children }) as Snapshot;
}

/** The last word on a mutant that survives its steps: walks it wherever it leads, which takes long. */
export function objectionAfterWalk(mutant: Mutant): Violation | undefined {
  const machine = mutant.build();
  const { violation, taken } = judge(machine);
  const [arrow] = untaken(machine, taken);
  return violation ?? (arrow === undefined ? undefined : { story: `no walk can take ${arrow}`, spec: [] });
}
