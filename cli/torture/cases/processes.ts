// What cases about several processes share.
import { faults } from '../../../adapters/testing/misbehaviour.ts';
import { grantOf } from '../plays.ts';
import type { Stage } from '../stage.ts';

/** Requests with a refresh token. */
export const renewals = grantOf('refresh_token');

/** Runs a client that has to use the tool. */
export async function mustWork(stage: Stage): Promise<void> {
  const from = stage.world.requests.length;
  await stage.run();
  stage.must(stage.usedTool(from), 'A process did not get to use the tool.');
}

/** How long a process may wait for one that has died, in milliseconds. */
export const patience = 60_000;

/** A process is killed when it sends this request; the server has done its work. */
export async function killAt(stage: Stage, where: Parameters<Stage['lie']>[0]): Promise<void> {
  let told = (): void => {};
  const heard = new Promise<void>((resolve) => {
    told = resolve;
  });
  stage.lie(
    where,
    async (_request, correctly) => {
      await correctly();
      told();
      return faults.hang;
    },
    { times: 1 },
  );
  const running = stage.start();
  await Promise.race([heard, running.ended]);
  running.kill('play');
  await running.ended;
}
