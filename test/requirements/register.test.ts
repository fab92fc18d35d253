// The register holds: ids in the chart and in titles are known, each row is served and proved, the page is up to date.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { requirements } from '../../contract/requirements.ts';
import { places } from './chart.ts';
import { known, registered } from './ids.ts';
import { toColumns, toMarkdown, WRITE_COMMAND } from './layouts.ts';
import { joinRows, type Row, readTestFiles, type TestFile } from './rows.ts';
import { testsIn } from './titles.ts';

const files = await readTestFiles();
const rows = joinRows(files);

/** Rows that are here before the states that serve them, or the tests that prove them. */
const awaited: readonly string[] = [];

/** Of rows that are not awaited. */
const idsOf = (some: readonly Row[]): readonly string[] =>
  some.map(({ id }) => id).filter((id) => !awaited.includes(id));

/** Ids that no row has, each with the test that names it. */
const unknownIn = (of: readonly TestFile[]): readonly string[] =>
  of.flatMap(({ file, tests }) =>
    tests.flatMap(({ title, ids }) =>
      ids.filter((id) => !known.has(id)).map((id) => `${id} in ${file}: ${title}`),
    ),
  );

describe('every row', () => {
  test('says what it requires, and where that is said', () => {
    expect(registered).toHaveLength(83);
    for (const id of registered) {
      const { title, link } = requirements[id];
      expect(title, id).not.toBe('');
      expect(new URL(link).protocol, id).toBe('https:');
    }
  });

  test('is served by a state or a transition', () => {
    expect(idsOf(rows.filter(({ servedBy }) => servedBy.length === 0))).toEqual([]);
  });

  test('is proved by a test', () => {
    expect(idsOf(rows.filter(({ provedBy }) => provedBy.length === 0))).toEqual([]);
  });

  test('is awaited no longer when it has both', () => {
    const done = rows.filter(({ servedBy, provedBy }) => servedBy.length > 0 && provedBy.length > 0);
    expect(done.map(({ id }) => id).filter((id) => awaited.includes(id))).toEqual([]);
  });
});

describe('every id is a row', () => {
  test('in the chart', () => {
    const all = places();
    expect(all.length).toBeGreaterThan(40);
    expect(
      all.flatMap(({ name, spec }) => spec.filter((id) => !known.has(id)).map((id) => `${id} in ${name}`)),
    ).toEqual([]);
  });

  test('in titles of tests', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(unknownIn(files)).toEqual([]);
  });

  test('and one that is none is found', () => {
    const tests = testsIn(`describe('x', () => { it('DISC-1…15: a', () => {}); });`);
    expect(unknownIn([{ file: 'x.test.ts', tests }])).toEqual(['DISC-15 in x.test.ts: DISC-1…15: a']);
  });
});

describe('the layouts', () => {
  test('docs/requirements.md is up to date', async () => {
    const page = await readFile(new URL('../../docs/requirements.md', import.meta.url), 'utf8');
    expect(page === toMarkdown(rows), `The page is stale: ${WRITE_COMMAND}`).toBe(true);
  });

  test('a terminal of 120 columns is wide enough', () => {
    expect(
      toColumns(rows)
        .split('\n')
        .filter((line) => line.length > 120),
    ).toEqual([]);
  });

  test('a row that nothing serves and nothing proves is shown as that', () => {
    const [row] = joinRows([]);
    if (!row) throw new Error('The register is empty.');
    const bare = [{ ...row, servedBy: [] }];
    expect(toMarkdown(bare)).toContain('1 rows, 0 served, 0 proved');
    expect(toMarkdown(bare)).toMatch(/\| – \| – \|$/m);
    expect(toColumns(bare)).toMatch(/ – +–$/m);
  });
});
