#!/usr/bin/env node
// The `authchart` command: runs it, and ends the process with its exit code.
import { watchSignals } from './interruption.ts';
import { runCommandLine } from './program.ts';

const interruption = watchSignals();
process.stderr.on('error', () => {});
// The timers of the engine do not keep the process alive, and a person may need some time.
const alive = setInterval(() => {}, 60_000);

const finished = runCommandLine(process.argv.slice(2), interruption);
const code = await Promise.race([
  finished.then((ended) => (interruption.came() ? interruption.ended : ended)),
  interruption.ended,
]);
clearInterval(alive);
// The process is ended, since an open connection would keep it alive.
process.stdout.write('', async (error) => {
  // What was printed has not arrived: whoever watches the output ends the process.
  process.exit(error ? await interruption.ended : code);
});
