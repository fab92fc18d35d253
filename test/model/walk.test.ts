// The chart against its invariants: every stimulus in each of the nearest states, purely; and wrong charts that are caught.
import { describe, expect, it } from 'vitest';
import { authMachine } from '../../machines/authMachine.ts';
import { invariants } from './invariants/index.ts';
import { Stepper } from './step.ts';
import { arrowsOf } from './transitions.ts';
import { type Walked, walk } from './walk.ts';

/** How many states are looked at here; the whole graph takes longer. */
const NEAREST = 6000;

/** The first violation of a walk, as a story. */
function violationOf(
  machine: typeof authMachine,
  states: number,
): { walked: Walked; violation: string | undefined } {
  let violation: string | undefined;
  const walked = walk(
    new Stepper(machine),
    (edge) => {
      for (const one of violation === undefined ? invariants : []) {
        const what = one.violated(edge);
        if (what !== undefined) violation = `${one.spec.join(', ')}: ${what}\n  ${edge.story().join('\n  ')}`;
      }
    },
    states,
  );
  return { walked, violation };
}

describe('the chart', () => {
  it('has arrows that can be told apart', () => {
    const ids = arrowsOf(authMachine).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('keeps every invariant on every edge of its nearest states', () => {
    const { walked, violation } = violationOf(authMachine, NEAREST);
    expect(violation).toBeUndefined();
    expect(walked.edges).toBeGreaterThan(50_000);
  });
});

describe('a wrong chart is caught', () => {
  const no = () => false;
  type Guards = Parameters<typeof authMachine.provide>[0]['guards'];
  const wrong: readonly [string, NonNullable<Guards>][] = [
    ['BIND-6: that goes on with credentials of another issuer', { isBoundElsewhere: no }],
    ['BIND-10: that goes on with credentials of nobody', { isWithoutIssuer: no }],
    ['AUTHZ-11: that sends people somewhere without being asked to', { isInteractionBarred: no }],
  ];
  it.each(wrong)('%s', (_what, guards) => {
    expect(violationOf(authMachine.provide({ guards }), NEAREST / 3).violation).toBeDefined();
  });
});
