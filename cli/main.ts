#!/usr/bin/env node
// The `authchart` command: runs it, and ends the process with its exit code.
import { watchSignals } from './interruption.ts';
import { runCommandLine } from './program.ts';

const interruption = watchSignals();
// Who reads the result has gone (`authchart fetch … | head`): there is nobody left to tell.
process.stdout.on('error', () => process.exit(1));
process.stderr.on('error', () => {});
// The engine's timers keep no process alive, and a person may take a while.
const alive = setInterval(() => {}, 60_000);

const finished = runCommandLine(process.argv.slice(2), interruption);
const code = await Promise.race([
  finished.then((ended) => (interruption.came() ? interruption.ended : ended)),
  interruption.ended,
]);
clearInterval(alive);
// Not by itself: an open connection would hold it up.
process.stdout.write('', () => process.exit(code));
