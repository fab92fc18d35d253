// The actors of a chart as the engine binds them: each does its act with the engine's tools, and fails with words of ours only.
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type AnyActorLogic, createActor, toPromise } from 'xstate';
import type { Tools } from '../../actors/tools/tools.ts';
import { AuthError, failure } from '../../contract/errors.ts';
import { Part } from '../../contract/part.ts';
import type { ActorName } from '../../contract/work.ts';
import { bindActors } from '../../engine/bindActors.ts';
import { memoryStore, type Store } from '../../index.ts';
import { Records } from '../../stores/records.ts';
import { toolsFor } from '../actors/tools.ts';
import { failureOf } from '../support/engine.ts';
import { full } from './contexts.ts';
import { HostFault, SECRET, textOf } from './faults.ts';

const { session } = full;

type Name = ActorName | 'heedSiblings';

/** The actors of an engine whose home answers so, and what its host is told. */
function bound(get: Store['get'] = async () => undefined, load?: () => Promise<Tools>) {
  const { watch: _, ...home } = memoryStore();
  const looked = vi.fn(get);
  const records = new Records({ ...home, get: looked }, undefined, { sleep: () => new Promise(() => {}) });
  const { tools, clock } = toolsFor({ records });
  const onDefect = vi.fn<(error: unknown) => void>();
  const { implementations } = bindActors(new Part(load ?? (async () => tools)), { onDefect });
  const { actors } = implementations as unknown as { actors: Readonly<Record<Name, AnyActorLogic>> };
  const start = (name: Name, input: object) => createActor(actors[name], { input }).start();
  const run = (name: ActorName, input: object): Promise<unknown> => toPromise(start(name, input));
  return { clock, looked, onDefect, start, run };
}

const failingWith =
  (error: unknown): Store['get'] =>
  () =>
    Promise.reject(error);

describe('an actor', () => {
  it('HOST-1: does its act, whether its part was loaded before or not', async () => {
    const { clock, run } = bound();
    const first = await run('recallSession', { session });
    expect(first).toMatchObject({ at: clock.now(), binding: null, grant: null, login: null });
    expect(await run('recallSession', { session })).toEqual(first);
  });

  it('L10: that meets a fault tells onDefect of it, and fails in the phase of its work', async () => {
    const fault = new HostFault();
    const { onDefect, run } = bound(failingWith(fault));
    const failed = await failureOf(run('recallSession', { session }));
    expect(failed).toMatchObject({ code: 'internal', phase: 'recovering', recovery: 'none' });
    expect(textOf(failed)).not.toContain(SECRET);
    expect(onDefect.mock.calls).toEqual([[fault]]);
  });

  it('L10: that fails with a failure of ours goes on with it, and tells nobody', async () => {
    const own = new AuthError(failure('store_failed', 'storing', 'The disk is full.'));
    const { onDefect, run } = bound(failingWith(own));
    expect((await failureOf(run('recallSession', { session }))).toFailure()).toEqual(own.toFailure());
    expect(onDefect).not.toHaveBeenCalled();
  });

  it('C09: that is stopped while its part is loaded does not begin', async () => {
    const { looked, start } = bound();
    start('recallSession', { session }).stop();
    await pause(20);
    expect(looked).not.toHaveBeenCalled();
  });
});

describe('what heeds siblings', () => {
  const known = { session, grant: null, foundGrant: null, pendingKey: null };

  it('TOK-13: looks at the records at once', async () => {
    const { looked, start } = bound();
    const heeding = start('heedSiblings', known);
    await expect.poll(() => looked.mock.calls.length).toBeGreaterThan(0);
    heeding.stop();
  });

  it('TOK-13: looks at nothing where it ends before it has begun', async () => {
    const { looked, start } = bound();
    start('heedSiblings', known).stop();
    await pause(20);
    expect(looked).not.toHaveBeenCalled();
  });

  it('L10: tells onDefect where it cannot begin', async () => {
    const { onDefect, start } = bound(undefined, () => Promise.reject(new Error('gone')));
    const heeding = start('heedSiblings', known);
    await expect
      .poll(() => onDefect.mock.calls)
      .toEqual([[expect.objectContaining({ code: 'unreachable' })]]);
    heeding.stop();
  });
});
