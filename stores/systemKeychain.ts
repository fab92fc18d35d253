// The keychain of the operating system: each call is made by a short-lived process, which can be ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { AuthError, failure, type Recovery } from '../contract/errors.ts';

/** Secrets by name. Every call fails with a `KeychainFailure`. */
export interface Keychain {
  /** The secret, or nothing. */
  get(name: string): Promise<string | undefined>;
  set(name: string, secret: string): Promise<void>;
  delete(name: string): Promise<void>;
}

/** The keychain itself cannot be used. It never holds what a driver said, which may be anything. */
export class KeychainFailure extends AuthError {
  constructor(what: string, recovery: Recovery) {
    const message = `The keychain of this system is out of reach: ${what}.`;
    super(failure('store_failed', 'storing', message, { recovery }));
  }
}

/** How the system's keychain is asked. */
export interface SystemKeychainOptions {
  /** What our entries are filed under, where people see it. */
  readonly service: string;
  /** Milliseconds that each call may take. */
  readonly timeout: number;
  /** The module whose `node_modules` hold the driver. */
  readonly from?: string;
}

interface Call {
  readonly does: 'get' | 'set' | 'delete';
  readonly name: string;
  readonly secret?: string;
}

/** In no `import` of ours: who does not use this home need not have it. */
const DRIVER = '@napi-rs/keyring';

/**
 * Why a process of its own: the driver waits for the system with the event loop stopped when it connects, a call that
 * was begun cannot be cancelled (a locked keychain waits for a person), and until it ends a process that
 * made it cannot end either, not even by `process.exit()`.
 */
export function systemKeychain(options: SystemKeychainOptions): Keychain {
  const call = (does: Call['does'], name: string, secret?: string): Promise<string | undefined> =>
    made({ does, name, ...(secret !== undefined && { secret }) }, options);
  return {
    get: (name) => call('get', name),
    set: async (name, secret) => void (await call('set', name, secret)),
    delete: async (name) => void (await call('delete', name)),
  };
}

async function made(
  call: Call,
  { service, timeout, from = import.meta.url }: SystemKeychainOptions,
): Promise<string | undefined> {
  const order = { ...call, service, timeout, driver: driverFrom(from) };
  const child = start();
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    const answer = await answerOf(child, order, timeout);
    if (answer.failed !== undefined) throw failed(answer.failed);
    return answer.secret;
  } finally {
    process.off('exit', kill);
    kill();
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function driverFrom(from: string): string {
  try {
    return pathToFileURL(createRequire(from).resolve(DRIVER)).href;
  } catch {
    throw new KeychainFailure(`${DRIVER} is not installed, run \`npm install ${DRIVER}\``, 'fix-config');
  }
}

// The process.

/** Set in the process, so that a program that is not Node and starts itself over does so once. */
const MARK = 'AUTHCHART_KEYCHAIN';

/**
 * What it runs: text, so that it is found wherever a bundler puts this module. It lives until it is killed; should its parent be
 * killed, it does so itself, and the thread does when the driver has stopped the event loop. On Linux the driver would
 * fall back to a keyring of the kernel, which forgets all when the system starts again: it is told not to.
 */
const PROGRAM = `
const die = () => process.kill(process.pid, 'SIGKILL');
process.once('disconnect', die);
process.on('message', async ({ driver, timeout, service, name, does, secret }) => {
  new (require('node:worker_threads').Worker)('setTimeout(' + die + ',' + timeout + ')', { eval: true });
  let failed = 'loading';
  try {
    const { AsyncEntry } = await import(driver);
    failed = 'connecting';
    const entry = new AsyncEntry(service, name, { linux: { store: 'secret-service' } });
    failed = 'asking';
    if (does === 'get') process.send({ secret: (await entry.getPassword()) ?? undefined });
    else process.send((await (does === 'set' ? entry.setPassword(secret) : entry.deletePassword()), {}));
  } catch {
    process.send({ failed });
  }
});`;

const answerSchema = z.object({
  secret: z.optional(z.string()),
  failed: z.optional(z.enum(['loading', 'connecting', 'asking'])),
});

interface Answer {
  readonly secret?: string | undefined;
  readonly failed?: Failed | undefined;
}

function start(): ChildProcess {
  if (process.env[MARK] !== undefined) throw failed('starting');
  // The second is for Electron, whose executable is Node when it is told so.
  const env = { ...process.env, [MARK]: '1', ELECTRON_RUN_AS_NODE: '1' };
  try {
    return spawn(process.execPath, ['-e', PROGRAM], {
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      windowsHide: true,
    });
  } catch {
    throw failed('starting');
  }
}

/** The order goes through a channel that nobody else sees, and so does the answer. */
async function answerOf(child: ChildProcess, order: object, timeout: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve) => {
      timer = setTimeout(() => resolve({ failed: 'answering' }), timeout);
      const broken = (): void => resolve({ failed: 'starting' });
      child.on('error', broken);
      child.once('exit', broken);
      child.once('message', (message) => {
        const { success, data } = answerSchema.safeParse(message);
        if (success) resolve(data);
        else broken();
      });
      child.send(order, (error) => error && broken());
    });
  } finally {
    clearTimeout(timer);
  }
}

// What went wrong, by what it was doing.

type Failed = 'starting' | 'loading' | 'connecting' | 'asking' | 'answering';

const advice: Readonly<Record<Failed, readonly [what: string, recovery: Recovery]>> = {
  starting: ['the process that asks it ended, check that this program may start Node', 'fix-config'],
  loading: [
    `${DRIVER} does not load, run \`npm install ${DRIVER}\` on this system, with optional packages`,
    'fix-config',
  ],
  connecting: [
    'nothing answers for it, start it (on Linux a Secret Service: GNOME Keyring, KWallet, KeePassXC)',
    'fix-config',
  ],
  asking: ['it is locked or it refused, unlock it and try again', 'retry-later'],
  answering: ['it did not answer in time, unlock it and try again, or give it more time', 'retry-later'],
};

const failed = (doing: Failed): KeychainFailure => new KeychainFailure(...advice[doing]);
