// A process that has nothing else to do waits for its store to come back, and does not end without a word (T12).
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serveTestWorld } from '../../adapters/testing/node.ts';
import type { TestWorld } from '../../adapters/testing.ts';
import { Crewman } from '../races/crew.ts';

let world: TestWorld;
let folder: string;
beforeEach(async () => {
  world = await serveTestWorld();
  folder = await mkdtemp(join(tmpdir(), 'authchart-waiting-'));
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

it('T12: keeps itself alive while what a server has issued cannot be stored', async () => {
  const records = join(folder, 'records');
  let back: Promise<unknown> | undefined;
  world.misbehave({ step: 'token' }, async (_, correctly) => {
    const answer = await correctly();
    await rename(records, `${records}.away`);
    await writeFile(records, '');
    back = new Promise((resolve) => setTimeout(resolve, 800)).then(async () => {
      await rm(records);
      await rename(`${records}.away`, records);
    });
    return answer;
  });
  const crewman = new Crewman({ home: { kind: 'file', folder }, resource: world.resource });
  try {
    await crewman.ready;
    expect(await crewman.tell({ do: 'login' })).toBe('ok');
    await back;
    world.expectLogins(1);
  } finally {
    crewman.end();
  }
});
