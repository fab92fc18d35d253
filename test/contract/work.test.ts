// The phase that a failure of each actor names is one in which the chart runs that actor.
import { describe, expect, it } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { actorPhases } from '../../contract/work.ts';
import { authMachine } from '../../machines/authMachine.ts';

/** Where the phases of failures have other names than the states of the chart, by the beginning of a state. */
const otherNames: Readonly<Record<string, string>> = {
  'authorized.renewal': 'renewing',
  'authorized.stepUp': 'steppingUp',
  // It waits there between two requests.
  'failed.coolingDown': 'requesting',
};

interface Runs {
  readonly phase: string | undefined;
  readonly actor: string;
}

/** What a state and all states within it run. */
function runsIn({ path, invoke, states }: AnyStateNode): readonly Runs[] {
  const phase = otherNames[path.slice(0, 2).join('.')] ?? path[0];
  const own = invoke.map(({ src }) => ({ phase, actor: String(src) }));
  return [...own, ...Object.values(states).flatMap(runsIn)];
}

const runs = runsIn(authMachine.root);

/** It reports as often as there is something, and does not fail. */
const unending = 'heedSiblings';

describe('the phase of the failures of an actor', () => {
  it.each(Object.entries(actorPhases))('%s: %s, where the chart runs it', (actor, phase) => {
    expect(runs).toContainEqual({ actor, phase });
  });

  it('is known of every actor that the chart runs once', () => {
    const run = new Set(runs.map((one) => one.actor).filter((actor) => actor !== unending));
    expect(Object.keys(actorPhases).sort()).toEqual([...run].sort());
  });
});
