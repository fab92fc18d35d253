// The notice of a folder: whatever becomes of the folder, and of those who give the notice.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FolderChanges } from '../../stores/folderChanges.ts';

let world: string;
beforeAll(async () => {
  world = await mkdtemp(join(tmpdir(), 'authchart-notice-'));
});
afterAll(() => rm(world, { recursive: true, force: true }));

/** A watcher of one file, and what it is told, in order. */
function watcherOf(
  changes: FolderChanges,
  name = 'a.json',
): { readonly told: string[]; readonly end: () => void } {
  const told: string[] = [];
  const end = changes.add(
    name,
    () => told.push('changed'),
    () => told.push('lost'),
  );
  return { told, end };
}

const fresh = (): string => join(world, randomUUID(), 'records');

async function made(): Promise<string> {
  const folder = fresh();
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Changes a file until the watcher is told of it. */
async function expectHeard(folder: string, told: string[]): Promise<void> {
  told.length = 0;
  await vi.waitFor(async () => {
    await writeFile(join(folder, 'a.json'), randomUUID());
    expect(told).toContain('changed');
  });
  expect(told).not.toContain('lost');
}

type Change = (folder: string) => Promise<void>;
const changes: Readonly<Record<string, Change>> = {
  'is removed, and made again': async (folder) => {
    await rm(folder, { recursive: true });
    await wait(20);
    await mkdir(folder);
  },
  'is removed, and made again at once': async (folder) => {
    await rm(folder, { recursive: true });
    await mkdir(folder);
  },
  'is removed, and made again later': async (folder) => {
    await rm(folder, { recursive: true });
    await wait(1500);
    await mkdir(folder);
  },
  'is moved away, and made again': async (folder) => {
    await rename(folder, join(world, randomUUID()));
    await mkdir(folder);
  },
  'lies in one that is moved away, and made again': async (folder) => {
    await rename(join(folder, '..'), join(world, randomUUID()));
    await mkdir(folder, { recursive: true });
  },
  'lies in one that is moved away, and made again later': async (folder) => {
    await rename(join(folder, '..'), join(world, randomUUID()));
    await wait(1500);
    await mkdir(folder, { recursive: true });
  },
};

describe('S04: a folder', () => {
  test.concurrent.each(Object.entries(changes))(
    'that %s, again and again, is heard of',
    async (_what, change) => {
      const folder = await made();
      const notice = new FolderChanges(folder);
      const { told, end } = watcherOf(notice);
      const other = watcherOf(notice, 'b.json');
      await expectHeard(folder, told);
      expect(other.told).toEqual([]);
      for (let time = 0; time < 3; time += 1) {
        for (const one of [told, other.told]) one.length = 0;
        await change(folder);
        await vi.waitFor(() => expect(other.told).toEqual(['lost', 'changed']), { timeout: 5000 });
        // Its files may have been told of before.
        expect(told).toEqual(expect.arrayContaining(['lost', 'changed']));
        await expectHeard(folder, told);
      }
      end();
      other.end();
    },
  );

  test.concurrent('that is not there yet cannot tell, and says so; when it is made, it tells', async () => {
    const folder = fresh();
    const notice = new FolderChanges(folder);
    const [one, other] = [watcherOf(notice), watcherOf(notice, 'b.json')];
    await wait(20);
    expect([one.told, other.told]).toEqual([['lost'], ['lost']]);
    await mkdir(folder, { recursive: true });
    await vi.waitFor(() => expect(other.told).toEqual(['lost', 'changed']), { timeout: 5000 });
    await expectHeard(folder, one.told);
    one.end();
    other.end();
  });

  test.concurrent('that is made is heard of at once by the next who watches', async () => {
    const folder = fresh();
    const notice = new FolderChanges(folder);
    const { told, end } = watcherOf(notice);
    await mkdir(folder, { recursive: true });
    const next = watcherOf(notice);
    await wait(20);
    expect(next.told).toEqual([]);
    expect(told).toEqual(['lost', 'changed']);
    end();
    next.end();
  });
});

describe('who gives the notice', () => {
  const { watch } = fs;
  /** Each notice that is open, and how many were asked for. */
  let open: Set<fs.FSWatcher>;
  let asked: number;
  let failures: number;

  function patch(): void {
    [open, asked, failures] = [new Set(), 0, 0];
    const patched = (...args: [string, object]): fs.FSWatcher => {
      asked += 1;
      // Otherwise it would keep the process alive.
      expect(args[1]).toEqual({ persistent: false });
      if (failures > 0) {
        failures -= 1;
        throw Object.assign(new Error('System limit for number of file watchers reached'), {
          code: 'ENOSPC',
        });
      }
      const watcher = watch(...args);
      open.add(watcher);
      const close = watcher.close.bind(watcher);
      watcher.close = () => {
        open.delete(watcher);
        close();
      };
      return watcher;
    };
    fs.watch = patched as typeof fs.watch;
    syncBuiltinESMExports();
  }
  afterEach(() => {
    vi.useRealTimers();
    fs.watch = watch;
    syncBuiltinESMExports();
  });

  test('may fail again and again: each time another one is asked', async () => {
    patch();
    const folder = await made();
    const { told, end } = watcherOf(new FolderChanges(folder));
    await expectHeard(folder, told);
    for (let time = 1; time < 5; time += 1) {
      told.length = 0;
      const [before] = open;
      before?.emit('error', new Error('EPERM'));
      await wait(5);
      expect(told).toEqual(['lost', 'changed']);
      expect([asked, open.size]).toEqual([time + 1, 1]);
      // Its last words do not concern the one that has taken its place.
      before?.emit('error', new Error('EPERM'));
      await wait(5);
      expect([asked, open.size]).toEqual([time + 1, 1]);
      await expectHeard(folder, told);
    }
    end();
    expect(open.size).toBe(0);
  });

  test('may have no more of it: it is asked again once in a second', async () => {
    patch();
    const folder = await made();
    failures = 3;
    vi.useFakeTimers();
    const { told, end } = watcherOf(new FolderChanges(folder));
    await vi.advanceTimersByTimeAsync(999);
    expect([asked, told]).toEqual([1, ['lost']]);
    await vi.advanceTimersByTimeAsync(2000);
    expect([asked, told]).toEqual([3, ['lost']]);
    await vi.advanceTimersByTimeAsync(1);
    expect([asked, told]).toEqual([4, ['lost', 'changed']]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect([asked, told]).toEqual([4, ['lost', 'changed']]);
    end();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('may not know the file: then all are told', async () => {
    patch();
    const notice = new FolderChanges(await made());
    const watchers = [watcherOf(notice), watcherOf(notice, 'b.json')];
    const [one] = open;
    one?.emit('change', 'rename', null);
    await wait(5);
    expect(watchers.map(({ told }) => told)).toEqual([['changed'], ['changed']]);
    one?.emit('change', 'rename', Buffer.from('b.json'));
    await wait(5);
    expect(watchers.map(({ told }) => told)).toEqual([['changed'], ['changed', 'changed']]);
    for (const { end } of watchers) end();
  });

  test('is one for all who watch, and none when nobody does', async () => {
    patch();
    const folder = await made();
    const notice = new FolderChanges(folder);
    for (let round = 1; round < 4; round += 1) {
      const watchers = [watcherOf(notice), watcherOf(notice), watcherOf(notice, 'b.json')];
      expect([asked, open.size]).toEqual([round, 1]);
      watchers[0]?.end();
      watchers[1]?.end();
      expect(open.size).toBe(1);
      watchers[2]?.end();
      watchers[2]?.end();
      expect(open.size).toBe(0);
      expect(watchers.map(({ told }) => told)).toEqual([[], [], []]);
    }
  });
});
