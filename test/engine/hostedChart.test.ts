// A chart of the host's own as a session uses it: looked at and told while it runs, and never started, rested or stopped.
import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { HostedChart } from '../../engine/hostedChart.ts';
import { createAuthEngine } from '../../index.ts';
import { testHost } from '../support/engine.ts';

function hosted() {
  const { machine } = createAuthEngine({ client: { name: 'tests' }, userAgent: testHost().userAgent });
  const actor = createActor(machine, { input: { resource: 'https://mcp.example' } }).start();
  return { actor, chart: new HostedChart(actor) };
}

describe('a chart of the host', () => {
  it('HOST-1: runs until the host stops it', () => {
    const { actor, chart } = hosted();
    expect(chart.running).toBe(actor.getSnapshot());
    chart.used();
    chart.stop();
    expect(chart.rest()).toBe(false);
    expect(chart.running).toBe(actor.getSnapshot());
    actor.stop();
    expect(chart.running).toBeUndefined();
    expect(chart.snapshot.status).toBe('stopped');
    expect(chart.wake()).toBe(chart.snapshot);
  });

  it('HOST-1: is waited for until it is there', async () => {
    const { actor, chart } = hosted();
    const snapshot = await chart.until((one) => one.matches('idle'));
    expect(snapshot).toBe(actor.getSnapshot());
    expect(snapshot.matches('idle')).toBe(true);
    actor.stop();
  });

  it('HOST-1: hears what it is told while it runs, and is looked at until that is ended', async () => {
    const { actor, chart } = hosted();
    await chart.until((one) => one.matches('idle'));
    const seen: unknown[] = [];
    const end = chart.subscribe((snapshot) => seen.push(snapshot.value));
    chart.tell({ type: 'user.logout' });
    expect(seen).toEqual([expect.objectContaining({ signingOut: expect.anything() })]);
    end();
    await chart.until((one) => one.matches('idle'));
    expect(seen).toHaveLength(1);
    actor.stop();
    chart.tell({ type: 'user.login' });
    expect(chart.snapshot.status).toBe('stopped');
  });
});
