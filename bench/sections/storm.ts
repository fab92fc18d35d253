// A token that is refused while many calls are in flight: one renewal serves them all.
import { Notes, timed } from '../measure.ts';
import { authchart, mcpSdk, type Peer } from '../peers.ts';
import type { Bench } from '../run.ts';

interface Storm {
  readonly answered: number;
  readonly tokenRequests: number;
  readonly authorizations: number;
  readonly calls: number;
  readonly took: number;
}

/** Measures it. */
export async function storm({ world, isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  const many = isQuick ? 300 : 1_000;
  const found: Record<string, Storm> = {};
  for (const peer of [mcpSdk, authchart]) found[peer.name] = await weather(world, peer, many);
  const row = (what: string, unit: string, of: (one: Storm) => number): void =>
    notes.figure(
      `${many} calls at once with a token that is refused: ${what}`,
      unit,
      Object.fromEntries(Object.entries(found).map(([name, one]) => [name, [of(one)]])),
    );
  row('answered', 'calls', (one) => one.answered);
  row('requests to the resource', 'requests', (one) => one.calls);
  row('token requests', 'requests', (one) => one.tokenRequests);
  row('authorizations', 'requests', (one) => one.authorizations);
  row('time', 'ms', (one) => one.took);
  const ours = found['authchart'];
  if (!ours) throw new Error('There was no storm.');
  notes.check(`${many} calls at once: not answered`, 'calls', many - ours.answered, 0);
  notes.check(`${many} calls at once: refreshes`, 'requests', ours.tokenRequests, 1);
  notes.check(`${many} calls at once: authorizations`, 'requests', ours.authorizations, 0);
  notes.check(`${many} calls at once: requests to the resource`, 'requests', ours.calls, 2 * many);
  say(`storms of ${many} are over`);
  return notes;
}

async function weather(world: Bench['world'], peer: Peer, many: number): Promise<Storm> {
  await world.order({ do: 'reset' });
  const client = peer.make(world.resource);
  await (await client.call()).text();
  await world.order({ do: 'expire' });
  await world.order({ do: 'forget requests' });
  let answered = 0;
  const one = async (): Promise<void> => {
    const response = await client.call();
    await response.text();
    if (response.ok) answered += 1;
  };
  const took = await timed(() => Promise.allSettled(Array.from({ length: many }, one)));
  const { kinds } = await world.order({ do: 'tell' });
  await client.end();
  return {
    answered,
    took,
    calls: kinds['resource POST /mcp'] ?? 0,
    tokenRequests: kinds['a POST /token'] ?? 0,
    authorizations: kinds['a GET /authorize'] ?? 0,
  };
}
