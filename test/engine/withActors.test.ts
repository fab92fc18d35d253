// The chart with the actors of an engine: as XState's `provide` makes it, with the states of all engines.
import { describe, expect, it, vi } from 'vitest';
import { createActor, fromCallback, fromPromise, waitFor } from 'xstate';
import { withActors } from '../../engine/withActors.ts';
import { authMachine } from '../../machines/authMachine.ts';

const resource = 'https://mcp.example/mcp';

/** Actors of which the first one that is asked does this; siblings say nothing. */
const recalling = (recall: () => Promise<never>) =>
  ({ recallSession: fromPromise(recall), heedSiblings: fromCallback(() => {}) }) as never;

const kinds = (machine: object): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(machine).map(([name, value]) => [name, typeof value]));

describe('a chart with actors', () => {
  const never = recalling(() => new Promise(() => {}));

  it('HOST-1: has all that `provide` gives it, under its own names', () => {
    const machine = withActors(never);
    const provided = authMachine.provide({ actors: never });
    expect(kinds(machine)).toEqual(kinds(provided));
    expect(Object.getPrototypeOf(machine)).toBe(Object.getPrototypeOf(provided));
    expect(machine.implementations).toEqual(provided.implementations);
    expect(JSON.stringify(machine)).toBe(JSON.stringify(provided));
  });

  it('HOST-1: has the states of the chart, and methods of its own', () => {
    const [one, other] = [withActors(never), withActors(never)];
    expect(one.root).toBe(authMachine.root);
    const methods = Object.entries(one).filter(([, value]) => typeof value === 'function');
    expect(methods.length).toBeGreaterThan(0);
    for (const [name, method] of methods) expect(Reflect.get(other, name), name).not.toBe(method);
  });

  it('HOST-1: asks its own actors, and no other chart’s', async () => {
    const [one, other] = [
      vi.fn(() => Promise.reject(new Error('one'))),
      vi.fn(() => new Promise<never>(() => {})),
    ];
    const machine = withActors(recalling(one));
    withActors(recalling(other));
    const actor = createActor(machine, { input: { resource } }).start();
    const snapshot = await waitFor(actor, (now) => now.matches('failed'));
    expect(snapshot.machine).toBe(machine);
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([1, 0]);
    actor.stop();
  });

  it('HOST-1: goes on where a snapshot of another one was, also with actors that a host provides', async () => {
    const actor = createActor(withActors(never), { input: { resource } }).start();
    const snapshot = actor.getPersistedSnapshot();
    actor.stop();
    const failing = recalling(() => Promise.reject(new Error('ours')));
    for (const machine of [withActors(failing), withActors(never).provide({ actors: failing })]) {
      const restored = createActor(machine, { input: { resource }, snapshot }).start();
      expect((await waitFor(restored, (now) => now.matches('failed'))).machine).toBe(machine);
      restored.stop();
    }
  });
});
