// The engine itself: which charts it takes, what it says at once, how long its sessions stay awake, how long its end may take.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createActor, type InspectionEvent } from 'xstate';
import {
  type AuthActor,
  createAuthEngine,
  type Engine,
  type EngineOptions,
  memoryStore,
  type Progress,
  type TraceFact,
} from '../../index.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { keys } from '../../stores/records.ts';
import { callTool, failureOf, personsTurn, settled, testEngine, testHost } from '../support/engine.ts';
import { startWorld } from '../support/world.ts';

const resource = 'https://mcp.example/mcp';
const machineId = authMachine.id;

const engineOf = (options: Partial<EngineOptions> = {}): Engine =>
  createAuthEngine({ client: { name: 'tests' }, userAgent: testHost().userAgent, ...options });

afterEach(() => {
  vi.useRealTimers();
});

describe('engine.sessionOf', () => {
  it('HOST-1: gives a session of the very chart, with its name and its way to ask', async () => {
    const engine = engineOf();
    const input = { resource, subject: 'ada', label: 'work', interaction: 'auto' } as const;
    const actor = createActor(engine.machine, { input }).start();
    const session = engine.sessionOf(actor);
    expect(session.actor).toBe(actor);
    expect(session.id).toEqual({ resource, subject: 'ada', label: 'work' });
    actor.stop();
    await engine.dispose();
  });

  const showing = (snapshot: unknown) => ({ getSnapshot: () => snapshot });
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'actor'],
    ['an object', {}],
    ['one whose snapshot is no function', { getSnapshot: 7 }],
    ['one without a snapshot', showing(undefined)],
    ['one without a chart', showing({ status: 'active', context: {} })],
    ['one of another chart', showing({ status: 'active', context: {}, machine: { id: 'other' } })],
    ['one that has ended', showing({ status: 'done', context: {}, machine: { id: machineId } })],
    ['one that knows nothing', showing({ status: 'active', machine: { id: machineId } })],
  ])('HOST-1: refuses %s', async (_what, actor) => {
    const engine = engineOf();
    const failure = await failureOf((async () => engine.sessionOf(actor as AuthActor))());
    expect(failure).toMatchObject({ code: 'config_invalid', phase: 'configuring' });
    expect(failure.message).toMatch(/^engine\.sessionOf wants a running actor of engine\.machine;/);
  });
});

describe('a new engine', () => {
  it('DISC-10: says at once what the host has relaxed', () => {
    const told: Progress[] = [];
    engineOf({ policy: { legacyDiscovery: true }, onProgress: (line) => void told.push(line) });
    expect(told).toStrictEqual([
      { kind: 'relaxed', what: 'A resource without metadata is taken for its own authorization server.' },
    ]);
  });

  it('AUTHZ-11: asks a person only where somebody logs in, unless the policy says otherwise', () => {
    const interactionOf = (engine: Engine): unknown =>
      engine.session({ resource }).snapshot.context.interaction;
    expect(interactionOf(engineOf())).toBe('ask');
    expect(interactionOf(engineOf({ policy: { interaction: 'auto' } }))).toBe('auto');
  });
});

describe('who looks on', () => {
  it('L04: the host’s inspector, its trace, and explain hear of each step of a session', async () => {
    const inspected: InspectionEvent[] = [];
    const traced: TraceFact[] = [];
    const engine = engineOf({
      inspect: (event) => void inspected.push(event),
      onTrace: (fact) => void traced.push(fact),
    });
    const session = engine.session({ resource });
    await settled(session);
    expect(inspected.some(({ type }) => type === '@xstate.microstep')).toBe(true);
    expect(traced.map((fact) => fact.kind === 'step' && fact.states)).toEqual([['recovering'], ['idle']]);
    expect(session.explain().steps.map((step) => step.kind === 'state' && step.state)).toEqual([
      'recovering',
      'idle',
    ]);
    await engine.dispose();
  });
});

describe('a session that nobody uses', () => {
  const tenMinutes = 600_000;
  it.each<[number, number, number | undefined]>([
    [tenMinutes - 1, 1, undefined],
    [tenMinutes, 2, undefined],
    [99, 1, 100],
    [100, 2, 100],
  ])('after %i ms was started %i times', async (later, times, idleAfter) => {
    let clock = 0;
    const told: Progress[] = [];
    const engine = engineOf({
      now: () => clock,
      policy: idleAfter === undefined ? {} : { idleAfter },
      onProgress: (line) => void told.push(line),
    });
    const session = engine.session({ resource });
    await settled(session);
    clock += later;
    await settled(engine.session({ resource, subject: 'somebody else' }));
    await settled(session);
    const starts = told.filter(
      (line) => line.kind === 'state' && line.state === 'recovering' && line.session.subject === '',
    );
    expect(starts).toHaveLength(times);
    await engine.dispose();
  });
});

describe('the end of an engine', () => {
  const isOver = (work: Promise<void>): (() => boolean) => {
    let over = false;
    work.then(() => {
      over = true;
    });
    return () => over;
  };

  it('HOST-2: waits five seconds for a user agent that does not end, and no longer', async () => {
    vi.useFakeTimers();
    const userAgent = { ...testHost().userAgent, dispose: () => new Promise<void>(() => {}) };
    const ended = isOver(engineOf({ userAgent }).dispose());
    await vi.advanceTimersByTimeAsync(4_999);
    expect(ended()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended()).toBe(true);
  });

  it('HOST-2: opens no session any more, and has let go of what its sessions did', async () => {
    const engine = engineOf();
    const session = engine.session({ resource });
    await settled(session);
    const stepsOf = () => session.explain().steps.map((step) => step.kind === 'state' && step.state);
    expect(stepsOf()).toContain('idle');
    await engine.dispose();
    expect(stepsOf()).not.toContain('idle');
    expect(() => engine.session({ resource })).toThrow(expect.objectContaining({ code: 'engine_disposed' }));
  });

  it('AUTHZ-12: leaves a login that waits for its person to whoever takes it over', async () => {
    const world = await startWorld();
    const store = memoryStore();
    const engine = engineOf({ store });
    const session = engine.session({ resource: world.resource });
    const login = failureOf(session.login());
    await personsTurn(session);
    const holderOf = async (): Promise<unknown> =>
      JSON.parse((await store.get(keys.login(session.id)))?.text ?? '').holder;
    expect(await holderOf()).toEqual(expect.any(String));
    await engine.dispose();
    expect(await holderOf()).toBeUndefined();
    expect((await login).code).toBe('cancelled');
    await world.close();
  });

  it('waits for the answer to a renewal: it may be the only one', async () => {
    const world = await startWorld();
    const { engine, session } = testEngine(world.resource);
    await session.login();
    let answer = (): void => {};
    const asked = new Promise<void>((arrived) => {
      world.script('a POST /token', async () => {
        arrived();
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return undefined;
      });
    });
    world.expireAccessTokens();
    const request = callTool(session, 'any').catch((error: unknown) => error);
    await asked;
    const ended = isOver(engine.dispose());
    await pause(30);
    expect(ended()).toBe(false);
    answer();
    await expect.poll(ended).toBe(true);
    await request;
    await world.close();
  });

  it('HOST-2: leaves no timer behind', async () => {
    vi.useFakeTimers();
    const others = vi.getTimerCount();
    await engineOf().dispose();
    expect(vi.getTimerCount()).toBe(others);
  });
});
