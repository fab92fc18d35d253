// Starts a Redis and a PostgreSQL of one's own: in a folder, on loopback, behind a password, never as root.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Program, programsOf } from './debian.ts';

export interface Server {
  /** With the password in it: for the environment of the tests, not for the eye. */
  readonly url: string;
  /** Its first process, the parent of its others. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root, and Redis should not: then both run as `nobody`. */
export const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** @param folder for programs and data; others must be able to pass through it when this is root. */
export async function startRedis(folder: string): Promise<Server> {
  const [program] = await programsOf('redis-server', ['redis-server'], folder);
  if (!program) throw new Error('There is no redis-server.');
  const data = await ownFolder(folder, 'redis');
  const [port, password] = [await freePort(), newPassword()];
  const child = start(program, ['-'], data);
  // On standard input, because arguments are seen by everybody.
  child.stdin?.end(`bind 127.0.0.1\nport ${port}\nrequirepass ${password}\nsave ""\ndir ${data}\n`);
  await said(child, 'Ready to accept connections');
  const url = `redis://:${password}@127.0.0.1:${port}`;
  return { url, pid: child.pid, stop: () => stop(child, 'SIGTERM') };
}

/** One that can be crashed. */
export interface RestartingServer extends Server {
  /** All its processes end at once, and it starts again. */
  crash(): Promise<void>;
}

/** @param folder as for Redis. */
export async function startPostgres(folder: string): Promise<RestartingServer> {
  const [initdb, postgres] = await programsOf('postgresql', ['initdb', 'postgres'], folder);
  if (!initdb || !postgres) throw new Error('There is no PostgreSQL.');
  const home = await ownFolder(folder, 'postgres');
  const [data, passwordFile] = [join(home, 'data'), join(home, 'password')];
  const [port, password] = [await freePort(), newPassword()];
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid);

  const how = ['--auth=scram-sha-256', '--username=authchart', `--pwfile=${passwordFile}`];
  const making = start(initdb, ['-D', data, '--encoding=UTF8', '--no-sync', ...how], home);
  making.stdout?.resume();
  const errors = textOf(making);
  const [code] = await once(making, 'close');
  if (code !== 0) throw new Error(`initdb failed: ${errors.text}`);

  // Durability is not what is tested: no fsync. Sockets go into the folder as well.
  const settings = ['-h', '127.0.0.1', '-p', String(port), '-k', home, '-F'];
  const begin = async (): Promise<ChildProcess> => {
    const child = start(postgres, ['-D', data, ...settings], home);
    await said(child, 'database system is ready to accept connections');
    return child;
  };
  let child = await begin();
  return {
    url: `postgres://authchart:${password}@127.0.0.1:${port}/postgres`,
    get pid() {
      return child.pid;
    },
    // SIGINT is its fast shutdown: it does not wait for clients. SIGQUIT does not even write down what there is.
    stop: () => stop(child, 'SIGINT'),
    async crash() {
      await stop(child, 'SIGQUIT');
      child = await begin();
    },
  };
}

export const newPassword = (): string => randomBytes(24).toString('hex');

export async function ownFolder(folder: string, name: string): Promise<string> {
  const own = join(folder, name);
  await mkdir(own, { mode: 0o700 });
  if (user.uid !== undefined) await chown(own, user.uid, user.gid);
  return own;
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

export function start(program: Program, args: readonly string[], cwd: string): ChildProcess {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', HOME: cwd, ...program.env };
  return spawn(program.file, [...args], { cwd, env, ...user });
}

/** What a program says on both its channels, as it grows. */
function textOf(child: ChildProcess): { text: string } {
  const said = { text: '' };
  for (const channel of [child.stdout, child.stderr]) {
    channel?.on('data', (bytes: Buffer) => {
      said.text += bytes.toString();
    });
  }
  return said;
}

/** Waits until a server says that it is ready; then goes on reading, so that it never blocks. */
export function said(child: ChildProcess, what: string): Promise<void> {
  const output = textOf(child);
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (output.text.includes(what)) resolve();
    };
    for (const channel of [child.stdout, child.stderr]) channel?.on('data', look);
    child.once('error', reject);
    child.once('exit', () =>
      reject(new Error(`${child.spawnfile} ended before it was ready:\n${output.text}`)),
    );
  });
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}
