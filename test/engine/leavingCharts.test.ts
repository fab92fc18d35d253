// A chart that ends while it leads a person leaves its login to others; one that goes on keeps it, or ends it itself.
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type AnyActorLogic, assign, createActor, setup } from 'xstate';
import { AuthError, failure } from '../../contract/errors.ts';
import { Part } from '../../contract/part.ts';
import type { ActorName } from '../../contract/work.ts';
import { bindActors } from '../../engine/bindActors.ts';
import { toolsFor } from '../actors/tools.ts';
import { samples } from '../stores/recordSamples.ts';
import { HostFault } from './faults.ts';

type Receive = () => Promise<string>;

/** A chart that waits for the response to a login that this engine holds. */
async function leading(name: ActorName = 'awaitResponse', receive: Receive = () => new Promise(() => {})) {
  const of = samples();
  const { tools } = toolsFor();
  const { response: _, spent: __, ...open } = of.pending.value;
  await tools.records.write(of.pending.key, open, undefined);
  await tools.records.write(of.login.key, { ...of.login.value, holder: tools.holder }, undefined);
  const release = vi.fn(async () => {});
  const userAgent = { ...tools.userAgent, release, receive: vi.fn(receive) };
  const part = new Part(async () => ({ ...tools, userAgent }));
  const { actors } = bindActors(part, { onDefect: () => {} }).implementations as unknown as {
    readonly actors: Readonly<Record<ActorName, AnyActorLogic>>;
  };
  const { session, redirectUri, expiresAt, requested, server } = of.pending.value;
  const { issuer } = server;
  const pending = { key: of.pending.key, issuer, redirectUri, expiresAt, requested };
  const chart = setup({ actors: { work: actors[name] } }).createMachine({
    context: { pending: pending as typeof pending | null },
    initial: 'waiting',
    states: {
      waiting: {
        invoke: { src: 'work', input: { session, pending }, onError: 'elsewhere' },
        on: {
          goOn: 'elsewhere',
          forget: { target: 'elsewhere', actions: assign({ pending: null }) },
          replace: {
            target: 'elsewhere',
            actions: assign({ pending: { ...pending, key: of.grant.key as never } }),
          },
        },
      },
      elsewhere: {},
    },
  });
  const actor = createActor(chart).start();
  await vi.waitFor(() =>
    expect(name !== 'awaitResponse' || userAgent.receive.mock.calls.length > 0).toBe(true),
  );
  const holder = async (): Promise<unknown> => (await tools.records.read(of.login.key))?.value.holder;
  return { actor, holder, here: tools.holder, release, redirectUri };
}

/** Only what the signal ends: as a user agent does. */
const untilAborted = (): { receive: Receive; abort: () => void } => {
  let abort = (): void => {};
  const receive: Receive = () =>
    new Promise((_, reject) => {
      abort = () => reject(new AuthError(failure('cancelled', 'authorizing', 'No.')));
    });
  return { receive, abort: () => abort() };
};

describe('a chart that leads a person', () => {
  it.each<[string, (actor: Awaited<ReturnType<typeof leading>>['actor']) => void]>([
    ['is stopped', (actor) => void actor.stop()],
    ['is told to forget everything', (actor) => actor.send({ type: 'forget' })],
    ['has another login', (actor) => actor.send({ type: 'replace' })],
  ])('AUTHZ-12: leaves the login to others when it %s', async (_what, end) => {
    const { receive, abort } = untilAborted();
    const { actor, holder, here, release, redirectUri } = await leading('awaitResponse', receive);
    expect(await holder()).toBe(here);
    end(actor);
    abort();
    await expect.poll(holder).toBeUndefined();
    await expect.poll(() => release.mock.calls).toEqual([[redirectUri]]);
  });

  it('AUTHZ-12: keeps the login when it goes on with it', async () => {
    const { receive, abort } = untilAborted();
    const { actor, holder, here, release } = await leading('awaitResponse', receive);
    actor.send({ type: 'goOn' });
    abort();
    await pause(20);
    expect(await holder()).toBe(here);
    expect(release).not.toHaveBeenCalled();
  });

  it('AUTHZ-12: keeps the login where the wait for its response has failed', async () => {
    const { actor, holder, here } = await leading('awaitResponse', () => Promise.reject(new HostFault()));
    await expect.poll(() => actor.getSnapshot().value).toBe('elsewhere');
    actor.stop();
    await pause(20);
    expect(await holder()).toBe(here);
  });

  it('AUTHZ-12: leaves nothing where it leads nobody', async () => {
    const { actor, holder, here } = await leading('validateResponse');
    actor.stop();
    await pause(20);
    expect(await holder()).toBe(here);
  });
});
