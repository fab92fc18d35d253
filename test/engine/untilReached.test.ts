// Waiting for a chart: it ends where the chart gets there, and where the chart ends in any way, and looks on no longer.
import { describe, expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { untilReached } from '../../engine/untilReached.ts';
import type { AuthActor } from '../../index.ts';

/** A chart that goes on, ends, or breaks when it is told to. */
function chart() {
  const machine = setup({
    actions: {
      break: () => {
        throw new Error('broken');
      },
    },
  }).createMachine({
    initial: 'here',
    states: {
      here: { on: { go: 'there', end: 'over', fail: { actions: 'break' } } },
      there: {},
      over: { type: 'final' },
    },
  });
  const actor = createActor(machine);
  // Somebody hears of an error: XState throws it to nobody else.
  actor.subscribe({ error: () => {} });
  let lookedAt = 0;
  const until = (isReached: (value: unknown) => boolean) =>
    untilReached(actor as unknown as AuthActor, (snapshot) => {
      lookedAt += 1;
      return isReached(snapshot.value);
    });
  return { actor: actor.start(), until, looks: () => lookedAt };
}

describe('a wait for a chart', () => {
  it('ends at once where it is there already', async () => {
    const { until, looks } = chart();
    expect((await until((value) => value === 'here')).value).toBe('here');
    expect(looks()).toBe(1);
  });

  it('ends when it gets there, and looks no more', async () => {
    const { actor, until, looks } = chart();
    const waiting = until((value) => value === 'there');
    actor.send({ type: 'other' });
    actor.send({ type: 'go' });
    expect((await waiting).value).toBe('there');
    const before = looks();
    actor.send({ type: 'other' });
    expect(looks()).toBe(before);
  });

  it.each([
    ['done', (actor: ReturnType<typeof chart>['actor']) => actor.send({ type: 'end' })],
    ['error', (actor: ReturnType<typeof chart>['actor']) => actor.send({ type: 'fail' })],
    ['stopped', (actor: ReturnType<typeof chart>['actor']) => actor.stop()],
  ])('ends when the chart is %s', async (status, end) => {
    const { actor, until } = chart();
    const waiting = until(() => false);
    end(actor);
    expect((await waiting).status).toBe(status);
    expect((await until(() => false)).status).toBe(status);
  });
});
