// The command: prints row → states and transitions → tests, and the figures of both registers. `--write` writes
// docs/requirements.md, docs/threats.md and docs/threat-model.md. 1: a requirement is not served, or not proved.
import { writeFile } from 'node:fs/promises';
import { readSources } from './citations.ts';
import { toColumns, toMarkdown } from './layouts.ts';
import { joinRows, readTestFiles, summarize } from './rows.ts';
import { toThreatModel } from './threatModel.ts';
import { joinThreats, summarizeThreats, toThreatsPage } from './threats.ts';

const files = await readTestFiles();
const rows = joinRows(files);
const threats = joinThreats(await readSources(), files);
const { line, open } = summarize(rows);
if (process.argv.includes('--write')) {
  const docs = new URL('../../docs/', import.meta.url);
  await writeFile(new URL('requirements.md', docs), toMarkdown(rows));
  await writeFile(new URL('threats.md', docs), toThreatsPage(threats));
  await writeFile(new URL('threat-model.md', docs), toThreatModel());
}
const { line: figures, unnamed } = summarizeThreats(threats);
const untested = unnamed.length > 0 ? [`threats that no test names: ${unnamed.join(', ')}`] : [];
console.log([toColumns(rows), '', ...open, line, ...untested, figures].join('\n'));
if (open.length > 0) process.exitCode = 1;
