// The contract of stores (`authchart/testing`), registered with Vitest: each home runs it, under the ids of the threats that it holds.
import { describe, test } from 'vitest';
import { storeContract as contract, type StoreContractOptions } from '../../adapters/testing.ts';
import type { Store } from '../../stores/store.ts';

export { create } from '../../adapters/testing/contracts/store.ts';

/** By how a name begins. */
const threats: Readonly<Record<string, string>> = {
  'a swap at an old version': 'S05',
  'of 100 racing creations': 'S05',
  'a write leaves all other records alone': 'S12',
};

function titleOf(name: string): string {
  const id = Object.entries(threats).find(([start]) => name.startsWith(start))?.[1];
  return id === undefined ? name : `${id} ${name}`;
}

/** Runs the contract against fresh, empty stores. */
export function storeContract(
  name: string,
  open: () => Store | Promise<Store>,
  options: StoreContractOptions = {},
): void {
  describe(`${name} keeps the contract of stores`, () => {
    for (const one of contract(open, options)) test(titleOf(one.name), one.run);
  });
}
