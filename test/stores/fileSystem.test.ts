// What the file system says, in words of ours: each code with its advice, and no defect taken for a failure of the disk.
import { describe, expect, test } from 'vitest';
import { AuthError, failure } from '../../contract/errors.ts';
import { errnoOf, guarded, orAbsent, patiently } from '../../stores/fileSystem.ts';
import { failureOf } from '../support/engine.ts';

const coded = (code: unknown): Error => Object.assign(new Error('hunter2'), { code });

describe('S04: a failure of the file system', () => {
  test.each([
    ['ENOSPC', 'free some space'],
    ['EDQUOT', 'free some space'],
    ['EACCES', 'the right to read and write'],
    ['EPERM', 'the right to read and write'],
    ['EROFS', 'read-only'],
    ['ENOENT', 'cannot be made'],
    ['ENOTDIR', 'is a file'],
    ['ELOOP', 'remove the link'],
    ['ELOCKED', 'try again'],
    ['EIO', 'check that its disk works'],
  ])('%s: %s', async (code, advice) => {
    const told = await failureOf(guarded('/records', () => Promise.reject(coded(code))));
    expect(told).toMatchObject({ code: 'store_failed', phase: 'storing', recovery: 'retry-later' });
    expect(told.message).toMatch(/^The records in \/records are out of reach \([A-Z]+\): .{15,}\.$/);
    expect(told.message).toContain(`(${code})`);
    expect(told.message).toContain(advice);
  });

  test('is not what was no failure, is ours already, or has no code of the system', async () => {
    expect(await guarded('/records', async () => 5)).toBe(5);
    const ours = new AuthError(failure('record_newer', 'storing', 'Newer.'));
    const others = [
      ours,
      coded('ERR_INVALID_ARG_TYPE'),
      coded(5),
      coded('xEIO'),
      coded('EIO x'),
      coded('E'),
      'EIO',
    ];
    for (const thrown of others)
      await expect(guarded('/records', () => Promise.reject(thrown))).rejects.toBe(thrown);
    expect(errnoOf({ code: 'EIO' })).toBeUndefined();
    expect(errnoOf(coded('E2BIG'))).toBe('E2BIG');
  });

  test('ENOENT alone says that nothing is there', async () => {
    expect(await orAbsent(Promise.reject(coded('ENOENT')))).toBeUndefined();
    expect(await orAbsent(Promise.resolve(5))).toBe(5);
    await expect(orAbsent(Promise.reject(coded('EACCES')))).rejects.toMatchObject({ code: 'EACCES' });
  });
});

describe('a file that another process has open', () => {
  /** Fails so many times, then gives 5. */
  const failing = (failures: number, code: string) => {
    const tries = { count: 0 };
    const operation = async (): Promise<number> => {
      tries.count += 1;
      if (tries.count <= failures) throw coded(code);
      return 5;
    };
    return { tries, operation };
  };

  test.each(['EPERM', 'EACCES', 'EBUSY'])('is waited for on Windows: %s', async (code) => {
    const { tries, operation } = failing(3, code);
    expect(await patiently(operation, 'win32')).toBe(5);
    expect(tries.count).toBe(4);
  });

  test('is waited for two seconds, and then it is said', async () => {
    const { tries, operation } = failing(Number.POSITIVE_INFINITY, 'EBUSY');
    const began = performance.now();
    await expect(patiently(operation, 'win32')).rejects.toMatchObject({ code: 'EBUSY' });
    expect(performance.now() - began).toBeGreaterThanOrEqual(2_000);
    expect(tries.count).toBeGreaterThan(10);
  });

  test.each([
    ['another failure on Windows', 'win32', 'ENOSPC'],
    ['a lock that is held', 'win32', 'ELOCKED'],
    ['a right that is missing on Linux', 'linux', 'EACCES'],
    ['a busy file on macOS', 'darwin', 'EBUSY'],
  ] as const)('%s is said at once', async (_what, platform, code) => {
    const { tries, operation } = failing(1, code);
    await expect(patiently(operation, platform)).rejects.toMatchObject({ code });
    expect(tries.count).toBe(1);
  });
});
