// Scope sets: what the first request asks for, and how they grow.
import { describe, expect, test } from 'vitest';
import { includesAll, type ScopeSources, selectScopes, union, withinLimits } from '../../protocol/scopes.ts';

const select = (of: Partial<ScopeSources>) =>
  selectScopes({
    accumulated: [],
    challenged: undefined,
    wanted: [],
    resource: undefined,
    server: { scopesSupported: [] },
    refreshWanted: true,
    ...of,
  });

describe('union (STEP-2)', () => {
  test.each([
    ['nothing', [], []],
    ['nothing of nothing', [undefined, []], []],
    ['in the order of first appearance', [['b', 'a'], undefined, ['c', 'a', 'b', 'd']], ['b', 'a', 'c', 'd']],
    ['repeated within one', [['a', 'a']], ['a']],
    ['another case is another scope', [['a'], ['A']], ['a', 'A']],
  ])('%s', (_, sets, expected) => {
    expect(union(...sets)).toEqual(expected);
  });

  test('changes none of its sets', () => {
    const set = Object.freeze(['b', 'a']);
    expect(union(set, Object.freeze(['c']))).toEqual(['b', 'a', 'c']);
    expect(set).toEqual(['b', 'a']);
  });
});

describe('includesAll', () => {
  test.each([
    [['a', 'b'], ['b'], true],
    [['a', 'b'], [], true],
    [[], [], true],
    [[], ['a'], false],
    [['a'], ['a', 'b'], false],
    [['ab'], ['a'], false],
  ])('%j all of %j: %s', (whole, part, expected) => {
    expect(includesAll(whole, part)).toBe(expected);
  });
});

describe('the first time (SCOPE-1)', () => {
  const resource = { scopesSupported: ['r1', 'r2'] };
  test.each([
    ['the challenge, and not what the resource lists', { challenged: ['x'], resource }, ['x']],
    [
      'U10, SCOPE-2: a challenge that the resource does not list',
      { challenged: ['z', 'r1'], resource },
      ['z', 'r1'],
    ],
    ['without a challenge, all that the resource lists', { resource }, ['r1', 'r2']],
    ['an empty challenge is none', { challenged: [], resource }, ['r1', 'r2']],
    ['U09: neither: no scope at all', { resource: {} }, []],
    ['no metadata: no scope at all', {}, []],
    ['what the host wants comes along', { challenged: ['x'], wanted: ['w', 'x'] }, ['x', 'w']],
    ['what the host wants, beside what is listed', { wanted: ['w'], resource }, ['r1', 'r2', 'w']],
    ['what the host wants, alone', { wanted: ['w'] }, ['w']],
    [
      'what the server lists is not asked for',
      { server: { scopesSupported: ['s'] }, resource },
      ['r1', 'r2'],
    ],
  ])('%s', (_, of, expected) => {
    expect(select(of)).toEqual(expected);
  });
});

describe('later (STEP-1, U01)', () => {
  const accumulated = ['a', 'b'];
  const resource = { scopesSupported: ['r'] };
  test.each([
    ['what was before, then the challenge', { challenged: ['c', 'a'] }, ['a', 'b', 'c']],
    ['STEP-2: the order stays as it was', { challenged: ['b', 'a'] }, ['a', 'b']],
    ['U15: a challenge of 401 narrows nothing', { challenged: ['a'] }, ['a', 'b']],
    ['without a challenge, what was before', {}, ['a', 'b']],
    ['what the host wants comes last', { challenged: ['c'], wanted: ['w'] }, ['a', 'b', 'c', 'w']],
  ])('%s', (_, of, expected) => {
    expect(select({ accumulated, resource, ...of })).toEqual(expected);
  });

  test('U02: asked for in turns, the set grows and then stays', () => {
    let accumulated: readonly string[] = [];
    for (const challenged of [['a'], ['b'], ['a'], ['b']]) accumulated = select({ accumulated, challenged });
    expect(accumulated).toEqual(['a', 'b']);
  });
});

describe('offline_access (SCOPE-3, U11)', () => {
  const server = { scopesSupported: ['openid', 'offline_access'] };
  test.each([
    ['listed, refresh wanted', { server, challenged: ['x'] }, ['x', 'offline_access']],
    ['asked for before', { server, accumulated: ['offline_access', 'x'] }, ['offline_access', 'x']],
    ['listed, refresh not wanted', { server, challenged: ['x'], refreshWanted: false }, ['x']],
    ['not listed', { challenged: ['x'] }, ['x']],
    ['listed by the resource only', { resource: { scopesSupported: ['x', 'offline'] } }, ['x', 'offline']],
    ['never alone: it would replace the defaults', { server }, []],
    [
      'STEP-7: beyond the ceiling',
      { server, challenged: ['x'], limits: { floor: [], ceiling: ['x'] } },
      ['x'],
    ],
    [
      'within the ceiling',
      { server, challenged: ['x'], limits: { floor: [], ceiling: ['x', 'offline_access'] } },
      ['x', 'offline_access'],
    ],
  ])('%s', (_, of, expected) => {
    expect(select(of)).toEqual(expected);
  });
});

describe('limits of the host (STEP-7)', () => {
  test.each([
    ['no ceiling: all', { floor: [], ceiling: null }, ['a', 'b', 'c']],
    [
      'a ceiling: what it has, in the order of what is asked for',
      { floor: [], ceiling: ['c', 'a'] },
      ['a', 'c'],
    ],
    ['a floor beyond the ceiling: both', { floor: ['b'], ceiling: ['a'] }, ['a', 'b']],
    ['a ceiling of nothing: nothing', { floor: [], ceiling: [] }, []],
  ])('%s', (_, limits, expected) => {
    expect(withinLimits(['a', 'b', 'c'], limits)).toEqual(expected);
    expect(select({ challenged: ['a', 'b', 'c'], limits })).toEqual(expected);
  });

  test('the floor is asked for, whatever is challenged', () => {
    expect(select({ challenged: ['a'], limits: { floor: ['f'], ceiling: ['a'] } })).toEqual(['a', 'f']);
  });
});
