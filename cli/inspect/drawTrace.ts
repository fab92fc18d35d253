// Draws a recorded run: a sequence diagram for each login in it, and the chart with its path lit up. No network.
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { TraceFact } from '../../contract/trace.ts';
import { readTrace } from '../../protocol/trace.ts';
import { readDrawing } from '../../visualizations/generated.ts';
import { picturesOf } from '../../visualizations/run.ts';
import { type ExitCode, exitCodes, misused } from '../failures.ts';
import type { Printer } from '../printer.ts';
import { table } from '../words.ts';

/** Longest file that is read, in bytes. */
const LONGEST = 64 * 1024 * 1024;

/** @param out folder for the pictures; that of the trace unless told. */
export async function drawTrace(printer: Printer, trace: string, out?: string): Promise<ExitCode> {
  const { facts, skipped } = readTrace(await textOf(trace));
  if (facts.length === 0) misused('There is no run in this file; record one with --trace.');
  if (skipped > 0) printer.note(`${skipped} lines are no facts of a run, and are left out.`);
  const pictures = await drawInto(out ?? dirname(trace), basename(trace, extname(trace)), facts);
  const counts = countsOf(facts);
  printer.result({ ...counts, skipped, pictures }, described(counts, pictures));
  return exitCodes.done;
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
