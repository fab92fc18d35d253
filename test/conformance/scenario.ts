// Runs one scenario of the official suite against one client, in a process group of its own that cannot outlive it.
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Wire } from './expected.ts';
import type { Suite } from './suite.ts';
import { Checks, type Evidence } from './verdict.ts';

/** Milliseconds that one run may take; the suite's own limit for the client is 30 s. */
const DEADLINE_MS = 60_000;

const children = new Set<ChildProcess>();
const folders = new Set<string>();

/** Ends every run in progress with all that it started, and removes what it wrote. For a runner that is told to stop. */
export function stopRuns(): void {
  for (const child of children) killGroup(child);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Runs `scenario` on `wire` against the client in the file `client`, and returns what the suite found.
 *
 * @param client - absolute path of a module for the Node that runs this process; it gets the server's URL as argument
 */
export async function runScenario(
  suite: Suite,
  client: string,
  scenario: string,
  wire: Wire,
): Promise<Evidence> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  folders.add(folder);
  try {
    // `exec`: else a time-out kills the shell only. The suite splits on spaces, its shell joins again: quotes hold.
    const command = `exec ${quote(process.execPath)} ${quote(client)}`;
    const choice = ['--scenario', scenario, '--spec-version', wire, '--force'];
    const args = [suite.entry, 'client', '--command', command, ...choice, '-o', folder];
    const end = await runInGroup(suite.node, args);
    return { ...end, checks: end.trouble === undefined ? await readChecks(folder) : undefined };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    folders.delete(folder);
  }
}

async function runInGroup(command: string, args: string[]): Promise<Omit<Evidence, 'checks'>> {
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  children.add(child);
  const log = text(child.stderr).catch(() => '');
  const end = await new Promise<{ code: number | null; trouble?: string }>((resolve) => {
    const trouble = `did not end within ${DEADLINE_MS / 1000} s`;
    const timer = setTimeout(() => resolve({ code: null, trouble }), DEADLINE_MS);
    child.on('error', (error) => resolve({ code: null, trouble: error.message }));
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code });
    });
  });
  killGroup(child);
  child.stderr.destroy();
  children.delete(child);
  return { suiteExit: end.code, log: await log, trouble: end.trouble };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing is left of the group: the usual case.
  }
}

async function readChecks(folder: string): Promise<Evidence['checks']> {
  const files = await readdir(folder, { recursive: true });
  const file = files.find((path) => basename(path) === 'checks.json');
  if (file === undefined) return undefined;
  const result = Checks.safeParse(JSON.parse(await readFile(join(folder, file), 'utf8')));
  return result.success ? result.data : undefined;
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
