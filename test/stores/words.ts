// Waits for what a home that can tell of changes says of one record.
import type { Store } from '../../stores/store.ts';

interface Words {
  next: Promise<void>;
  isHeard: boolean;
  reset(): void;
  end(): void;
}

/** Listens for words of changes to one record. */
export function wordsOf(store: Store, key: string): Words {
  if (!store.watch) throw new Error('This home cannot tell of changes.');
  let hear = (): void => {};
  const words: Words = {
    next: Promise.resolve(),
    isHeard: false,
    reset: () => {
      words.isHeard = false;
      words.next = new Promise((resolve) => {
        hear = resolve;
      });
    },
    end: store.watch(key, () => {
      words.isHeard = true;
      hear();
    }),
  };
  words.reset();
  return words;
}

/** Writes again and again: nobody knows when the reader has begun to listen. */
export async function tellUntilHeard(writer: Store, key: string, words: Words): Promise<void> {
  while (!words.isHeard) {
    const found = await writer.get(key);
    await writer.put(key, 'text', found?.version);
  }
}
