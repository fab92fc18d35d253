// The store in memory: the contract, and that two of them share nothing.
import { expect, test } from 'vitest';
import { memoryStore } from '../../stores/memory.ts';
import { create, storeContract } from './contract.ts';

storeContract('memoryStore', async () => memoryStore());

test('two stores share nothing', async () => {
  const store = memoryStore();
  await create(store, 'a', 'text');
  expect(await memoryStore().get('a')).toBeUndefined();
});
