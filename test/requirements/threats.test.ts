// The page of the threat register is up to date, and shows what is cited nowhere and named by no test as that.
import { access, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { defences } from '../hostile/defences.ts';
import { readSources } from './citations.ts';
import { defendedIn, filesAgainst, strays } from './defended.ts';
import { WRITE_COMMAND } from './layouts.ts';
import { readTestFiles } from './rows.ts';
import { toThreatModel } from './threatModel.ts';
import { joinThreats, summarizeThreats, toThreatsPage } from './threats.ts';
import { testsIn } from './titles.ts';

test('docs/threats.md is up to date', async () => {
  const page = await readFile(new URL('../../docs/threats.md', import.meta.url), 'utf8');
  const rows = joinThreats(await readSources(), await readTestFiles());
  expect(page === toThreatsPage(rows), `The page is stale: ${WRITE_COMMAND}`).toBe(true);
});

test('a threat is shown with the sources that cite it, and the tests that name it', () => {
  const rows = joinThreats(
    [
      { path: 'actors/a.ts', text: '// D22: compared.' },
      { path: 'actors/b.ts', text: "const b = 'D22';" },
      { path: 'test/c.test.ts', text: '// D22' },
      { path: 'docs/d.md', text: 'D22' },
    ],
    [{ file: 'flow/c.test.ts', tests: testsIn(`test('D22, DISC-8: a', f); test('b', f);`) }],
  );
  expect(toThreatsPage(rows)).toContain(
    '| [protocol/serverMetadata](../protocol/serverMetadata.ts)<br>[actors/a](../actors/a.ts) | [flow/c](../test/flow/c.test.ts) × 1 |\n| D23 |',
  );
  expect(summarizeThreats(rows).line).toBe('threats: 243 ids, 1 cited in source, 1 named by tests');
  expect(summarizeThreats(rows).unnamed).toHaveLength(242);
  expect(toThreatsPage(rows)).toMatch(/^\| D21 \| .+ \| .*http\.ts\) \| – \|$/m);
});

test('docs/threat-model.md is up to date', async () => {
  const page = await readFile(new URL('../../docs/threat-model.md', import.meta.url), 'utf8');
  expect(page === toThreatModel(), `The page is stale: ${WRITE_COMMAND}`).toBe(true);
});

test('each threat is defended in files that are there, but for the one that is of Windows', async () => {
  expect(strays()).toEqual({ unknown: [], undefended: ['P04'] });
  const root = new URL('../../', import.meta.url);
  for (const file of Object.keys(defendedIn))
    await expect(access(new URL(file, root)), file).resolves.toBe(undefined);
});

test('a defence that is taken away stands in the list of defences', () => {
  const odd = defences.filter(({ id, file }) => !filesAgainst(id).includes(file));
  expect(odd.map(({ id, file }) => `${id} ${file}`)).toEqual([]);
});
