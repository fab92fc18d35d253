// Starts programs of hosts, each in a process of its own, and hears from them what their first call took.
import { fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { FirstCall, Job } from './children/job.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
/** In the repository, so that they find its packages. */
const folder = join(root, 'reports/bench-children');
const dist = new URL('../dist/', import.meta.url).href;

/** How long a process may take for its first call, in milliseconds. */
const LONGEST = 60_000;

/** What a process took, as itself and as its parent have seen it, in milliseconds. */
export interface Started extends FirstCall {
  /** From the start of the process until its parent knew that the call was answered. */
  readonly wall: number;
}

/** The programs, in JavaScript. */
export interface Hosts {
  /** Starts one, which calls once. */
  start(name: 'plain' | 'sdk' | 'authchart', job: Omit<Job, 'dist'>): Promise<Started>;
  remove(): Promise<void>;
}

/** Makes them JavaScript once, since a loader of TypeScript would be a part of what is measured. */
export async function madeHosts(): Promise<Hosts> {
  await build({
    entryPoints: ['plain', 'sdk', 'authchart'].map((name) => join(root, `bench/children/${name}.ts`)),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  return {
    start: (name, job) => firstCallOf(join(folder, `${name}.mjs`), { ...job, dist }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function firstCallOf(program: string, job: Job): Promise<Started> {
  const began = performance.now();
  // Without the loader that this process may have.
  const child = fork(program, [JSON.stringify(job)], { execArgv: [] });
  const late = setTimeout(() => child.kill('SIGKILL'), LONGEST);
  try {
    return await new Promise<Started>((resolve, reject) => {
      let told: Started | undefined;
      child.once('message', (message: FirstCall) => {
        told = { ...message, wall: performance.now() - began };
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (told?.status === 200) resolve(told);
        else reject(new Error(`${program} ended with ${signal ?? code}, its call with ${told?.status}.`));
      });
    });
  } finally {
    clearTimeout(late);
  }
}
