// What of a recorded run belongs together: from where a session leaves its rest to where it rests again.
import type { ChartFacts, StepFact } from '../../contract/trace.ts';
import { allStates } from '../../engine/states.ts';

/** What a session did, in one word: the furthest that it went. */
export type FlowKind = 'recovery' | 'discovery' | 'renewal' | 'login' | 'step_up' | 'sign_out';

/** How a flow ended: the phase that the session rests in. */
export type Outcome = 'idle' | 'authorized' | 'failed' | 'rejected' | 'abandoned';

/** The states that say what a flow is, the last one first. */
const kinds: readonly (readonly [state: string, kind: FlowKind])[] = [
  ['signingOut', 'sign_out'],
  ['steppingUp', 'step_up'],
  ['authorizing', 'login'],
  ['authorized.renewal.renewing', 'renewal'],
  ['discovering', 'discovery'],
];

const isWithin = (name: string, state: string): boolean => name === state || name.startsWith(`${state}.`);

/** What a flow is that has entered these states. */
export function kindOf(entered: Iterable<string>): FlowKind {
  const names = [...entered];
  const found = kinds.find(([state]) => names.some((name) => isWithin(name, state)));
  return found?.[1] ?? 'recovery';
}

/** Whether something is under way in one of these states: a state has the tags of those around it, too. */
export function isUnderWay(states: readonly string[]): boolean {
  return states.some((name) => tagsOf(name).some((tag) => tag === 'busy' || tag === 'needsUser'));
}

function tagsOf(name: string): readonly string[] {
  const outer = name.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));
  return outer.flatMap((one) => allStates.get(one)?.tags ?? []);
}

/** How a flow ended that rests in these states. */
export function outcomeOf({ states }: Pick<StepFact, 'states'>): Outcome {
  const phases = new Set(states.map((name) => name.split('.')[0]));
  for (const outcome of ['authorized', 'rejected', 'failed'] as const)
    if (phases.has(outcome)) return outcome;
  return 'idle';
}

/** The code of what went wrong; undefined when nothing did. */
export const errorOf = ({ failure, refusal }: ChartFacts): string | undefined => (failure ?? refusal)?.code;
