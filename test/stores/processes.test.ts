// Whether a process has ended that has something under way in a folder: said of real processes, and only where it is certain.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import { encryptedStore, memoryStore } from '../../index.ts';
import { processesAt } from '../../stores/processes.ts';

let folder = '';
const children: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-processes-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** A process, and its name in the folder. */
async function begun() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  children.push(child);
  await once(child, 'spawn');
  const own = processesAt(folder)?.own ?? '';
  return { child, name: own.replace(/\d+$/, String(child.pid)) };
}

const hasEnded = (name: string, at = folder) => processesAt(at)?.hasEnded(name);

describe.skipIf(process.platform !== 'linux')('C05: a process that shares a folder', () => {
  it('is named by the run of the kernel, its namespace of process ids, and its id', () => {
    expect(processesAt(folder)?.own).toMatch(new RegExp(`^[\\da-f-]{36}:\\d+:${process.pid}$`));
    expect(processesAt(folder)?.own).toBe(processesAt(folder)?.own);
  });

  it('has ended when it was killed, and not before', async () => {
    const { child, name } = await begun();
    expect(hasEnded(name)).toBe(false);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(hasEnded(name)).toBe(true);
  });

  it('has not ended while it is stopped', async () => {
    const { child, name } = await begun();
    child.kill('SIGSTOP');
    expect(hasEnded(name)).toBe(false);
  });

  it('has not ended where it is this one, or one of another user', () => {
    expect(hasEnded(processesAt(folder)?.own ?? '')).toBe(false);
    expect(hasEnded((processesAt(folder)?.own ?? '').replace(/\d+$/, '1'))).toBe(false);
  });

  describe('is not said to have ended', () => {
    /** Of a process that has. */
    let name = '';
    beforeAll(async () => {
      const { child, name: own } = await begun();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      name = own;
    });

    it.each([
      ['in another container', (own: string) => own.replace(/:(\d+):/, ':1$1:')],
      ['under another kernel', (own: string) => own.replace(/^./, (one) => (one === '0' ? '1' : '0'))],
      ['with an id that none can have', (own: string) => own.replace(/\d+$/, '0')],
      ['with an id that is no number', (own: string) => `${own}x`],
      ['of which nobody says where it is', () => ''],
    ])('%s', (_, change) => {
      expect(hasEnded(name)).toBe(true);
      expect(hasEnded(change(name))).toBe(false);
    });

    it('in a folder of a file system that other machines may have, too, and in none', () => {
      expect(hasEnded(name, '/proc')).toBe(false);
      expect(hasEnded(name, join(folder, 'nowhere'))).toBe(false);
    });
  });

  it('is known to the file store, also where that is encrypted, and to no home that others reach', () => {
    const home = fileStore({ folder });
    const encrypted = encryptedStore(home, { current: { id: 'k', key: new Uint8Array(32).fill(7) } });
    expect(home.processes?.own).toBe(processesAt(folder)?.own);
    expect(encrypted.processes).toBe(home.processes);
    expect(memoryStore().processes).toBeUndefined();
  });
});
