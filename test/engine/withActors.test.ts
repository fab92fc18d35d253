// The chart of an engine: actors of its own, and states that all engines share.
import { describe, expect, it } from 'vitest';
import { createActor, type EventObject, fromCallback, fromPromise, waitFor } from 'xstate';
import type { SessionId } from '../../contract/facts.ts';
import type { KnownRecords, Memory, SiblingReport } from '../../contract/work.ts';
import { withActors } from '../../engine/withActors.ts';
import { type AuthMachine, authMachine } from '../../machines/authMachine.ts';
import { full } from './contexts.ts';

const { session } = full;
const input = { ...session, interaction: 'ask' } as const;

/** Finds nothing in its store, at this time. */
const emptyStoreAt = (at: number) =>
  fromPromise<Memory, { session: SessionId }>(async () => {
    const { limits, strategy } = full;
    return { at, limits, strategy, binding: null, grant: null, login: null };
  });

/** It hears nothing of siblings. */
const heedSiblings = fromCallback<EventObject, KnownRecords, SiblingReport>(() => {});

const emptyAt = (at: number): AuthMachine =>
  withActors(authMachine, { recallSession: emptyStoreAt(at), heedSiblings });

const timeOf = async (machine: AuthMachine, from?: object): Promise<number> => {
  const actor = createActor(machine, { input, ...from }).start();
  const { context } = await waitFor(actor, (snapshot) => snapshot.matches('idle'));
  actor.stop();
  return context.at;
};

describe('HOST-1: the chart with actors', () => {
  it('runs these, beside another with others, on the same states', async () => {
    const [one, other] = [emptyAt(1_000), emptyAt(2_000)];
    expect(await Promise.all([timeOf(one), timeOf(other)])).toEqual([1_000, 2_000]);
    expect(one.root).toBe(authMachine.root);
    expect(createActor(one, { input }).getSnapshot().machine).toBe(one);
  });

  it('leaves the chart that it was made from without them', () => {
    const before = authMachine.implementations.actors;
    emptyAt(1_000);
    expect(authMachine.implementations.actors).toBe(before);
  });

  it('keeps all else that the chart has', () => {
    const { actors: _, ...kept } = authMachine.implementations;
    const { actors, ...has } = emptyAt(1_000).implementations;
    expect(has).toEqual(kept);
    expect(Object.keys(actors).sort()).toEqual(Object.keys(authMachine.implementations.actors).sort());
    expect(emptyAt(1_000)).toBeInstanceOf(authMachine.constructor);
  });

  it('goes on with them from what was persisted', async () => {
    const begun = createActor(authMachine, { input }).start();
    const snapshot = begun.getPersistedSnapshot();
    begun.stop();
    expect(await timeOf(emptyAt(3_000), { snapshot })).toBe(3_000);
  });

  it('can be given others once more, by a host', async () => {
    const machine = emptyAt(1_000).provide({ actors: { recallSession: emptyStoreAt(5) } });
    expect(await timeOf(machine)).toBe(5);
  });
});
