// What a write to the file store costs among many records, beside one to an empty folder.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurn, medianOf, Notes, timed } from '../measure.ts';
import { builtForNode } from '../peers.ts';
import type { Bench } from '../run.ts';

const WRITES = 40;

/** Measures it. */
export async function folder({ isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  const many = isQuick ? 2_000 : 20_000;
  const [empty, full] = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'authchart-bench-'))));
  if (empty === undefined || full === undefined) throw new Error('There is no folder for this.');
  const stores = {
    empty: builtForNode.fileStore({ folder: empty }),
    full: builtForNode.fileStore({ folder: full }),
  };
  await filled(stores.full, many);
  say(`${many} records are written`);
  const writes = (store: typeof stores.empty) => async (): Promise<number> => {
    const took = await timed(async () => {
      for (let write = 0; write < WRITES; write += 1)
        await store.put(`probe:${write}`, '{}', await versionOf(store, `probe:${write}`));
    });
    return took / WRITES;
  };
  const found = await inTurn(isQuick ? 5 : 11, { empty: writes(stores.empty), full: writes(stores.full) });
  notes.figure(`a write to a folder of the file store: empty, and with ${many} records`, 'ms', found);
  notes.check(
    `a write among ${many} records, times one among none`,
    '×',
    medianOf(found.full) / medianOf(found.empty),
    isQuick ? 3 : 1.5,
  );
  await Promise.all([empty, full].map((one) => rm(one, { recursive: true, force: true })));
  return notes;
}

type Home = ReturnType<typeof builtForNode.fileStore>;

const versionOf = async (store: Home, key: string): Promise<string | undefined> =>
  (await store.get(key))?.version;

async function filled(store: Home, many: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < many; at = next++) await store.put(`other:${at}`, '{}', undefined);
  };
  await Promise.all(Array.from({ length: 50 }, worker));
}
