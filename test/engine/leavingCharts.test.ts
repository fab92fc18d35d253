// A chart that ends while it leads a person leaves its login to others; one that goes on keeps it, or ends it itself.
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { type AnyActorLogic, assign, createActor, setup } from 'xstate';
import { serverFacts } from '../../actors/records/facts.ts';
import { AuthError, failure } from '../../contract/errors.ts';
import { Part } from '../../contract/part.ts';
import type { ActorName } from '../../contract/work.ts';
import { bindActors } from '../../engine/bindActors.ts';
import { toolsFor } from '../actors/tools.ts';
import { samples } from '../stores/recordSamples.ts';
import { HostFault } from './faults.ts';

type Hang = () => Promise<never>;

/** What goes on until it is called off, as a user agent and a door do. */
function hanging() {
  let abort = (): void => {};
  const hang = vi.fn<Hang>(
    () =>
      new Promise((_, reject) => {
        abort = () => reject(new AuthError(failure('cancelled', 'authorizing', 'No.')));
      }),
  );
  return { hang, abort: () => abort() };
}

/** A chart whose actor works for a login that this engine holds, and has come to what hangs. */
async function leading(name: ActorName, hang = hanging().hang) {
  const of = samples();
  const { tools } = toolsFor();
  const { response: _, spent: __, ...open } = of.pending.value;
  await tools.records.write(of.pending.key, open, undefined);
  await tools.records.write(of.login.key, { ...of.login.value, holder: tools.holder }, undefined);
  const release = vi.fn(async () => {});
  const userAgent = { ...tools.userAgent, release, present: hang, receive: hang };
  const part = new Part(async () => ({ ...tools, userAgent, doorOf: () => hang }));
  const { actors } = bindActors(part, { onDefect: () => {} }).implementations as unknown as {
    readonly actors: Readonly<Record<ActorName, AnyActorLogic>>;
  };
  const { session, redirectUri, expiresAt, requested } = of.pending.value;
  const { issuer } = of.pending.value.server;
  const server = {
    ...serverFacts(of.pending.value.server),
    pushedAuthorizationRequestEndpoint: `${issuer}/par`,
  };
  const pending = { key: of.pending.key as string, issuer, redirectUri, expiresAt, requested };
  const chart = setup({ actors: { work: actors[name] } }).createMachine({
    context: { pending: pending as typeof pending | null },
    initial: 'waiting',
    states: {
      waiting: {
        invoke: { src: 'work', input: { session, pending, server }, onError: 'elsewhere' },
        on: {
          goOn: 'elsewhere',
          forget: { target: 'elsewhere', actions: assign({ pending: null }) },
          replace: {
            target: 'elsewhere',
            actions: assign({ pending: { ...pending, key: 'pending:another' } }),
          },
        },
      },
      elsewhere: {},
    },
  });
  const actor = createActor(chart).start();
  const holder = async (): Promise<unknown> => (await tools.records.read(of.login.key))?.value.holder;
  return { actor, holder, here: tools.holder, release, redirectUri };
}

const leaders = ['pushAuthorization', 'presentAuthorization', 'awaitResponse'] as const;

describe('a chart that leads a person', () => {
  it.each(leaders)('AUTHZ-12: leaves the login to others when it is stopped in %s', async (name) => {
    const { hang, abort } = hanging();
    const { actor, holder, here, release, redirectUri } = await leading(name, hang);
    await expect.poll(() => hang.mock.calls.length).toBe(1);
    expect(await holder()).toBe(here);
    actor.stop();
    abort();
    await expect.poll(holder).toBeUndefined();
    await expect.poll(() => release.mock.calls).toEqual([[redirectUri]]);
  });

  it.each([
    ['is told to forget everything', 'forget'],
    ['has another login', 'replace'],
  ] as const)('AUTHZ-12: leaves the login to others when it %s', async (_what, type) => {
    const { hang, abort } = hanging();
    const { actor, holder } = await leading('awaitResponse', hang);
    await expect.poll(() => hang.mock.calls.length).toBe(1);
    actor.send({ type });
    abort();
    await expect.poll(holder).toBeUndefined();
  });

  it('AUTHZ-12: keeps the login when it goes on with it', async () => {
    const { hang, abort } = hanging();
    const { actor, holder, here, release } = await leading('awaitResponse', hang);
    await expect.poll(() => hang.mock.calls.length).toBe(1);
    actor.send({ type: 'goOn' });
    abort();
    await pause(20);
    expect(await holder()).toBe(here);
    expect(release).not.toHaveBeenCalled();
  });

  it('AUTHZ-12: keeps the login where the wait for its response has failed', async () => {
    const { actor, holder, here } = await leading(
      'awaitResponse',
      vi.fn<Hang>(() => Promise.reject(new HostFault())),
    );
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
