// The store in a folder: the contract, and what files, links, crashes and other processes can do to it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync, utimesSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthError } from '../../contract/errors.ts';
import { encryptedStore } from '../../stores/encrypted.ts';
import { defaultFolder, fileStore } from '../../stores/file.ts';
import type { Store } from '../../stores/store.ts';
import { programFile } from '../support/programs.ts';
import { create, storeContract } from './contract.ts';

let world: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  world = await mkdtemp(join(tmpdir(), 'authchart-stores-'));
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(world, { recursive: true, force: true });
});

/** The name of a folder that is not there yet. */
const fresh = (): string => join(world, `store ${randomUUID()}`);
const nameOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const fileOf = (folder: string, key: string): string => join(folder, 'records', `${nameOf(key)}.json`);
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

async function failureOf(operation: Promise<unknown>): Promise<AuthError> {
  const thrown = await operation.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof AuthError)) throw new Error(`Expected an AuthError, got ${String(thrown)}.`);
  return thrown;
}

const siblingArgs = (...args: string[]): string[] => [programFile('storeSibling'), ...args];

function sibling(...args: string[]): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const child = spawn(process.execPath, siblingArgs(...args), { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

storeContract('fileStore', async () => fileStore({ folder: fresh() }));

describe('folders and files', () => {
  test('reading makes no folder', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    await store.get('a');
    await store.list('');
    await store.delete('a', 'x');
    await store.setAside('a', 'x');
    expect(existsSync(folder)).toBe(false);
  });

  test('S14 one file per record, named by the key alone; nothing else stays behind', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    const version = await create(store, 'a', 'text');
    await create(store, '../b', 'text');
    const names = [`${nameOf('a')}.json`, `${nameOf('../b')}.json`].sort();
    expect((await readdir(folder)).sort()).toEqual(['records', 'writing']);
    expect((await readdir(join(folder, 'records'))).sort()).toEqual(names);
    expect(await readdir(join(folder, 'writing'))).toEqual([]);
    expect(JSON.parse(await readFile(fileOf(folder, 'a'), 'utf8'))).toEqual({
      v: 1,
      key: 'a',
      version,
      digest: nameOf('text'),
      text: 'text',
    });
  });

  test('a new store object, after a restart, reads what was written', async () => {
    const folder = fresh();
    const version = await create(fileStore({ folder }), 'a', 'text');
    expect(await fileStore({ folder }).get('a')).toEqual({ version, text: 'text' });
  });

  test('TOK-3, S10 folders are 0700 and files 0600, whatever the umask', async () => {
    const folder = join(fresh(), 'below');
    const before = process.umask(0);
    try {
      const store = fileStore({ folder });
      await store.put('a', '2', await create(store, 'a', '1'));
      await store.setAside('b', await create(store, 'b', 'unreadable'));
    } finally {
      process.umask(before);
    }
    const aside = await readdir(join(folder, 'aside'));
    expect(aside).toEqual([expect.stringMatching(new RegExp(`^${nameOf('b')}\\.json\\.set-aside-`))]);
    const folders = [join(folder, '..'), folder, join(folder, 'records'), join(folder, 'aside')];
    for (const path of folders) expect(await modeOf(path), path).toBe('700');
    for (const path of [fileOf(folder, 'a'), join(folder, 'aside', aside[0] ?? '')]) {
      expect(await modeOf(path), path).toBe('600');
    }
  });

  test('S10 the temporary file is never readable by others', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    const before = process.umask(0);
    try {
      const done = create(store, 'a', 'x'.repeat(1024 * 1024));
      const temporary = await temporaryIn(folder);
      expect(await modeOf(temporary)).toBe('600');
      await done;
    } finally {
      process.umask(before);
    }
  });

  test('S10 a folder of ours that is open to others is closed', async () => {
    const folder = fresh();
    await mkdir(join(folder, 'records'), { recursive: true });
    await chmod(folder, 0o777);
    await chmod(join(folder, 'records'), 0o755);
    await create(fileStore({ folder }), 'a', 'text');
    expect(await modeOf(folder)).toBe('700');
    expect(await modeOf(join(folder, 'records'))).toBe('700');
  });

  test.runIf(process.getuid?.() === 0)('S10 an open folder of somebody else is refused', async () => {
    const folder = fresh();
    await mkdir(folder, { mode: 0o755 });
    await chown(folder, 12345, 12345);
    const failure = await failureOf(fileStore({ folder }).put('a', 'text', undefined));
    expect(failure.toJSON()).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
    expect(await modeOf(folder)).toBe('755');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('links and things that are not records', () => {
  test('S10 a symbolic link in the place of the folder is refused, for reading and writing', async () => {
    const real = fresh();
    await create(fileStore({ folder: real }), 'a', 'text');
    const folder = fresh();
    await symlink(real, folder);
    const store = fileStore({ folder });
    const operations = [store.get('a'), store.put('b', 'text', undefined), store.list('')];
    for (const failure of await Promise.all(operations.map(failureOf))) {
      expect(failure.toJSON()).toMatchObject({
        code: 'store_failed',
        phase: 'storing',
        recovery: 'fix-config',
      });
      expect(failure.message).toContain(folder);
    }
    expect(await fileStore({ folder: real }).list('')).toEqual(['a']);
  });

  test.each(['records', 'aside'])('S10 a symbolic link in the place of %s/ is refused', async (name) => {
    const folder = fresh();
    const elsewhere = fresh();
    await mkdir(folder);
    await mkdir(elsewhere);
    await symlink(elsewhere, join(folder, name));
    const store = fileStore({ folder });
    const failure = await failureOf(
      create(store, 'a', 'text').then((version) => store.setAside('a', version)),
    );
    expect(failure.code).toBe('store_failed');
    expect(await readdir(elsewhere)).toEqual([]);
  });

  test('S10 a symbolic link in the place of a record is neither read nor written through', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    await create(store, 'a', 'text');
    const elsewhere = join(world, 'elsewhere.json');
    await rename(fileOf(folder, 'a'), elsewhere);
    const before = await readFile(elsewhere, 'utf8');
    await symlink(elsewhere, fileOf(folder, 'a'));
    for (const operation of [
      () => store.get('a'),
      () => store.put('a', 'new', undefined),
      () => store.delete('a', 'x'),
    ]) {
      expect((await failureOf(operation())).code).toBe('record_corrupt');
      expect(await store.get('a')).toBeUndefined();
      await symlink(elsewhere, fileOf(folder, 'a'));
    }
    expect(await store.list('')).toEqual([]);
    expect(await readFile(elsewhere, 'utf8')).toBe(before);
  });

  test('a pipe in the place of a record does not hang the reader', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    await create(store, 'b', 'text');
    expect(spawnSync('bash', ['-c', 'mkfifo "$0"', fileOf(folder, 'a')]).status).toBe(0);
    expect((await failureOf(store.get('a'))).code).toBe('record_corrupt');
    expect(await store.get('a')).toBeUndefined();
  });

  test('S04 a path below a file: one sentence with the folder, the errno and what to do', async () => {
    const file = join(world, 'a file');
    await writeFile(file, '');
    for (const folder of [join(file, 'store'), join(file, 'deep', 'store')]) {
      const store = fileStore({ folder });
      const operations = [store.get('a'), store.put('a', 'secret', undefined), store.list('')];
      for (const failure of await Promise.all(operations.map(failureOf))) {
        expect(failure.toJSON()).toEqual({
          code: 'store_failed',
          phase: 'storing',
          recovery: 'retry-later',
          message: `The records in ${folder} are out of reach (ENOTDIR): a part of that path is a file, choose another folder.`,
        });
      }
    }
    const failure = await failureOf(fileStore({ folder: file }).put('a', 'text', undefined));
    expect(failure.message).toContain('ENOTDIR');
  });

  test('a key that is not well-formed Unicode is refused: it would share a file with others', async () => {
    const store = fileStore({ folder: fresh() });
    await create(store, 'a\ufffd', 'text');
    for (const key of ['a\ud800', 'a\udfff']) {
      expect((await failureOf(store.get(key))).code).toBe('store_failed');
    }
  });
});

describe('damaged and foreign files', () => {
  const damages: readonly (readonly [what: string, damage: (whole: string) => string | Buffer])[] = [
    ['0 bytes', () => ''],
    ['truncated', (whole) => whole.slice(0, whole.length / 2)],
    ['an extra brace', (whole) => `${whole}}`],
    ['zeros for the second half', (whole) => whole.slice(0, 60) + '\0'.repeat(60)],
    ['one letter of the token changed', (whole) => whole.replace('secret', 'sacret')],
    ['bytes that are not UTF-8', (whole) => Buffer.from(whole.replace('secret', 'secr\u00e9t'), 'latin1')],
    ['the record of another key', (whole) => whole.replace('"key":"a"', '"key":"b"')],
    ['no key', (whole) => whole.replace('"key":"a",', '')],
    ['no version of the format', (whole) => whole.replace('"v":1,', '')],
    ['a version of the format that never was', (whole) => whole.replace('"v":1', '"v":0')],
    ['a version that is no text', (whole) => whole.replace(/"version":"[^"]*"/, '"version":null')],
    ['an array', () => '[]'],
    ['null', () => 'null'],
  ];

  test.each(damages)('S01 S02 %s: said once, kept aside, then gone', async (_what, damage) => {
    const folder = fresh();
    const store = fileStore({ folder });
    await create(store, 'a', 'secret');
    const other = await create(store, 'other', 'text');
    const damaged = damage(await readFile(fileOf(folder, 'a'), 'utf8'));
    await writeFile(fileOf(folder, 'a'), damaged);

    expect(await store.list('')).toEqual(['other']);
    const failure = await failureOf(store.get('a'));
    expect(failure.toJSON()).toMatchObject({
      code: 'record_corrupt',
      phase: 'storing',
      recovery: 'reauthorize',
    });
    expect(failure.message).not.toContain('cret');

    expect(await store.get('a')).toBeUndefined();
    const [kept = '', ...more] = await readdir(join(folder, 'aside'));
    expect(more).toEqual([]);
    expect(kept.startsWith(`${nameOf('a')}.json.corrupt-`)).toBe(true);
    expect(await readFile(join(folder, 'aside', kept))).toEqual(Buffer.from(damaged));
    await create(store, 'a', 'new');
    expect(await store.get('other')).toEqual({ version: other, text: 'text' });
  });

  test('S01 a writer too is told of the damage, and overwrites nothing', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    const version = await create(store, 'a', 'text');
    for (const operation of [
      () => store.put('a', 'new', version),
      () => store.put('a', 'new', undefined),
      () => store.delete('a', version),
    ]) {
      await writeFile(fileOf(folder, 'a'), '{');
      expect((await failureOf(operation())).code).toBe('record_corrupt');
      expect(await store.get('a')).toBeUndefined();
    }
    expect(await readdir(join(folder, 'aside'))).toHaveLength(3);
  });

  test('S01 of many readers of a damaged record at most each is told, and the next writer is not', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    await create(store, 'a', 'text');
    await writeFile(fileOf(folder, 'a'), '');
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => store.get('a')));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(await readdir(join(folder, 'aside'))).toHaveLength(1);
    await create(store, 'a', 'new');
  });

  test('S08 a record of a future version is refused and left as it is', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    const version = await create(store, 'a', 'text');
    const future = '{"v":2,"anything":["else"]}';
    await writeFile(fileOf(folder, 'a'), future);
    for (const operation of [
      () => store.get('a'),
      () => store.put('a', 'new', version),
      () => store.put('a', 'new', undefined),
      () => store.delete('a', version),
      () => store.setAside('a', version),
    ]) {
      expect((await failureOf(operation())).toJSON()).toMatchObject({
        code: 'record_newer',
        phase: 'storing',
        recovery: 'fix-config',
      });
    }
    expect(await store.list('')).toEqual([]);
    expect(await readFile(fileOf(folder, 'a'), 'utf8')).toBe(future);
    expect((await readdir(folder)).sort()).toEqual(['records', 'writing']);
  });

  test('files that are not ours are left alone', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    await create(store, 'a', 'text');
    const whole = await readFile(fileOf(folder, 'a'), 'utf8');
    const strangers = ['.DS_Store', 'notes.json', `${nameOf('b')}.json`];
    for (const name of strangers) await writeFile(join(folder, 'records', name), whole);
    expect(await store.list('')).toEqual(['a']);
    expect(await readdir(join(folder, 'records'))).toEqual(expect.arrayContaining(strangers));
  });
});

describe('other processes, and crashes', () => {
  /** What a whole record of `sibling.ts write` holds. */
  const oneLetter = /^(?:a{200000}|b{200000}|c{200000}|d{200000})$/;

  test('S05 two processes make 200 increments by compare-and-swap, and none is lost', async () => {
    const folder = fresh();
    // They also meet what a crash has left behind.
    await mkdir(join(folder, 'records', `${nameOf('count')}.lock`), { recursive: true });
    await ageLock(folder);
    const racers = [sibling('increment', folder, '100'), sibling('increment', folder, '100')];
    await Promise.all(racers.map(({ stdout }) => once(stdout, 'data')));
    const ends = racers.map((racer) => once(racer, 'exit'));
    for (const racer of racers) racer.stdin?.write('go');
    expect(await Promise.all(ends)).toEqual([
      [0, null],
      [0, null],
    ]);
    expect((await fileStore({ folder }).get('count'))?.text).toBe('200');
    expect(await readdir(join(folder, 'records'))).toEqual([`${nameOf('count')}.json`]);
  });

  test.each([1, 2, 3, 5, 8, 13])('S03 kill -9 after %i writes: the record is whole', async (writes) => {
    const folder = fresh();
    const child = sibling('write', folder);
    const end = once(child, 'exit');
    let written = 0;
    await new Promise<void>((enough) => {
      child.stdout.on('data', (dots: Buffer) => {
        written += dots.length;
        if (written >= writes) enough();
      });
    });
    // What a reader sees meanwhile is what a kill at that moment would leave. It spreads the kills, too.
    for (let reads = writes * 40; reads > 0; reads -= 1) {
      expect(JSON.parse(await readFile(fileOf(folder, 'a'), 'utf8')).text).toMatch(oneLetter);
    }
    child.kill('SIGKILL');
    expect(await end).toEqual([null, 'SIGKILL']);

    const store = fileStore({ folder });
    const found = await store.get('a');
    expect(found?.text).toMatch(oneLetter);

    // What the dead writer left behind (its lock, a temporary file with secrets in it) is in nobody's way.
    await ageLock(folder);
    expect(await store.put('a', 'next', found?.version)).toEqual(expect.any(String));
    expect(await readdir(join(folder, 'records'))).toEqual([`${nameOf('a')}.json`]);
  });

  test('a lock and a temporary file of a crashed writer are cleared by the next one', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    const version = await create(store, 'a', 'text');
    const records = join(folder, 'records');
    const writing = join(folder, 'writing');
    const other = `${nameOf('b')}.1.tmp`;
    await mkdir(join(records, `${nameOf('a')}.lock`));
    await writeFile(join(writing, `${nameOf('a')}.1.tmp`), 'secret');
    await writeFile(join(writing, other), 'of a writer that may live');
    await ageLock(folder);
    expect(await store.delete('a', version)).toBe(true);
    expect([await readdir(records), await readdir(writing)]).toEqual([[], [other]]);
  });

  test('S05 a writer that was held up until another took its lock does not overwrite the other', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    const version = await create(store, 'a', 'old');
    const late = failureOf(store.put('a', 'x'.repeat(1024 * 1024), version));
    await temporaryIn(folder);
    takeOver(folder);

    expect((await late).code).toBe('store_failed');
    expect((await store.get('a'))?.text).toBe('b'.repeat(200_000));
    expect(await readdir(join(folder, 'records'))).toEqual([`${nameOf('a')}.json`]);
  });

  test.runIf(process.platform === 'linux')('S05 nor does one that was held up delete it', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    const version = await create(store, 'a', 'x'.repeat(1024 * 1024));
    const late = failureOf(store.delete('a', version));
    // It has the lock, and is about to find the version that it expects.
    while (!isOpen(fileOf(folder, 'a'))) await turn();
    takeOver(folder);

    expect((await late).code).toBe('store_failed');
    expect((await store.get('a'))?.text).toBe('b'.repeat(200_000));
  });

  test('a thousand writers of one record in one process all get their answer', async () => {
    const store = fileStore({ folder: fresh() });
    const writers = Array.from({ length: 1000 }, (_, index) => store.put('a', String(index), undefined));
    const versions = await Promise.all(writers);
    expect(versions.filter((version) => version !== undefined)).toHaveLength(1);
  });

  test('S04 a disk that fills up in the middle of a write leaves the old record', async () => {
    const folder = fresh();
    const store = fileStore({ folder });
    const version = await create(store, 'a', 'old');
    const command = ['ulimit -f 50; exec "$0" "$@"', process.execPath, ...siblingArgs('put', folder, 'b')];
    const { stdout } = spawnSync('bash', ['-c', ...command], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining('EFBIG'),
    });
    expect(await store.get('a')).toEqual({ version, text: 'old' });
    expect(await readdir(join(folder, 'records'))).toEqual([`${nameOf('a')}.json`]);
  });
});

describe('the default folder', () => {
  const home = homedir();
  const cases: readonly (readonly [NodeJS.Platform, Record<string, string>, string])[] = [
    ['linux', { AUTHCHART_STORE: '/srv/store', XDG_STATE_HOME: '/state' }, '/srv/store'],
    ['linux', { AUTHCHART_STORE: 'here' }, resolve('here')],
    ['linux', { XDG_STATE_HOME: '/state' }, '/state/authchart'],
    ['darwin', { XDG_STATE_HOME: '/state' }, '/state/authchart'],
    ['linux', { XDG_STATE_HOME: 'relative' }, `${home}/.local/state/authchart`],
    ['linux', { AUTHCHART_STORE: '', XDG_STATE_HOME: '' }, `${home}/.local/state/authchart`],
    ['darwin', {}, `${home}/Library/Application Support/authchart`],
    ['win32', { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }, 'C:\\Users\\a\\AppData\\Local\\authchart'],
  ];
  test.each(cases)('on %s with %o: %s', (platform, env, folder) => {
    expect(defaultFolder(env, platform)).toBe(folder);
  });
});

/**
 * The temporary file of the write that is under way in this process. Looks in every turn of the loop, and the
 * write takes several: it is found before it can be renamed.
 */
async function temporaryIn(folder: string): Promise<string> {
  const writing = join(folder, 'writing');
  for (;;) {
    await turn();
    const found = existsSync(writing) && readdirSync(writing).find((name) => name.endsWith('.tmp'));
    if (found) return join(writing, found);
  }
}

/** Holds this process up while another one takes its lock for stale, writes, and is done. */
function takeOver(folder: string): void {
  const longAgo = new Date(0);
  utimesSync(join(folder, 'records', `${nameOf('a')}.lock`), longAgo, longAgo);
  const other = spawnSync(process.execPath, siblingArgs('put', folder, 'b'), { encoding: 'utf8' });
  expect(other.stdout).toBe('written');
}

/** Whether this process has the file open now. */
function isOpen(file: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false;
    }
  });
}

/** Makes the lock of a record, if there is one, look as if a crash had left it behind long ago. */
async function ageLock(folder: string): Promise<void> {
  for (const name of await readdir(join(folder, 'records'))) {
    if (name.endsWith('.lock')) await utimes(join(folder, 'records', name), new Date(0), new Date(0));
  }
}

test.each(['there', 'not there'])('who watches a folder that is %s keeps no process alive', async (where) => {
  const folder = fresh();
  if (where === 'there') await create(fileStore({ folder }), 'a', 'text');
  const child = sibling('watch', folder);
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test.each<readonly [what: string, around: (home: Store) => Store]>([
  ['in it', (home) => home],
  ['encrypted in it', (home) => encryptedStore(home, { current: { id: 'key', key: new Uint8Array(32) } })],
])(
  'who watches before there is a folder is told so, and told once there is one: a store %s',
  async (_what, around) => {
    const folder = join(fresh(), 'not', 'there', 'yet');
    const store = around(fileStore({ folder }));
    const told: string[] = [];
    const end = store.watch?.(
      'a',
      () => told.push('changed'),
      () => told.push('lost'),
    );
    await create(around(fileStore({ folder })), 'a', 'text');
    await expect.poll(() => told).toEqual(['lost', 'changed']);
    end?.();
  },
);
