// Random worlds against the real engine, and the proof that the rules would notice if it misbehaved.
import { describe, expect, it } from 'vitest';
import type { Scenario } from './behaviours.ts';
import { engineFaults } from './faultyEngines.ts';
import { siblingFaults } from './faultySiblings.ts';
import type { Moment, Recording } from './recording.ts';
import { joinedRules } from './rules/joined.ts';
import { playStory, runWorlds } from './runWorlds.ts';

describe('random worlds', () => {
  it('break no rule', async () => {
    const { violation, ...played } = await runWorlds({ worlds: 25, seed: 20_260_728 });
    expect(violation).toBeUndefined();
    expect(played.worlds).toBe(25);
    expect(played.requests).toBeGreaterThan(played.worlds * 5);
  }, 60_000);
});

describe('stories that went wrong before', () => {
  const beginning = { client: 'dynamic', engines: 2, isEmbedded: false, home: 'tells' } as const;
  const away = { do: 'person', now: 'stays away' } as const;

  it('AUTHZ-12: who asks for a login that an idle engine took over is shown its page', async () => {
    const story: Scenario = {
      ...beginning,
      interaction: 'ask',
      callback: 'port',
      steps: [
        { do: 'login', by: 0, scopes: [] },
        { do: 'revoke', at: 'a' },
        away,
        { do: 'login', by: 0, scopes: ['admin'] },
        { do: 'die', by: 0 },
      ],
    };
    expect(await playStory(story)).toBeUndefined();
  });

  it('AUTHZ-12: who logs out of a login hears the same as those who had joined it', async () => {
    const login = (by: number) => ({ do: 'login', by, scopes: [] }) as const;
    const steps = [away, login(0), login(1), { do: 'logout', by: 0 }] as const;
    const story: Scenario = { ...beginning, interaction: 'auto', callback: 'route', steps };
    expect(await playStory(story)).toBeUndefined();
  });

  it('HOST-1, TOK-9: a login of an embedded chart ends with a failure when its host stops it', async () => {
    const story: Scenario = {
      ...beginning,
      engines: 1,
      isEmbedded: true,
      interaction: 'auto',
      callback: 'route',
      steps: [away, { do: 'login', by: 1, scopes: [] }, { do: 'restart', by: 0 }],
    };
    expect(await playStory(story)).toBeUndefined();
  });
});

describe('stories that are long', () => {
  it('R13, C04: a process that was killed as it registered is waited for, and no longer than its lease', async () => {
    const die = { request: 4, event: { do: 'die', by: 0 } } as const;
    const story: Scenario = {
      interaction: 'auto',
      client: 'dynamic',
      engines: 1,
      isEmbedded: false,
      home: 'tells',
      callback: 'route',
      steps: [
        { do: 'logins at once', by: [0], scopes: [], meanwhile: die },
        { do: 'call', by: 0, tools: ['list'], meanwhile: null },
      ],
    };
    expect(await playStory(story)).toBeUndefined();
  });
});

describe('a recording of a busy machine', () => {
  it('AUTHZ-12: a page belongs to who made its request, also when those before them hear late of their end', () => {
    const page = {
      kind: 'presented',
      url: new URL('https://a.example/authorize?state=s&scope=admin'),
      at: 'a',
    } as const;
    const step = (by: number): Moment => ({ kind: 'step', step: { do: 'cancel login', by } });
    const asks = (process: number) => ({ process, login: process, scopes: ['admin'] });
    const recording = (canceled: number, ended: readonly number[]): Recording => ({
      ...{ origins: { a: '', b: '', resource: '' }, resource: '', interaction: 'ask', client: 'dynamic' },
      moments: [
        step(9),
        { kind: 'login', ...asks(1) },
        { kind: 'login', ...asks(2) },
        { ...page, process: 2, time: 0 },
        { kind: 'login over', ended: 'done', ...asks(3) },
        { ...page, process: 1, time: 3_500 },
        { kind: 'heard', requests: ['pending:s'], time: 5_000 },
        step(canceled - 1),
        { kind: 'cancel', process: canceled },
        ...ended.map((one): Moment => ({ kind: 'login over', ended: 'cancelled', ...asks(one) })),
        { kind: 'heard', requests: ['pending:s'], time: 10_000 },
      ],
    });
    const judged = (canceled: number, ended: readonly number[]) =>
      joinedRules.flatMap((rule) => rule.judge(recording(canceled, ended)) ?? []);
    expect(judged(1, [1])).toEqual([]);
    expect(judged(2, [2])).toEqual(['one that had joined it waits on']);
  });
});

describe('the rules notice', () => {
  // A few of them; `npm run model` has all.
  it.each([...engineFaults.slice(2, 3), ...siblingFaults.slice(0, 1)])(
    '%s',
    async (_name, fault, noticed) => {
      const { violation } = await runWorlds({ worlds: 300, seed: 3, shorten: false }, fault);
      expect(violation).toMatch(noticed);
    },
  );

  it('and tell the shortest scenario', async () => {
    const [[, fault] = []] = siblingFaults;
    const { violation = '' } = await runWorlds({ worlds: 300, seed: 3 }, fault);
    const scenario = violation.split('\n').filter((line) => line.startsWith('  - '));
    expect(scenario.length).toBeLessThanOrEqual(6);
    expect(violation).toMatch(/engine \d( and engine \d ask at once| asks) to log in/);
    expect(violation).toContain('seed 3');
  }, 60_000);
});
