// What stands where a record or a lock should be, and is neither: it is moved out of the way, and the next login works.
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthError } from '../../contract/errors.ts';
import { fileStore } from '../../stores/file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-intruders-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const nameOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const recordOf = (key: string): string => join(folder, 'records', `${nameOf(key)}.json`);
const lockOf = (key: string): string => join(folder, 'records', `${nameOf(key)}.lock`);

async function written(key: string) {
  const store = fileStore({ folder });
  const version = await store.put(key, 'text', undefined);
  return { store, version };
}

describe('S01: in the place of a record', () => {
  it.each<[what: string, put: (path: string) => Promise<unknown>]>([
    ['a folder', (path) => mkdir(path)],
    ['a folder with something in it', (path) => mkdir(join(path, 'in', 'it'), { recursive: true })],
    ['a link that leads nowhere', (path) => symlink(join(folder, 'nowhere'), path)],
    ['a file of 600 MB', (path) => writeFile(path, '').then(() => truncate(path, 600_000_000))],
    ['a file of 3 GB', (path) => writeFile(path, '').then(() => truncate(path, 3_000_000_000))],
    ['an empty file', (path) => writeFile(path, '')],
  ])('%s is set aside and said once, and the record can be written again', async (_what, put) => {
    const { store } = await written('a');
    await written('b');
    await rm(recordOf('a'));
    await put(recordOf('a'));
    const error = await store.get('a').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ code: 'record_corrupt', recovery: 'reauthorize' });
    expect(await store.get('a')).toBeUndefined();
    expect(await store.put('a', 'again', undefined)).toBeDefined();
    expect((await store.get('a'))?.text).toBe('again');
    expect([...(await store.list(''))].sort()).toEqual(['a', 'b']);
  });

  it.skipIf(process.platform === 'win32')('S10: a file that others can read is closed to them', async () => {
    const { store } = await written('a');
    await chmod(recordOf('a'), 0o644);
    expect((await store.get('a'))?.text).toBe('text');
    expect((await stat(recordOf('a'))).mode & 0o777).toBe(0o600);
  });
});

describe('C04: in the place of a lock', () => {
  it.each<[what: string, put: (path: string) => Promise<unknown>]>([
    ['a file', (path) => writeFile(path, 'mine')],
    ['a link that leads nowhere', (path) => symlink(join(folder, 'nowhere'), path)],
    ['a link to a folder', (path) => symlink(folder, path)],
    [
      'an old folder with something in it',
      async (path) => {
        await mkdir(join(path, 'in'), { recursive: true });
        await utimes(path, new Date(0), new Date(0));
      },
    ],
    [
      'a lock from before the clock went back an hour',
      async (path) => {
        await mkdir(path);
        const later = new Date(Date.now() + 3_600_000);
        await utimes(path, later, later);
      },
    ],
  ])('%s does not stop those who write, nor does the same beside it', async (_what, put) => {
    const { store, version } = await written('a');
    await put(lockOf('a'));
    await put(`${lockOf('a')}.break`);
    const next = await store.put('a', 'new', version);
    expect(next).toBeDefined();
    expect((await store.get('a'))?.text).toBe('new');
    expect(await store.delete('a', next ?? '')).toBe(true);
  });
});
