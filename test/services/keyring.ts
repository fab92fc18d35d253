// Starts keyrings of one's own: a Secret Service on a private D-Bus each, unlocked, locked, and waiting for a person.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Program, programsOf } from './debian.ts';

export interface Keyring {
  /** What the tests of the keychain home look for: addresses of buses. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** @param folder for programs and data. */
export async function startKeyring(folder: string): Promise<Keyring> {
  const programs = {
    bus: await programsOf('dbus', ['dbus-daemon', 'dbus-send', 'dbus-monitor'], folder),
    keyring: await programsOf('gnome-keyring', ['gnome-keyring-daemon'], folder),
  };
  const buses: Bus[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(buses.map((bus) => bus.stop())));
  const start = async (kind: Kind): Promise<string> => {
    const home = join(folder, `keyring-${kind}`);
    await mkdir(home, { mode: 0o700 });
    const bus = await startBus(programs, home, kind);
    buses.push(bus);
    await startSecrets(programs, bus, kind);
    return bus.address;
  };
  try {
    const env = {
      AUTHCHART_TEST_KEYRING: await start('open'),
      AUTHCHART_TEST_KEYRING_LOCKED: await start('locked'),
      AUTHCHART_TEST_KEYRING_ASKING: await start('asking'),
    };
    return { env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A locked one that asks opens a window, which nobody looks at; the other has nothing to open one with. */
type Kind = 'open' | 'locked' | 'asking';

interface Bus {
  readonly address: string;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

interface Programs {
  readonly bus: readonly Program[];
  readonly keyring: readonly Program[];
}

async function startBus(
  { bus: [daemon, , monitor], keyring: [keyring] }: Programs,
  home: string,
  kind: Kind,
): Promise<Bus> {
  if (!daemon || !monitor || !keyring) throw new Error('There is no D-Bus or no GNOME Keyring.');
  const address = `unix:path=${join(home, 'bus')}`;
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_RUNTIME_DIR: home,
    DBUS_SESSION_BUS_ADDRESS: address,
    ...daemon.env,
    ...keyring.env,
  };
  await writeFile(join(home, 'password'), 'password', { mode: 0o600 });
  const secrets = `${keyring.file} --foreground --components=secrets --unlock < ${join(home, 'password')}`;
  await service(home, 'org.freedesktop.secrets', `/bin/sh -c "exec ${secrets}"`);
  // It never takes the name that it was started for, and ends with the bus.
  if (kind === 'asking') {
    await service(home, 'org.gnome.keyring.SystemPrompter', `${monitor.file} --session`);
  }
  await writeFile(join(home, 'bus.conf'), configuration(home, address));
  const args = [`--config-file=${join(home, 'bus.conf')}`, '--nofork', '--print-address'];
  const child = spawn(daemon.file, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  await ready(child);
  return { address, env, stop: () => stopped(child) };
}

async function startSecrets({ bus: [, send] }: Programs, { env }: Bus, kind: Kind): Promise<void> {
  const call = async (to: string, path: string, ...message: readonly string[]): Promise<void> => {
    if (!send) throw new Error('There is no dbus-send.');
    await run(send.file, ['--session', '--print-reply', `--dest=${to}`, path, ...message], { env });
  };
  const name = 'org.freedesktop.secrets';
  // Waits until it is ready.
  await call(
    'org.freedesktop.DBus',
    '/',
    'org.freedesktop.DBus.StartServiceByName',
    `string:${name}`,
    'uint32:0',
  );
  if (kind === 'open') return;
  const all = 'array:objpath:/org/freedesktop/secrets/collection/login';
  await call(name, '/org/freedesktop/secrets', 'org.freedesktop.Secret.Service.Lock', all);
}

/** What the bus starts when it is asked for the name. */
function service(home: string, name: string, command: string): Promise<void> {
  return writeFile(join(home, `${name}.service`), `[D-BUS Service]\nName=${name}\nExec=${command}\n`);
}

const configuration = (home: string, address: string): string => `<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <servicedir>${home}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** Its address is the first thing that it says. */
async function ready(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('dbus-daemon ended before it was ready.');
  });
  if (child.stdout) await Promise.race([once(child.stdout, 'data'), ended]);
}

/** The keyring ends with its bus. */
async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}
