// Random worlds against the real engine, and the proof that the rules would notice if it misbehaved.
import { describe, expect, it } from 'vitest';
import { engineFaults } from './faultyEngines.ts';
import { runWorlds } from './runWorlds.ts';

describe('random worlds', () => {
  it('break no rule', async () => {
    const { violation, ...played } = await runWorlds({ worlds: 25, seed: 20_260_728 });
    expect(violation).toBeUndefined();
    expect(played.worlds).toBe(25);
    expect(played.requests).toBeGreaterThan(played.worlds * 5);
  }, 60_000);
});

describe('the rules notice', () => {
  it.each(engineFaults)('%s', async (_name, fault, noticed) => {
    const { violation } = await runWorlds({ worlds: 300, seed: 7, shorten: false }, fault);
    expect(violation).toMatch(noticed);
  });

  it('and tell the shortest scenario', async () => {
    const [[, fault] = []] = engineFaults;
    const { violation = '' } = await runWorlds({ worlds: 300, seed: 7 }, fault);
    const scenario = violation.split('\n').filter((line) => line.startsWith('  - '));
    expect(scenario.length).toBeLessThanOrEqual(5);
    expect(violation).toContain('the resource moves to server B');
    expect(violation).toContain('seed 7');
  });
});
