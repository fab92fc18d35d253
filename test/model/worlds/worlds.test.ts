// Random worlds against the real engine, and the proof that the rules would notice if it misbehaved.
import { describe, expect, it } from 'vitest';
import { sabotages } from './faultyEngines.ts';
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
  it.each(sabotages)('%s', async (_name, sabotage, noticed) => {
    const { violation } = await runWorlds({ worlds: 300, seed: 7, shorten: false }, sabotage);
    expect(violation).toMatch(noticed);
  });

  it('and tell the shortest story', async () => {
    const [[, sabotage] = []] = sabotages;
    const { violation = '' } = await runWorlds({ worlds: 300, seed: 7 }, sabotage);
    const story = violation.split('\n').filter((line) => line.startsWith('  - '));
    expect(story.length).toBeLessThanOrEqual(5);
    expect(violation).toContain('the resource moves to server B');
    expect(violation).toContain('seed 7');
  });
});
