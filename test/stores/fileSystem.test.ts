// What the file system says, in words of ours: each code with its advice, and no defect taken for a failure of the disk.
import { describe, expect, test } from 'vitest';
import { AuthError, failure } from '../../contract/errors.ts';
import { errnoOf, guarded, orAbsent } from '../../stores/fileSystem.ts';
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
