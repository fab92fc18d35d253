// The chart of one session: started by its first use, looked at without being used, at rest without being forgotten, and ended for good.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { CommonTexts } from '../../engine/restingChart.ts';
import { SessionChart } from '../../engine/sessionChart.ts';
import { createAuthEngine, type EngineOptions, memoryStore } from '../../index.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { testHost } from '../support/engine.ts';

type Snapshot = SessionChart['snapshot'];

const id = { resource: 'https://mcp.example/mcp', subject: 'ada', label: 'work' };
const isAtRest = (snapshot: Snapshot): boolean => !snapshot.hasTag('busy');

const warned = vi.fn();
let charts: SessionChart[] = [];
beforeEach(() => {
  warned.mockClear();
  vi.spyOn(console, 'warn').mockImplementation(warned);
});
afterEach(() => {
  for (const chart of charts) chart.stop();
  charts = [];
  vi.restoreAllMocks();
});

/** A chart of a session, and how often it said that it is used. */
function chartOf(options: Partial<EngineOptions> = {}) {
  const onUse = vi.fn();
  const { machine } = createAuthEngine({
    client: { name: 'tests' },
    userAgent: testHost().userAgent,
    store: memoryStore(),
    ...options,
  });
  const inspectorOf = vi.fn(() => () => {});
  const chart = new SessionChart(
    { machine, interaction: 'auto', inspectorOf, texts: new CommonTexts(), onUse },
    id,
  );
  charts.push(chart);
  return { chart, onUse, inspectorOf };
}

describe('a chart of a session', () => {
  it('C12: runs from its first use on, for its session and as its host interacts', async () => {
    const { chart, onUse, inspectorOf } = chartOf();
    expect([chart.running, onUse.mock.calls.length]).toEqual([undefined, 0]);
    expect(chart.snapshot.matches('recovering')).toBe(true);
    expect(onUse.mock.calls).toEqual([[id]]);
    expect(inspectorOf.mock.calls).toEqual([[id]]);
    expect(chart.running).toBe(chart.snapshot);
    expect(chart.snapshot.context).toMatchObject({ session: id, interaction: 'auto' });
    expect(onUse).toHaveBeenCalledTimes(1);
  });

  it('C12: is used by whoever says so, wakes it, waits for it, or looks on', async () => {
    const { chart, onUse } = chartOf();
    chart.used();
    expect([onUse.mock.calls, chart.running]).toEqual([[[id]], undefined]);
    const end = chart.subscribe(() => {});
    expect(chart.running).toBeDefined();
    expect(onUse).toHaveBeenCalledTimes(2);
    expect(chart.wake()).toBe(chart.running);
    expect(onUse).toHaveBeenCalledTimes(3);
    await chart.until(isAtRest);
    expect(onUse).toHaveBeenCalledTimes(4);
    end();
  });

  it('C12: says at rest where it was, for the same session, and is not started for that', async () => {
    const { chart, onUse } = chartOf();
    await chart.until(isAtRest);
    onUse.mockClear();
    expect(chart.rest(0)).toBe(true);
    expect(chart.running).toBeUndefined();
    expect(chart.snapshot.matches('idle')).toBe(true);
    expect(chart.snapshot.context).toMatchObject({ session: id, interaction: 'auto' });
    expect([chart.running, onUse.mock.calls.length]).toEqual([undefined, 0]);
    expect(chart.wake().matches('recovering')).toBe(true);
    expect(chart.snapshot).toBe(chart.running);
  });

  it('C12: is told something by whoever uses it, also at rest', async () => {
    const { chart } = chartOf({ fetch: () => new Promise(() => {}) });
    await chart.until(isAtRest);
    chart.rest(0);
    const seen: unknown[] = [];
    chart.subscribe(({ value }) => seen.push(value));
    await chart.until(isAtRest);
    chart.tell({ type: 'user.login' });
    expect(chart.snapshot.matches('idle')).toBe(false);
    expect(seen.at(-1)).toEqual(chart.snapshot.value);
  });

  it('C12: does not rest while somebody looks on, though others do no more', async () => {
    const { chart } = chartOf();
    const seen: string[] = [];
    const ends = ['one', 'other'].map((name) => chart.subscribe(() => seen.push(name)));
    await chart.until(isAtRest);
    expect(new Set(seen)).toEqual(new Set(['one', 'other']));
    ends[0]?.();
    ends[0]?.();
    expect(chart.rest(0)).toBe(false);
    expect(chart.running).toBeDefined();
    ends[1]?.();
    expect(chart.rest(0)).toBe(true);
  });

  it('C12: does not rest once the host has its actor', async () => {
    const { chart } = chartOf();
    const { actor } = chart;
    await chart.until(isAtRest);
    expect(chart.rest(0)).toBe(false);
    expect(actor.getSnapshot().status).toBe('active');
  });

  it('TOK-7: does not rest before a failure may be tried again', async () => {
    const { chart } = chartOf({
      fetch: () => Promise.reject(new TypeError('fetch failed')),
      now: () => 1_000,
      sleep: () => new Promise(() => {}),
    });
    await chart.until(isAtRest);
    chart.tell({ type: 'user.login' });
    const { retryAt = 0 } = (await chart.until(isAtRest)).context;
    expect(retryAt).toBeGreaterThan(1_000);
    expect([chart.rest(retryAt - 1), chart.rest(retryAt)]).toEqual([false, true]);
  });

  it('C12: awaits a person only while something is under way', () => {
    const isUnder = (node: AnyStateNode | undefined, tag: string): boolean =>
      node !== undefined && (node.tags.includes(tag) || isUnder(node.parent, tag));
    const all = (node: AnyStateNode): readonly AnyStateNode[] => [
      node,
      ...Object.values(node.states).flatMap((inner) => all(inner)),
    ];
    const awaiting = all(authMachine.root).filter((node) => node.tags.includes('needsUser'));
    expect(awaiting.length).toBeGreaterThan(0);
    for (const node of awaiting) expect(isUnder(node, 'busy'), node.path.join('.')).toBe(true);
  });
});

describe('a chart that is stopped', () => {
  it('HOST-1: has ended, and is left where nothing is under way and nothing is known', () => {
    const { chart } = chartOf();
    expect(chart.wake().matches('recovering')).toBe(true);
    chart.stop();
    expect([chart.running, chart.snapshot.status]).toEqual([undefined, 'stopped']);
    expect(chart.snapshot.matches('idle')).toBe(true);
  });

  it('HOST-1: hears nothing more, however often it is stopped', () => {
    const { chart } = chartOf();
    chart.wake();
    chart.stop();
    chart.stop();
    chart.tell({ type: 'user.login' });
    expect(chart.snapshot.matches('idle')).toBe(true);
    expect(warned).not.toHaveBeenCalled();
  });

  it('HOST-1: counts as at rest, and goes on having ended', () => {
    const { chart } = chartOf();
    chart.wake();
    chart.stop();
    expect(chart.rest(0)).toBe(true);
    expect([chart.running, chart.snapshot.status]).toEqual([undefined, 'stopped']);
  });

  it('HOST-1: at rest is not started for it, and has ended when it is used again', async () => {
    const { chart, onUse } = chartOf();
    await chart.until(isAtRest);
    chart.rest(0);
    onUse.mockClear();
    chart.stop();
    expect(onUse).not.toHaveBeenCalled();
    expect(chart.wake().status).toBe('stopped');
    expect(chart.running).toBeUndefined();
  });
});
