// Charts as sessions hold them: told while they run, put to rest when nobody needs them, the one unused longest first.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AnyStateNode, InspectionEvent } from 'xstate';
import type { SessionId } from '../../contract/facts.ts';
import { HostedChart } from '../../engine/hostedChart.ts';
import { loginPage } from '../../engine/loginPage.ts';
import { Observer, type Progress } from '../../engine/observe.ts';
import { Observers } from '../../engine/observers.ts';
import { CommonTexts } from '../../engine/restingChart.ts';
import type { EngineSession } from '../../engine/session.ts';
import { SessionChart } from '../../engine/sessionChart.ts';
import { Sessions } from '../../engine/sessions.ts';
import { activeStates, allStates, innermost } from '../../engine/states.ts';
import { createAuthEngine, memoryStore } from '../../index.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { type AuthContext, initialContext } from '../../machines/context.ts';
import { Records } from '../../stores/records.ts';
import { samples } from '../stores/recordSamples.ts';
import { testHost } from '../support/engine.ts';
import { collectGarbage } from '../support/garbage.ts';
import { full } from './contexts.ts';

type Value = Parameters<typeof authMachine.resolveState>[0]['value'];
type Snapshot = SessionChart['snapshot'];

const resource = 'https://mcp.example/mcp';
const at = (value: Value, context: AuthContext = full): Snapshot =>
  authMachine.resolveState({ value, context }) as Snapshot;

/** A state of the chart itself, by its name. */
const nodeOf = (name: string): AnyStateNode =>
  name.split('.').reduce<AnyStateNode>((node, part) => node.states[part] as AnyStateNode, authMachine.root);

/** An engine that nothing is asked of: its charts rest as soon as its store has answered. */
const engineOf = () =>
  createAuthEngine({ client: { name: 'tests' }, userAgent: testHost().userAgent, store: memoryStore() });

afterEach(() => {
  vi.restoreAllMocks();
});

/** A chart of its own, as an engine makes it. */
function chartOf(): { readonly chart: SessionChart; readonly uses: () => number } {
  const onUse = vi.fn();
  const { machine } = engineOf();
  const texts = new CommonTexts();
  const parts = { machine, interaction: 'ask', inspectorOf: () => () => {}, texts, onUse } as const;
  const chart = new SessionChart(parts, { resource, subject: '', label: '' });
  return { chart, uses: () => onUse.mock.calls.length };
}

const isAtRest = (snapshot: Snapshot): boolean => !snapshot.hasTag('busy');

describe('a chart of a session', () => {
  it('C12: rests when nothing is under way, and says so again when it rests already', async () => {
    const { chart } = chartOf();
    expect(chart.rest(0)).toBe(true);
    chart.wake();
    expect(chart.rest(0)).toBe(false);
    await chart.until(isAtRest);
    expect(chart.rest(0)).toBe(true);
    expect(chart.rest(0)).toBe(true);
    expect(chart.snapshot.matches('idle')).toBe(true);
    chart.stop();
  });

  it('C12: does not rest while somebody looks on, and rests when nobody does any more', async () => {
    const { chart } = chartOf();
    const seen: unknown[] = [];
    const [one, other] = [
      chart.subscribe((snapshot) => seen.push(snapshot)),
      chart.subscribe((snapshot) => seen.push(snapshot)),
    ];
    await chart.until(isAtRest);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.length % 2).toBe(0);
    one();
    one();
    expect(chart.rest(0)).toBe(false);
    other();
    expect(chart.rest(0)).toBe(true);
    chart.stop();
  });

  it('C12: does not rest once somebody has its actor, and counts each use', async () => {
    const { chart, uses } = chartOf();
    await chart.until(isAtRest);
    const before = uses();
    chart.wake();
    chart.tell({ type: 'user.cancel' });
    expect(uses()).toBe(before + 2);
    expect(chart.actor.getSnapshot().status).toBe('active');
    expect(chart.rest(0)).toBe(false);
    chart.stop();
  });

  it('C12: that was stopped while it rested does not run when it is used again', async () => {
    const { chart } = chartOf();
    await chart.until(isAtRest);
    chart.rest(0);
    chart.stop();
    expect(chart.wake().status).toBe('stopped');
    chart.tell({ type: 'user.login' });
    expect(chart.snapshot.status).toBe('stopped');
  });
});

describe('a chart of the host', () => {
  it('HOST-1: is told while it runs, and left alone after that', () => {
    const { chart } = chartOf();
    const { actor } = chart;
    const hosted = new HostedChart(actor);
    const send = vi.spyOn(actor, 'send');
    hosted.tell({ type: 'user.cancel' });
    expect(send).toHaveBeenCalledTimes(1);
    expect(hosted.wake()).toBe(actor.getSnapshot());
    hosted.stop();
    expect(hosted.rest()).toBe(false);
    expect(hosted.snapshot.status).toBe('active');
    chart.stop();
    send.mockClear();
    hosted.tell({ type: 'user.cancel' });
    expect(send).not.toHaveBeenCalled();
  });

  it('HOST-1: is looked at until that is ended', async () => {
    const { chart } = chartOf();
    const hosted = new HostedChart(chart.actor);
    const [seen, ended]: unknown[][] = [[], []];
    hosted.subscribe((snapshot) => seen?.push(snapshot));
    hosted.subscribe((snapshot) => ended?.push(snapshot))();
    await hosted.until(isAtRest);
    expect(seen?.length).toBeGreaterThan(0);
    expect(ended).toEqual([]);
    chart.stop();
  });
});

describe('the sessions of an engine', () => {
  /** Sessions that rest when they may; the order in which they were asked. */
  function sessionsOf(idleAfter: number) {
    let clock = 0;
    const asked: string[] = [];
    const stopped: string[] = [];
    const busy = new Set<string>();
    const ids = new Map<string, SessionId>();
    const sessions = new Sessions({
      idleAfter,
      now: () => clock,
      make: (id) => {
        ids.set(id.subject, id);
        const rest = (): boolean => {
          asked.push(id.subject);
          return !busy.has(id.subject);
        };
        return { id, rest, stop: () => void stopped.push(id.subject) } as unknown as EngineSession;
      },
    });
    const id = (subject: string) => ({ resource, subject, label: '' });
    return {
      asked,
      stopped,
      busy,
      sessions,
      id,
      /** A session that is used from now on, as all are that somebody asks something of. */
      open: (subject: string) => {
        const session = sessions.open(id(subject));
        sessions.use(session.id);
        return session;
      },
      use: (subject: string) => sessions.use(ids.get(subject) ?? id(subject)),
      pass: (milliseconds: number) => {
        clock += milliseconds;
      },
    };
  }

  it('C12: are put to rest when they were not used for so long, and not before', () => {
    const { asked, open, sessions, id, pass } = sessionsOf(100);
    const held = [open('a'), open('b')];
    expect(sessions.open(id('a'))).toBe(held[0]);
    pass(99);
    held.push(open('c'));
    expect(asked).toEqual([]);
    pass(1);
    held.push(open('d'));
    expect(asked).toEqual(['a', 'b']);
    expect(['a', 'b', 'c', 'd'].map((one) => sessions.isAwake(id(one)))).toEqual([false, false, true, true]);
  });

  it('C12: the one that was used last comes last', () => {
    const { asked, open, use, pass } = sessionsOf(100);
    const held = [open('a'), open('b')];
    pass(50);
    use('a');
    pass(50);
    held.push(open('c'));
    expect(asked).toEqual(['b']);
    pass(50);
    use('c');
    expect(asked).toEqual(['b', 'a']);
    expect(held).toHaveLength(3);
  });

  it('C12: one that is busy is asked again after as long a time', () => {
    const { asked, busy, open, use, pass, sessions, id } = sessionsOf(100);
    const held = [open('a'), open('b')];
    busy.add('a');
    pass(100);
    use('b');
    expect([asked, sessions.isAwake(id('a'))]).toEqual([['a'], true]);
    pass(99);
    use('b');
    expect(asked).toEqual(['a']);
    pass(1);
    use('b');
    expect(asked).toEqual(['a', 'a']);
    expect(held).toHaveLength(2);
  });

  it('C12: are all stopped, and made anew after that', () => {
    const { open, sessions, stopped, id } = sessionsOf(100);
    const held = [open('a'), open('b')];
    sessions.stop();
    expect(stopped).toEqual(['a', 'b']);
    expect(sessions.isAwake(id('a'))).toBe(false);
    expect(open('a')).not.toBe(held[0]);
  });
});

describe('observers', () => {
  const session = { resource, subject: '', label: '' };

  it('S16: one that takes the place of one that was let go stays', async () => {
    const observers = new Observers((of) => new Observer(of, () => {}));
    observers.of(session);
    await pause(1);
    // In the same turn as it goes: nobody has been told of it yet.
    collectGarbage();
    const next = observers.of(session);
    for (let turn = 0; turn < 5; turn += 1) {
      await pause(5);
      collectGarbage();
    }
    expect(observers.of(session)).toBe(next);
    expect(observers.size).toBe(1);
    observers.clear();
    expect(observers.size).toBe(0);
  });

  const step = (type: string, value: Value): InspectionEvent =>
    ({ type, snapshot: at(value), event: { type: 'any' } }) as unknown as InspectionEvent;

  it('L04: hear of states that are entered on the way, each once, and of nothing else', () => {
    const told: Progress[] = [];
    const observer = new Observer(session, (line) => told.push(line));
    observer.inspect(step('@xstate.microstep', 'idle'));
    observer.inspect(step('@xstate.event', { authorizing: 'exchanging' }));
    observer.inspect(step('@xstate.snapshot', 'idle'));
    observer.inspect(step('@xstate.microstep', { authorizing: 'exchanging' }));
    observer.inspect(step('@xstate.snapshot', { authorized: { renewal: 'fresh', stepUp: 'settled' } }));
    observer.inspect({ type: '@xstate.snapshot', snapshot: {} } as unknown as InspectionEvent);
    expect(told.map((line) => line.kind === 'state' && line.state)).toEqual([
      'idle',
      'authorizing.exchanging',
      'authorized.renewal.fresh',
      'authorized.stepUp.settled',
    ]);
    const exchanging = nodeOf('authorizing.exchanging');
    expect(told[1]).toStrictEqual({
      kind: 'state',
      session,
      state: 'authorizing.exchanging',
      description: exchanging.description,
      spec: exchanging.meta.spec,
    });
    expect(observer.history).toEqual(told);
  });

  it('L04: keep the last two hundred lines, also where the listener throws', () => {
    const observer = new Observer(session, () => {
      throw new Error('not listening');
    });
    const lines = Array.from({ length: 250 }, (_, number) => number);
    for (const status of lines) observer.request({ purpose: 'probe', method: 'GET', url: resource, status });
    expect(observer.history).toHaveLength(200);
    expect(observer.history[0]).toMatchObject({ kind: 'request', session, status: 50 });
    expect(observer.history.at(-1)).toMatchObject({ status: 249 });
  });
});

describe('the states of the chart', () => {
  it('L04: are known by their names, with what is said of them', () => {
    const fresh = nodeOf('authorized.renewal.fresh');
    expect(allStates.get('authorized.renewal.fresh')).toStrictEqual({
      name: 'authorized.renewal.fresh',
      description: fresh.description,
      spec: fresh.meta.spec,
      tags: [],
    });
    expect(activeStates(at({ authorized: { renewal: 'fresh', stepUp: 'settled' } }))).toEqual([
      'authorized',
      'authorized.renewal',
      'authorized.renewal.fresh',
      'authorized.stepUp',
      'authorized.stepUp.settled',
    ]);
    expect(innermost(['a', 'ab', 'a.b', 'c'])).toEqual(['ab', 'a.b', 'c']);
  });
});

const closing = new AbortController().signal;

describe('the page of a login', () => {
  const awaiting = { authorizing: 'awaitingUser' } as const;
  /** A chart in one place, and what it was waited for. */
  const pageOf = async (
    snapshot: Snapshot,
    login?: Promise<unknown>,
    records = new Records(memoryStore()),
  ) => {
    const reached: ((of: Snapshot) => boolean)[] = [];
    const chart = {
      snapshot,
      until: async (isReached: (of: Snapshot) => boolean) => {
        reached.push(isReached);
        return snapshot;
      },
    };
    const url = await loginPage({ records, closing }, chart as never, login);
    const isReached = reached[0] ?? (() => false);
    return {
      url,
      waits: [awaiting, { authorizing: 'exchanging' } as const, 'idle' as const].map((one) =>
        isReached(at(one)),
      ),
    };
  };

  it('HOST-1: is waited for until it is the person’s turn, or nothing is under way', async () => {
    expect((await pageOf(at('idle'))).waits).toEqual([true, false, true]);
    expect((await pageOf(at('idle'), new Promise(() => {}))).waits).toEqual([true, false, false]);
  });

  it('HOST-1: is none where nothing is shown, or nothing is left of it', async () => {
    const records = new Records(memoryStore());
    const { key, value } = samples().pending;
    await records.write(key, value, undefined);
    const pending = { ...(full.pending as NonNullable<AuthContext['pending']>), key };
    const urlAt = async (of: Value, change: Partial<AuthContext>) =>
      (await pageOf(at(of, { ...full, ...change }), undefined, records)).url;
    expect(await urlAt(awaiting, { pending })).toBe(value.url);
    expect(await urlAt(awaiting, { pending: null })).toBeUndefined();
    expect(await urlAt(awaiting, { pending: { ...pending, redirectUri: null } })).toBeUndefined();
    expect(await urlAt({ authorizing: 'exchanging' }, { pending })).toBeUndefined();
    expect(await urlAt(awaiting, { pending: { ...pending, key: 'pending:gone' } })).toBeUndefined();
  });

  it('HOST-1: is none where a login fails before', async () => {
    const never = { snapshot: at('idle', initialContext({ resource })), until: () => new Promise(() => {}) };
    const failed = Promise.reject(new Error('no'));
    const records = new Records(memoryStore());
    expect(await loginPage({ records, closing }, never as never, failed)).toBeUndefined();
  });
});
