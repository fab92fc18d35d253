// `npm start`: tells the story, and records it in reports/, where the run of the last time is replaced.
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tellStory } from './story/tell.ts';

const REPORTS = fileURLToPath(new URL('../reports/', import.meta.url));
const TRACE = 'story.ndjson';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
mkdirSync(REPORTS, { recursive: true });
rmSync(REPORTS + TRACE, { force: true });

const isTrue = await tellStory({
  trace: REPORTS + TRACE,
  next: [
    'Next: README.md shows how to use this in your own program.',
    `To see this run as pictures: npm run authchart -- inspect reports/${TRACE}`,
  ],
});
if (!isTrue) process.exitCode = 1;
