// Charts in the Stately inspector: a whole story arrives, and no secret of it; nor one of a chart that leaks wherever it can.
import { createInspector } from '@statelyai/inspect';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AnyStateMachine,
  assign,
  createActor,
  createMachine,
  fromCallback,
  fromPromise,
  type InspectionEvent,
  sendTo,
  setup,
  waitFor,
} from 'xstate';
import { type InspectorMessage, statelyInspector } from '../../adapters/inspect.ts';
import { arrowsOf } from '../../machines/arrows.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { callTool, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';
import { giveClientSecrets, leaksIn, secretsOf, tellStory } from './inspectStory.ts';

let world: World;
let messages: InspectorMessage[];
beforeEach(async () => {
  world = await startWorld();
  messages = [];
});
afterEach(() => world.close());

const receive = (message: InspectorMessage): void => void messages.push(message);

const of = <Type extends InspectorMessage['type']>(type: Type) =>
  messages.filter((message): message is Extract<InspectorMessage, { type: Type }> => message.type === type);

/** Who was introduced by this name first. */
const actorNamed = (name: string) => of('@xstate.actor').find((message) => message.name === name);

const snapshotsOf = (name: string) =>
  of('@xstate.snapshot').filter(({ sessionId }) => sessionId === actorNamed(name)?.sessionId);

describe('a whole story', () => {
  /** @returns the values that our chart had, one for each snapshot. */
  async function story(): Promise<readonly unknown[]> {
    const values: unknown[] = [];
    const inspector = await statelyInspector({ receive });
    giveClientSecrets(world);
    const { engine, session } = testEngine(world.resource, {
      inspect: (event) => {
        if (event.type === '@xstate.snapshot' && 'value' in event.snapshot)
          values.push(structuredClone(event.snapshot.value));
        inspector.inspect(event);
      },
    });
    await tellStory(world, session);
    await engine.dispose();
    expect(inspector.dropped).toBe(0);
    return values;
  }

  it('arrives: each actor, each event, and each snapshot as the chart stood', async () => {
    const values = await story();
    const chart = actorNamed('auth');
    expect(snapshotsOf('auth').map(({ snapshot }) => Object(snapshot).value)).toEqual(values);
    expect(values).toContainEqual('rejected');
    expect(values).toContainEqual({ authorized: { renewal: 'fresh', stepUp: 'collecting' } });

    const known = new Set<string>();
    for (const message of messages) {
      if (message.type === '@xstate.actor') known.add(message.sessionId);
      expect(known, 'an actor is introduced before anything else is told of it').toContain(message.sessionId);
      expect(message.rootId).toBe(chart?.sessionId);
    }
    for (const name of ['fetchResourceMetadata', 'exchangeCode', 'gatherChallenges', 'revokeGrants'])
      expect(actorNamed(name)?.parentId, name).toBe(chart?.sessionId);
    const events = new Set(of('@xstate.event').map(({ event }) => event.type));
    for (const type of ['challenge.received', 'xstate.done.actor.exchangeCode', 'user.logout'])
      expect(events).toContain(type);
  });

  it('L01, L02, L11: without a secret of anybody', async () => {
    await story();
    const secrets = secretsOf(world);
    // The scan is worth something only if there was much to find, and much to find it in.
    expect(secrets.size).toBeGreaterThan(20);
    expect(messages.length).toBeGreaterThan(100);
    expect(leaksIn(JSON.stringify(messages), secrets)).toEqual([]);
    // It would find them.
    expect(leaksIn(JSON.stringify(world.exchanges.map(({ answer }) => answer)), secrets)).not.toEqual([]);
  });

  it('has facts in place of the context, and the chart itself, which can be drawn again', async () => {
    const { origins, resource } = world;
    await story();
    const contexts = of('@xstate.snapshot').map(({ snapshot }) => Object(snapshot).context);
    expect(contexts).toContainEqual(
      expect.objectContaining({
        resource,
        bound: { issuer: origins.a, kind: 'dynamic' },
        grant: expect.objectContaining({ issuer: origins.a, granted: ['read', 'write'], isRefused: false }),
      }),
    );
    expect(contexts).toContainEqual(
      expect.objectContaining({ failure: expect.objectContaining({ code: 'issuer_mismatch' }) }),
    );
    const drawn = createMachine(JSON.parse(actorNamed('auth')?.definition ?? ''));
    const idsOf = (machine: AnyStateMachine) => arrowsOf(machine).map(({ id }) => id);
    expect(idsOf(drawn)).toEqual(idsOf(authMachine));
  });

  it('L02: with the resource, but nobody’s name, and no query', async () => {
    const inspector = await statelyInspector({ receive });
    const { engine } = testEngine(world.resource, { inspect: inspector.inspect });
    const resource = `${world.resource}?key=secret-in-query`;
    const session = engine.session({ resource, subject: 'secret-subject', label: 'secret-label' });
    await callTool(session, 'any');
    expect(snapshotsOf('auth')[0]?.snapshot).toMatchObject({ context: { resource: world.resource } });
    expect(leaksIn(JSON.stringify(messages), ['secret-in-query', 'secret-subject', 'secret-label'])).toEqual(
      [],
    );
  });
});

describe('charts of the host', () => {
  const planted = new Set<string>();
  function plant(where: string): string {
    const secret = `${where}-secret`;
    planted.add(secret);
    return secret;
  }

  /** Has a secret wherever there is room for one, but not in the names of what it is made of. */
  const leaky = setup({
    types: { context: {} as object, events: {} as { readonly type: string; readonly token?: string } },
    actors: {
      fetchIt: fromPromise(async () => plant('result')),
      failIt: fromPromise(() => Promise.reject(new Error(plant('error')))),
      stayOn: fromCallback(() => {}),
    },
    actions: { note: (_, _params: { readonly token: string }) => {} },
  }).createMachine({
    id: 'leaky',
    description: plant('description'),
    meta: { token: plant('meta') },
    context: ({ spawn }) => ({
      token: plant('context'),
      child: spawn('stayOn', { id: plant('actor-id'), systemId: plant('system-id') }),
    }),
    output: () => ({ token: plant('output') }),
    initial: 'waiting',
    states: {
      waiting: {
        tags: ['calm'],
        entry: { type: 'note', params: { token: plant('params') } },
        on: {
          go: {
            target: 'fetching',
            guard: function isSecretInName() {
              return plant('guard') !== '';
            },
          },
          '*': { actions: assign(({ event }) => ({ event })) },
        },
      },
      fetching: {
        invoke: { id: 'fetch', src: 'fetchIt', input: { token: plant('input') }, onDone: 'failing' },
      },
      failing: { invoke: { id: 'fail', src: 'failIt', onError: 'ended' } },
      ended: { type: 'final' },
    },
  });
  planted.add('isSecretInName');

  /** Runs the leaky chart to its end. */
  async function leak(inspect: (event: InspectionEvent) => void): Promise<void> {
    const actor = createActor(leaky, { inspect, input: { token: plant('input-of-root') } }).start();
    actor.send({ type: plant('event-type') });
    actor.send({ type: 'go', token: plant('event') });
    await waitFor(actor, ({ status }) => status === 'done');
  }

  it('L02: leak through the library alone, with both of its sanitizers', async () => {
    const { inspect } = createInspector(
      { send: receive },
      { sanitizeEvent: ({ type }) => ({ type }), sanitizeContext: () => ({}) },
    );
    await leak((event) => inspect.next?.(event));
    const some = [
      'input-secret',
      'output-secre',
      'result-secre',
      'meta-secret',
      'params-secre',
      'event-type-s',
    ];
    await vi.waitFor(() =>
      expect(leaksIn(JSON.stringify(messages), planted)).toEqual(expect.arrayContaining(some)),
    );
  });

  it('L02: of one that is not listed, nothing is told but that it is there', async () => {
    const { inspect } = await statelyInspector({ receive });
    await leak(inspect);
    expect(planted.size).toBe(15);
    expect(leaksIn(JSON.stringify(messages), planted)).toEqual([]);
    const [first] = messages;
    const sessionId = first?.sessionId;
    expect(first).toMatchObject({ name: sessionId, definition: JSON.stringify({ id: sessionId }) });
    const events = new Set(of('@xstate.event').map(({ event }) => event.type));
    expect([...events].filter((type) => !type.startsWith('xstate.'))).toEqual(['withheld']);
    const told = of('@xstate.snapshot').map(({ snapshot }) => snapshot);
    expect(told).toContainEqual({ status: 'done' });
    expect(new Set(told.flatMap((snapshot) => Object.keys(snapshot)))).toEqual(new Set(['status']));
  });

  it('L02: of one that is listed, its states, tags and names, and no value', async () => {
    const { inspect } = await statelyInspector({ receive, charts: [leaky] });
    await leak(inspect);
    expect(leaksIn(JSON.stringify(messages), planted)).toEqual([]);
    expect(snapshotsOf('leaky').map(({ event, snapshot }) => [event.type, snapshot])).toEqual([
      ['xstate.init', { status: 'active', value: 'waiting', tags: ['calm'] }],
      ['withheld', { status: 'active', value: 'waiting', tags: ['calm'] }],
      ['go', { status: 'active', value: 'fetching', tags: [] }],
      ['xstate.done.actor.fetch', { status: 'active', value: 'failing', tags: [] }],
      ['xstate.error.actor.fail', { status: 'done', value: 'ended', tags: [] }],
    ]);
    // The second was spawned, under an id that may be anything.
    const names = of('@xstate.actor').map(({ name, sessionId }) => (name === sessionId ? 'unnamed' : name));
    expect(names).toEqual(['leaky', 'unnamed', 'fetch', 'fail']);
    expect(JSON.parse(actorNamed('leaky')?.definition ?? '').states.waiting).toMatchObject({
      entry: [{ type: 'note' }],
      on: { go: [{ target: ['fetching'], guard: { type: 'unnamed' } }] },
    });
  });

  it('L02: that embed ours: it is shown as ever, and the host is not', async () => {
    const { inspect } = await statelyInspector({ receive });
    const { engine } = testEngine(world.resource);
    const host = setup({ actors: { auth: engine.machine } }).createMachine({
      id: 'host of a secret',
      invoke: { id: 'auth', src: 'auth', input: { resource: world.resource } },
      on: { connect: { actions: sendTo('auth', { type: 'user.login' }) } },
    });
    const actor = createActor(host, { inspect }).start();
    actor.send({ type: 'connect' });
    const { auth } = actor.getSnapshot().children;
    if (auth) await waitFor(auth, (snapshot) => snapshot.matches('authorized'));
    actor.stop();
    expect(actorNamed('auth')?.parentId).toBe(messages[0]?.sessionId);
    expect(snapshotsOf('auth').map(({ snapshot }) => Object(snapshot).value)).toContainEqual({
      authorized: { renewal: 'fresh', stepUp: 'settled' },
    });
    expect(JSON.stringify(messages)).not.toContain('host of a secret');
    expect(leaksIn(JSON.stringify(messages), secretsOf(world))).toEqual([]);
  });
});
