// The workload's JWT is read anew each time: platforms replace the file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileAssertion } from '../../adapters/node.ts';

it('EXT-4: gives what is in the file now, without the line break', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'authchart-assertion-'));
  try {
    const path = join(folder, 'token');
    const assertion = fileAssertion(path);
    await writeFile(path, 'one.two.three\n');
    expect(await assertion()).toBe('one.two.three');
    await writeFile(path, 'four.five.six');
    expect(await assertion()).toBe('four.five.six');
    await rm(path);
    await expect(assertion()).rejects.toThrow();
  } finally {
    await rm(folder, { recursive: true });
  }
});
