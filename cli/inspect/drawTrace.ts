// Draws a recorded run: a sequence diagram of each login, and the chart with the path of the run. It sends nothing.
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { TraceFact } from '../../contract/trace.ts';
import { readTrace } from '../../protocol/trace.ts';
import { readDrawing } from '../../visualizations/generated.ts';
import { picturesOf } from '../../visualizations/run.ts';
import { type ExitCode, exitCodes, misused } from '../failures.ts';
import { table } from '../layout.ts';
import type { Printer } from '../printer.ts';

/** The longest file that is read, in bytes. */
const LONGEST = 64 * 1024 * 1024;

/**
 * Draws a trace, and prints the names of the pictures.
 * @param out The folder for the pictures. Default: the folder of the trace.
 * @throws AuthError `config_invalid` when the trace cannot be read, or the pictures cannot be written.
 */
export async function drawTrace(printer: Printer, trace: string, out?: string): Promise<ExitCode> {
  const { facts, skipped } = readTrace(await textOf(trace));
  if (facts.length === 0) misused('There is no run in this file. Record one with --trace.');
  if (skipped > 0) printer.note(`${skipped} lines of the file are not part of a trace. They were left out.`);
  const pictures = await drawInto(out ?? dirname(trace), basename(trace, extname(trace)), facts);
  const counts = countsOf(facts);
  printer.result({ ...counts, skipped, pictures }, described(counts, pictures));
  return exitCodes.done;
}

async function textOf(file: string): Promise<string> {
  const handle = await open(file).catch(() =>
    misused('The trace cannot be read. Name a file that --trace has written.'),
  );
  try {
    const { size } = await handle.stat();
    if (size > LONGEST) misused('The trace is longer than 64 MiB. Draw a part of it.');
    return await readFile(handle, 'utf8').catch(() => misused('The trace cannot be read. Name a file.'));
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
    return misused('The pictures cannot be written there. Name another folder with --out.');
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
