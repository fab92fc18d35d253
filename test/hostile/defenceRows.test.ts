// Each defence that `npm run hostile -- --without` takes away is in its file, once: a row for code that has changed tries nothing.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { defences } from './defences.ts';

test('each row is of code that there is', async () => {
  const faults: string[] = [];
  for (const { id, file, code } of defences) {
    const source = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
    const found = source.split(code).length - 1;
    if (found !== 1) faults.push(`${id}: ${found} times in ${file}: ${code}`);
  }
  expect(faults).toEqual([]);
});
