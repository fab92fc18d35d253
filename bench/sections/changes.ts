// A step-up, and a move to another server: how long they take, and what is sent.
import { inTurn, Notes, timed } from '../measure.ts';
import { authchart, type Peer } from '../peers.ts';
import type { Bench } from '../run.ts';

/** Measures them. */
export async function changes({ world, isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  const rounds = isQuick ? 3 : 25;
  const after = (peer: Peer, change: () => Promise<unknown>) => async (): Promise<number> => {
    await world.order({ do: 'reset' });
    const client = peer.make(world.resource);
    await (await client.call()).text();
    await change();
    const took = await timed(async () => {
      const response = await client.call();
      await response.text();
      if (!response.ok) throw new Error(`The call ended with ${response.status}.`);
    });
    await client.end();
    return took;
  };
  const stepUp = () => world.order({ do: 'need', scope: 'read write' });
  notes.figure('a call that steps up', 'ms', await inTurn(rounds, { authchart: after(authchart, stepUp) }));
  const move = () => world.order({ do: 'move' });
  notes.figure(
    'the first call after the resource has moved to another server',
    'ms',
    // The SDK's client does not get there with its stored discovery: see the section of faults for what it sends.
    await inTurn(rounds, { authchart: after(authchart, move) }),
  );
  await world.order({ do: 'reset' });
  say('step-up and move are measured');
  return notes;
}
