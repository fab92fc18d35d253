// The replicas of a run of chaos, as processes on ports that stay theirs: killed, paused, ended, and started again.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { build } from 'esbuild';
import type { ReplicaOrder } from './replica.ts';

/** How long a process may take until it is ready, in milliseconds. */
const START = 60_000;

/** Bundled once, since a replica starts often. @returns the files of the programs. */
export async function bundle(folder: string): Promise<{ readonly replica: string; readonly world: string }> {
  const path = (name: string): string => new URL(name, import.meta.url).pathname;
  await build({
    entryPoints: [path('replica.ts'), path('world.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return { replica: `${folder}/replica.mjs`, world: `${folder}/world.mjs` };
}

export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  await once(listener, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}

export interface FleetOptions {
  /** The bundled replica. */
  readonly program: string;
  readonly ports: readonly number[];
  readonly env: Readonly<Record<string, string>>;
  /** Traces are written to files that start so, and go on with the number of the replica. */
  readonly trace: string;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #running: (ChildProcess | undefined)[] = [];
  /** What replicas have said on their error channel, with how often. */
  readonly said = new Map<string, number>();
  /** Those that ended without being told to. */
  crashes = 0;
  #isOver = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  async start(replica: number): Promise<void> {
    if (this.#isOver || this.#running[replica]) return;
    const { program, ports, env, trace } = this.#options;
    const child = fork(program, {
      env: { ...process.env, ...env, PORT: String(ports[replica]), TRACE: `${trace}${replica}` },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#running[replica] = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trimEnd().split('\n')) this.said.set(line, (this.said.get(line) ?? 0) + 1);
    });
    child.once('exit', () => {
      if (this.#running[replica] !== child || this.#isOver) return;
      this.crashes += 1;
      this.#running[replica] = undefined;
      void this.start(replica);
    });
    const signal = AbortSignal.timeout(START);
    await Promise.race([once(child, 'message', { signal }), once(child, 'exit', { signal })]);
  }

  /** Stops it with a signal, and forgets it. */
  async stop(replica: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#running[replica];
    this.#running[replica] = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await exit;
  }

  signal(replica: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#running[replica]?.kill(signal);
  }

  skew(replica: number, by: number): void {
    const child = this.#running[replica];
    if (child?.connected) child.send({ skew: by } satisfies ReplicaOrder);
  }

  /** What each of them holds in memory, in bytes. */
  async memory(): Promise<readonly number[]> {
    const status = this.#running.map((child) =>
      readFile(`/proc/${child?.pid}/status`, 'utf8').catch(() => ''),
    );
    return (await Promise.all(status)).map((text) => 1024 * Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0));
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running.map((_, replica) => this.stop(replica, 'SIGKILL')));
  }
}
