// `authchart inspect`: draws a recorded run; no network.
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Command } from 'commander';
import { readTrace, type TraceFact } from '../../protocol/trace.ts';
import { readDrawing } from '../../visualizations/generated.ts';
import { picturesOf } from '../../visualizations/run.ts';
import { exitCodes, misused } from '../failures.ts';
import { addOutputOptions } from '../options.ts';
import type { Perform } from '../perform.ts';
import type { OutputOptions } from '../printer.ts';
import { table } from '../words.ts';

const afterHelp = `
A run is recorded with --trace FILE: which events came, which states were entered, which requests were sent and how
they were answered. There is no token, code, secret, header or body in it, but it says who uses what.

Draws beside it, or in the folder of --out: a sequence diagram for each login in it, as SVG and as Mermaid, and the
chart with the path of the run lit up.

Examples:
  authchart login https://mcp.example.com/mcp --trace run.ndjson
  authchart inspect run.ndjson
`;

/** Longest file that is read, in bytes. */
const LONGEST = 64 * 1024 * 1024;

type InspectFlags = OutputOptions & { readonly out?: string };

export function addInspect(program: Command, perform: Perform): void {
  const command = program
    .command('inspect')
    .summary('draw a recorded run')
    .description('Draw a recorded run as a sequence diagram, and as a path through the chart.')
    .argument('<trace>', 'a file that --trace has written')
    .addHelpText('after', afterHelp)
    .option('--out <dir>', 'folder for the pictures (default: that of the trace)')
    .action((trace: string, flags: InspectFlags) =>
      perform(flags, undefined, async ({ printer }) => {
        const { facts, skipped } = readTrace(await textOf(trace));
        if (facts.length === 0) misused('There is no run in this file; record one with --trace.');
        if (skipped > 0) printer.note(`${skipped} lines are no facts of a run, and are left out.`);
        const folder = flags.out ?? dirname(trace);
        const pictures = await drawInto(folder, basename(trace, extname(trace)), facts);
        const counts = countsOf(facts);
        printer.result({ ...counts, skipped, pictures }, described(counts, pictures));
        return exitCodes.done;
      }),
    );
  addOutputOptions(command);
}

async function textOf(file: string): Promise<string> {
  const handle = await open(file).catch(() =>
    misused('The trace cannot be read; name a file that --trace has written.'),
  );
  try {
    const { size } = await handle.stat();
    if (size > LONGEST) misused('The trace is longer than 64 MiB; draw a part of it.');
    return await readFile(handle, 'utf8').catch(() => misused('The trace cannot be read; name a file.'));
  } finally {
    await handle.close();
  }
}

/** @returns the names of the files. */
async function drawInto(
  folder: string,
  stem: string,
  facts: readonly TraceFact[],
): Promise<readonly string[]> {
  const pictures = picturesOf(facts, await readDrawing('chart.svg'));
  try {
    await mkdir(folder, { recursive: true });
    return await Promise.all(
      pictures.map(async ({ name, text }) => {
        const file = join(folder, `${stem}.${name}`);
        await writeFile(file, text);
        return file;
      }),
    );
  } catch {
    return misused('The pictures cannot be written there; name a folder with --out.');
  }
}

interface Counts {
  readonly sessions: number;
  readonly steps: number;
  readonly requests: number;
}

function countsOf(facts: readonly TraceFact[]): Counts {
  const requests = facts.filter(({ kind }) => kind === 'request').length;
  const sessions = new Set(facts.map(({ session }) => JSON.stringify(session))).size;
  return { sessions, steps: facts.length - requests, requests };
}

function described({ sessions, steps, requests }: Counts, pictures: readonly string[]): string {
  const counts = table([
    ['sessions', String(sessions)],
    ['steps', String(steps)],
    ['requests', String(requests)],
  ]);
  return `${counts}${pictures.join('\n')}`;
}
