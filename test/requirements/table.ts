// The command: prints row → states and transitions → tests. `--write` writes docs/requirements.md. 1: a row lacks either.
import { writeFile } from 'node:fs/promises';
import { toColumns, toMarkdown } from './layouts.ts';
import { joinRows, readTestFiles, summarize } from './rows.ts';

const rows = joinRows(await readTestFiles());
const { line, open } = summarize(rows);
if (process.argv.includes('--write')) {
  await writeFile(new URL('../../docs/requirements.md', import.meta.url), toMarkdown(rows));
}
console.log([toColumns(rows), '', ...open, line].join('\n'));
if (open.length > 0) process.exitCode = 1;
