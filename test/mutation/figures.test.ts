// The figures: shares by room, what is argued, what is short, and the numbers that notes hold.
import { describe, expect, test } from 'vitest';
import { listOf, numbersOf } from './inside/numbers.ts';
import type { Inventory, Room } from './inventory.ts';
import { chanceOf, report } from './report.ts';
import { Plan } from './trial/plan.ts';
import type { Test } from './trial/reach.ts';
import type { Verdict, Verdicts } from './trial/verdict.ts';

const killed: Verdict = { how: 'killed', by: 'a test' };
const survived: Verdict = { how: 'survived', ms: 1, isAll: true };

/** So many mutants `m1`, `m2`, … in one file of each room. */
function inventoryOf(counts: Partial<Record<Room, number>>): Inventory {
  let first = 1;
  const sources = Object.entries(counts).map(([room, count]) => {
    const mutants = Array.from({ length: count }, (_, index) => {
      return { id: `${room} m${index + 1}`, operator: 'o', line: 1, span: { start: 0, end: 1 }, text: '' };
    });
    const source = { file: `${room}/a.ts`, room: room as Room, digest: '', first, mutants };
    first += count;
    return source;
  });
  return { sources, tests: new Map(), count: first - 1 };
}

const verdictsOf = (...verdicts: readonly Verdict[]): Verdicts =>
  new Map(verdicts.map((verdict, index) => [index + 1, verdict]));

const many = (count: number, verdict: Verdict): readonly Verdict[] =>
  Array.from({ length: count }, () => verdict);

describe('report', () => {
  test('counts what is found, what is endless, and what no test comes by', () => {
    const verdicts = verdictsOf(killed, { how: 'endless', by: 'a test' }, survived, { how: 'unreached' });
    const { rooms, survivors, line } = report(inventoryOf({ protocol: 4 }), verdicts, false, {});
    expect(rooms.protocol).toMatchObject({
      mutants: 4,
      killed: 2,
      endless: 1,
      argued: 0,
      percent: 50,
      isShort: true,
    });
    expect(survivors.map(({ id }) => id)).toEqual(['protocol m3', 'protocol m4']);
    expect(line).toBe('mutation: protocol 50 % of 4, short of 95 %');
  });

  test.each<[string, Room, number, boolean]>([
    ['just enough', 'protocol', 5, false],
    ['one too many', 'protocol', 6, true],
    ['just enough where less is asked', 'actors', 10, false],
    ['one too many where less is asked', 'stores', 11, true],
  ])('is short by room: %s', (_, room, survivors, expected) => {
    const verdicts = verdictsOf(...many(100 - survivors, killed), ...many(survivors, survived));
    expect(report(inventoryOf({ [room]: 100 }), verdicts, false, {}).isShort).toBe(expected);
  });

  test('one room that is short makes the whole short', () => {
    const verdicts = verdictsOf(...many(10, killed), ...many(10, survived));
    const { isShort, line } = report(inventoryOf({ protocol: 10, actors: 10 }), verdicts, false, {});
    expect(isShort).toBe(true);
    expect(line).toBe('mutation: protocol 100 % of 10, actors 0 % of 10, short of 90 %');
  });

  test('rooms without a verdict are not told', () => {
    expect(
      Object.keys(report(inventoryOf({ protocol: 1, engine: 1 }), verdictsOf(killed), false, {}).rooms),
    ).toEqual(['protocol']);
  });

  test('an argument counts as found, and is counted apart', () => {
    const verdicts = verdictsOf(killed, survived);
    const found = report(inventoryOf({ protocol: 2 }), verdicts, false, { 'protocol m2': 'no fault' });
    expect(found.rooms.protocol).toMatchObject({ killed: 1, argued: 1, percent: 100, isShort: false });
    expect(found.survivors).toEqual([]);
    expect(found.line).toBe('mutation: protocol 100 % of 2 (1 argued)');
  });

  test('an argument for nothing is an error, and one that is not needed is told', () => {
    const found = report(inventoryOf({ protocol: 1 }), verdictsOf(killed), false, {
      'protocol m1': 'no fault',
      'protocol m2': 'no fault',
    });
    expect(found.unknownArguments).toEqual(['protocol m2']);
    expect(found.needlessArguments).toEqual(['protocol m1']);
    expect(found.isShort).toBe(true);
  });

  test.each([
    ['as many as there are', 1, false],
    ['a few more, by chance', 3, false],
    ['more than chance gives', 5, true],
  ])('a sample is short when it hardly can be by chance: %s', (_, survivors, expected) => {
    const verdicts = verdictsOf(...many(20 - survivors, killed), ...many(survivors, survived));
    expect(report(inventoryOf({ protocol: 20 }), verdicts, true, {}).isShort).toBe(expected);
  });
});

test('the chance of so many survivors, or more', () => {
  expect(chanceOf(0, 10, 0.05)).toBe(1);
  expect(chanceOf(1, 1, 0.05)).toBeCloseTo(0.05);
  expect(chanceOf(1, 2, 0.5)).toBeCloseTo(0.75);
  expect(chanceOf(2, 2, 0.5)).toBeCloseTo(0.25);
});

test.each([
  [[], ''],
  [[7], '7'],
  [[1, 2, 3, 7, 9, 10], '1-3,7,9-10'],
])('numbers %j as %j, and back', (list, text) => {
  expect(numbersOf(list)).toBe(text);
  expect(listOf(text)).toEqual(list);
});

describe('plan', () => {
  const testOf = (id: string, ms: number): Test => ({ id, file: `${id}.test.ts`, name: id, ms });
  const [quick, slow, slowest] = [testOf('quick', 10), testOf('slow', 500), testOf('slowest', 900)];
  const planOf = (tests: readonly Test[], budget = 10_000): Plan =>
    new Plan(
      new Map([
        [1, tests],
        [2, tests],
      ]),
      () => ({ file: 'a.ts', budget }),
    );

  test('takes the quickest tests first, within the time', () => {
    expect([...planOf([slowest, slow, quick]).next([1], 600).keys()]).toEqual(['quick', 'slow']);
  });

  test('takes one test, however long it takes', () => {
    expect([...planOf([slowest], 1).next([1], 1).keys()]).toEqual(['slowest']);
  });

  test('takes no test twice, and no more than the time allows', () => {
    const plan = planOf([quick, slow, slowest]);
    plan.tried(1, quick, false);
    expect([...plan.next([1], 600).keys()]).toEqual(['slow']);
    plan.tried(1, slow, false);
    expect([...plan.next([1], 600).keys()]).toEqual([]);
    expect(plan.triedOf(1).ms).toBe(510);
    expect(plan.isAllTried(1)).toBe(false);
    plan.tried(1, slowest, false);
    expect(plan.isAllTried(1)).toBe(true);
  });

  test('takes all tests of the file itself, and others within the budget', () => {
    const own = { ...testOf('own', 700), file: 'test/a.test.ts' };
    expect([...planOf([own, slow, slowest, quick], 520).next([1], 10_000).keys()]).toEqual([
      'quick',
      'slow',
      'own',
    ]);
  });

  test('prefers tests that have found mutants of the same file', () => {
    const plan = planOf([slow, slowest]);
    plan.tried(2, slowest, true);
    expect([...plan.next([1], 900).keys()]).toEqual(['slowest']);
  });

  test('tries all mutants of a test together', () => {
    expect(planOf([quick]).next([1, 2], 600)).toEqual(new Map([['quick', [1, 2]]]));
  });
});
