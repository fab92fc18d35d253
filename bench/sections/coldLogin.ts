// A first login: how long it takes without any delay, and how many answers have to be waited for one after the other.
import { call } from '../call.ts';
import { inTurn, medianOf, Notes, timed } from '../measure.ts';
import { authchart, mcpSdk, type Peer } from '../peers.ts';
import type { Bench } from '../run.ts';

/** What a first login and call may send. */
const REQUESTS = 7;

async function chainOf(resource: string): Promise<void> {
  for (let sent = 0; sent < REQUESTS; sent += 1) await (await fetch(resource, call)).text();
}

/** Measures it. */
export async function coldLogin({ world, isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  for (const ms of isQuick ? [0] : [0, 20, 100]) {
    await world.order({ do: 'reset' });
    await world.order({ do: 'delay', ms });
    const once = (peer: Peer) => async (): Promise<number> => {
      const client = peer.make(world.resource);
      const took = await timed(async () => (await client.call()).text());
      await client.end();
      return took;
    };
    const rounds = ms === 0 ? (isQuick ? 15 : 60) : 7;
    await inTurn(3, { sdk: once(mcpSdk), authchart: once(authchart) });
    const found = await inTurn(rounds, {
      // What the network takes for as many requests, one after the other.
      chain: () => timed(() => chainOf(world.resource)),
      sdk: once(mcpSdk),
      authchart: once(authchart),
    });
    notes.figure(`a first login and call, each answer ${ms} ms late`, 'ms', found);
    if (ms === 0) {
      const ratio = medianOf(found.authchart) / medianOf(found.sdk);
      notes.check('a first login, times the SDK’s, in the same run', '×', ratio, isQuick ? 8 : 5);
    }
    if (ms === 100) {
      const took = medianOf(found.authchart);
      notes.check('a first login, times its requests × 100 ms', '×', took / (REQUESTS * ms), 1.05);
      const chain = medianOf(found.chain);
      notes.check('a first login, times as many bare fetches one after the other', '×', took / chain, 1.03);
    }
    say(`first logins with ${ms} ms are measured`);
  }
  await world.order({ do: 'reset' });
  const ours = await requestsOf(world, authchart);
  const theirs = await requestsOf(world, mcpSdk);
  notes.figure('requests of a first login and call', 'requests', {
    sdk: [theirs.all],
    authchart: [ours.all],
  });
  notes.check('requests of a first login and call', 'requests', ours.all, REQUESTS);
  await world.order({ do: 'reset' });
  await world.order({ do: 'fault', name: 'OIDC only' });
  const oidc = await requestsOf(world, authchart);
  notes.figure('requests of a first login at an OpenID issuer with a path', 'requests', {
    sdk: [(await requestsOf(world, mcpSdk)).all],
    authchart: [oidc.all],
  });
  await world.order({ do: 'reset' });
  return notes;
}

async function requestsOf(world: Bench['world'], peer: Peer): Promise<{ readonly all: number }> {
  const client = peer.make(world.resource);
  await world.order({ do: 'forget requests' });
  await (await client.call()).text();
  await client.end();
  return world.order({ do: 'tell' });
}
