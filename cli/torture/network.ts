// A network of its own, where every address leads to this machine: Linux lets a process have one without any rights.
import { spawn, spawnSync } from 'node:child_process';

/** Set inside, so that it is made once. */
const INSIDE = 'AUTHCHART_TORTURE_NETWORK';

const setUp = 'ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo';

/** Whether this process is in one. */
export const isInside = (): boolean => process.env[INSIDE] === '1';

/** Whether this machine lets us have one. @see unshare(1), ip-route(8) */
export const canBeMade = (): boolean =>
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rn', 'sh', '-c', setUp], { stdio: 'ignore' }).status === 0;

/** Runs this very command again, in a network of its own. @param signal ends it. @returns its exit code. */
export function runInside(signal?: AbortSignal): Promise<number> {
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('unshare', ['-rn', 'sh', '-c', `${setUp} && exec "$@"`, 'sh', ...again], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  });
  signal?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
