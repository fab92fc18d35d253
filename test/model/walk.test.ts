// The chart against its invariants, near its start; and wrong charts that are caught. The whole graph: `npm run model`.
import { describe, expect, it } from 'vitest';
import { arrowsOf } from '../../machines/arrows.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { judge, untaken } from './judge.ts';
import { settings } from './settings.ts';
import { walk } from './walk.ts';

/** How many states of each setting are looked at here. */
const NEAR = 60;

describe('the chart', () => {
  it('has arrows that can be told apart', () => {
    const ids = arrowsOf(authMachine).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('keeps every invariant near its start, where most arrows are taken', () => {
    const verdict = judge(authMachine, { states: NEAR });
    expect(verdict.violation).toBeUndefined();
    expect(verdict.edges).toBeGreaterThan(10_000);
    expect(untaken(authMachine, verdict.taken).length).toBeLessThan(65);
  });

  it('has a graph that ends', () => {
    const [first] = settings;
    const graph = first && walk(authMachine, first);
    const open = [...(graph?.places.values() ?? [])].filter(({ ways }) => ways.length === 0);
    expect(graph?.places.size).toBeGreaterThan(300);
    expect(open).toEqual([]);
  });
});

describe('a wrong chart is caught', () => {
  const no = () => false;
  type Guards = Parameters<typeof authMachine.provide>[0]['guards'];
  const wrong: readonly [string, NonNullable<Guards>, string][] = [
    [
      'BIND-6: that goes on with credentials of another issuer',
      { isBoundElsewhere: no },
      'a resource that moves',
    ],
    ['BIND-10: that goes on with credentials of nobody', { isWithoutIssuer: no }, 'a resource that moves'],
    [
      'AUTHZ-11: that sends people somewhere without being asked to',
      { isInteractionBarred: no },
      'a first login, asked for',
    ],
  ];
  it.each(wrong)('%s', (_what, guards, name) => {
    const where = settings.filter((setting) => setting.name === name);
    const { violation } = judge(authMachine.provide({ guards }), { settings: where });
    expect(violation).toBeDefined();
  });
});
