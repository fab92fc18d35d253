// Which ids a title names, and which titles a file has.
import { describe, expect, test } from 'vitest';
import { idsIn } from './ids.ts';
import { testsIn } from './titles.ts';

describe('ids in a text', () => {
  test.each<[string, readonly string[]]>([
    ['DISC-1, REG-1: goes from a 401 to an answer', ['DISC-1', 'REG-1']],
    ['the union (STEP-2)', ['STEP-2']],
    ['AUTHZ-5…7', ['AUTHZ-5', 'AUTHZ-6', 'AUTHZ-7']],
    ['AUTHZ-5..7, AUTHZ-5...6', ['AUTHZ-5', 'AUTHZ-6', 'AUTHZ-7']],
    ['TOK-10–TOK-11 and DISC-1', ['TOK-10', 'TOK-11', 'DISC-1']],
    ['EXT-2…1', ['EXT-1', 'EXT-2']],
    ['DISC-99 is of a family, and is found to be unknown elsewhere', ['DISC-99']],
    ['A14, A01: an error and a code (D22)', ['A14', 'A01', 'D22']],
    ['T22…24, C03–C05, W01..02', ['T22', 'T23', 'T24', 'C03', 'C04', 'C05', 'W01', 'W02']],
    ['T24, AUTHZ-3, X17', ['AUTHZ-3', 'T24', 'X17']],
    ['SEP-2352, RFC-6749, XTOK-1, X-TOK-1, TOK-1x, TOK-1-2, tok-1, TOK-', []],
    ['S256, #D22, xD22, D22x, D22-x, x-D22, D2, D222, d22, UTF-16, ES2023', []],
  ])('%s', (text, ids) => {
    expect(idsIn(text)).toEqual(ids);
  });
});

describe('tests of a file', () => {
  const idsOf = (source: string): readonly string[] =>
    testsIn(source).map(({ title, ids }) => `${title}: ${ids.join(' ')}`);

  test.each<[string, string, readonly string[]]>([
    ['by their titles', `it('TOK-1 a', f); test("TOK-2 b", f);`, ['TOK-1 a: TOK-1', 'TOK-2 b: TOK-2']],
    ['in a template', `it(\`TOK-1 \${x} a\`, f);`, ['TOK-1  a: TOK-1']],
    ['in a sum of texts', `it('TOK-1 ' + "TOK-2", f);`, ['TOK-1 TOK-2: TOK-1 TOK-2']],
    ['not by what they do', `it('a', () => { expect('TOK-1').toBe('TOK-2'); });`, ['a: ']],
    ['not in comments', `// it('TOK-1', f);\nit('a' /* TOK-2 */, f);`, ['a: ']],
    ['not of other things', `x.test('TOK-1'); const it = 1; test; split('TOK-2');`, []],
    [
      'with what is around them',
      `describe('TOK-1', () => { describe('x', () => { it('TOK-2', f); }); it('a', f); }); it('b', f);`,
      ['TOK-2: TOK-1 TOK-2', 'a: TOK-1', 'b: '],
    ],
    ['with modifiers', `it.concurrent.skipIf(process.env['TOK-3'])('TOK-1', f);`, ['TOK-1: TOK-1']],
    [
      'but not what is skipped, or expected to fail',
      `it.skip('TOK-1', f); it.todo('TOK-2'); it.fails('TOK-4', f); describe.skip('x', () => it('TOK-3', f));`,
      [],
    ],
    [
      'over a table',
      `it.each<[string, () => { x: Set<string> }]>([['a', f]])('TOK-1: %s', (x) => {}); it('b', f);`,
      ['TOK-1: %s: TOK-1', 'b: '],
    ],
    ['over an object', `describe.for([1])('TOK-1', () => { it('a', f); });`, ['a: TOK-1']],
  ])('%s', (_what, source, tests) => {
    expect(idsOf(source)).toEqual(tests);
  });

  test.each<[string, string, string]>([
    ['rows that are texts', `it.each(['TOK-1: a', 'TOK-2: b'])('%s', f);`, 'TOK-1 TOK-2'],
    [
      'the first of a row',
      `it.each([['TOK-1: a', 'TOK-3'], ['TOK-2: b', ['TOK-4']]])('%s', f);`,
      'TOK-1 TOK-2',
    ],
    ['not lists in a row', `it.each([[['TOK-1'], 'TOK-2']])('%j', f);`, ''],
    ['members of a row', `it.each([{ name: 'TOK-1: a', x: { y: 'TOK-3' } }])('$name', f);`, 'TOK-1'],
    ['a constant', `const rows: readonly Row[] = [{ what: 'TOK-1' }]; it.each(rows)('$what', f);`, 'TOK-1'],
    [
      'a constant that is turned into rows',
      `const rows = [{ name: 'TOK-1' }]; const other = ['TOK-2']; it.each(rows.map((row) => [row.name, row] as const))('%s', f);`,
      'TOK-1',
    ],
    ['a title besides', `it.each([['TOK-1', 1]])('TOK-2: %s', f);`, 'TOK-2 TOK-1'],
  ])('of a table: %s', (_what, source, ids) => {
    expect(testsIn(source).map((one) => one.ids.join(' '))).toEqual([ids]);
  });
});
