// Which process of this machine has something under way, and whether that process has ended: for certain, or not said.
import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import type { Processes } from './store.ts';

/**
 * File systems of one machine alone, as `statfs` names them: ext4, xfs, btrfs, f2fs, zfs, tmpfs, overlayfs. In a folder of
 * any other one a process of another machine may be at work, whose ids mean nothing here.
 */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x794c7630,
]);

/** A run of a kernel, a namespace of process ids in it, and an id. */
const NAME = /^([\w-]+:[1-9]\d*):([1-9]\d*)$/;

/**
 * The processes that share a folder. Only where the system names both the run of the kernel and the namespace of process
 * ids, as Linux does: there an id that is not in use says that its process has ended, also to a container that shares
 * the folder, since it has a namespace of its own. An id that was given to another process, a process that is stopped, and
 * a namespace, kernel or file system that is not ours: nothing is said, and the holder is waited for.
 */
export function processesAt(folder: string): Processes | undefined {
  const here = placeOfProcesses();
  if (here === undefined) return undefined;
  return {
    own: `${here}:${process.pid}`,
    hasEnded(name) {
      const [, place, id] = NAME.exec(name) ?? [];
      return place === here && id !== undefined && isUnused(Number(id)) && isLocal(folder);
    },
  };
}

let known: string | undefined | null = null;

function placeOfProcesses(): string | undefined {
  if (known === null) known = readPlace();
  return known;
}

function readPlace(): string | undefined {
  // Deno asks the person whether these files may be read.
  if (process.platform !== 'linux' || process.versions['deno'] !== undefined) return undefined;
  try {
    const run = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const [, namespace] = /^pid:\[(\d+)\]$/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
    const place = `${run}:${namespace}`;
    return NAME.test(`${place}:1`) ? place : undefined;
  } catch {
    return undefined;
  }
}

/** Another error, as for a process of another user, says that there is one. @see kill(2) */
function isUnused(id: number): boolean {
  try {
    process.kill(id, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function isLocal(folder: string): boolean {
  try {
    return LOCAL.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}
