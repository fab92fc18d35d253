// What is argued of mutants is argued of mutants that there are: an argument for code that has changed says nothing.
import { expect, test } from 'vitest';
import { argued } from './argued.ts';
import { takeInventory } from './inventory.ts';

test('each argument is of a mutant', { timeout: 120_000 }, async () => {
  const { sources } = await takeInventory();
  const ids = new Set(sources.flatMap(({ mutants }) => mutants.map(({ id }) => id)));
  expect(Object.keys(argued).filter((id) => !ids.has(id))).toEqual([]);
});
