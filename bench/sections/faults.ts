// The same faults for each client, and what each of them sent. Only what was run is claimed.

import type { Client } from '../call.ts';
import { Notes } from '../measure.ts';
import { authchart, mcpSdk, type Peer } from '../peers.ts';
import type { Bench } from '../run.ts';
import type { Tally } from '../world/orders.ts';

/** What one client did. */
export interface Behaviour {
  readonly fault: string;
  readonly client: string;
  /** How the calls ended: statuses, and names of errors. */
  readonly ended: readonly string[];
  readonly requests: Readonly<Record<string, number>>;
  readonly crossed: readonly string[];
  /** Addresses other than those of the world that were asked. */
  readonly strange: readonly string[];
}

/** What is tried: what happens before and after the first call, and how often is called then. */
interface Trial {
  readonly fault: string;
  /** The fault is there from the beginning. */
  readonly first?: string;
  /** Once there is a token. */
  readonly later?: (world: Bench['world']) => Promise<unknown>;
  readonly calls: number;
  readonly atOnce?: true;
}

const expired = (world: Bench['world']): Promise<Tally> => world.order({ do: 'expire' });
const afterExpiry =
  (name: string) =>
  async (world: Bench['world']): Promise<Tally> => {
    await expired(world);
    return world.order({ do: 'fault', name });
  };

const trials: readonly Trial[] = [
  { fault: '20 calls at once with a refused token', later: expired, calls: 20, atOnce: true },
  { fault: 'the token endpoint answers 503 to refreshes', later: afterExpiry('refresh 503'), calls: 5 },
  { fault: 'the refresh token is refused (invalid_grant)', later: afterExpiry('invalid_grant'), calls: 2 },
  { fault: 'the resource moves to another server', later: (world) => world.order({ do: 'move' }), calls: 2 },
  { fault: 'the resource refuses every token', later: afterExpiry('always 401'), calls: 3 },
  { fault: 'the server does not say that it supports PKCE', first: 'no PKCE', calls: 1 },
  { fault: 'the challenge points to 169.254.169.254', first: 'hostile pointer', calls: 1 },
  { fault: 'the first server of two is dead', first: 'dead first server', calls: 1 },
];

/** Tries them all. */
export async function faults({ world, say }: Bench): Promise<Notes & { readonly behaviours: Behaviour[] }> {
  const notes = Object.assign(new Notes(), { behaviours: [] as Behaviour[] });
  for (const trial of trials) {
    for (const peer of [mcpSdk, authchart]) notes.behaviours.push(await tried(world, trial, peer));
    say(trial.fault);
  }
  const ours = notes.behaviours.filter(({ client }) => client === 'authchart');
  const crossed = ours.reduce((sum, one) => sum + one.crossed.length, 0);
  const strange = ours.reduce((sum, one) => sum + one.strange.length, 0);
  notes.check('requests with something of another server', 'requests', crossed, 0);
  notes.check(
    'requests to addresses that a challenge named, beside the network of the resource',
    'requests',
    strange,
    0,
  );
  const refreshes = (fault: string): number =>
    ours.find((one) => one.fault === fault)?.requests['a POST /token'] ?? 0;
  notes.check('refreshes by 20 calls at once', 'requests', refreshes(trials[0]?.fault ?? ''), 1);
  return notes;
}

async function tried(world: Bench['world'], trial: Trial, peer: Peer): Promise<Behaviour> {
  const { fault, first, later, calls, atOnce } = trial;
  await world.order({ do: 'reset' });
  if (first !== undefined) await world.order({ do: 'fault', name: first });
  const strange: string[] = [];
  const client = peer.make(world.resource, (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.hostname === '127.0.0.1') return fetch(input, init);
    strange.push(url.origin);
    return Promise.reject(new TypeError('fetch failed'));
  });
  if (later) {
    await (await client.call()).text();
    await later(world);
  }
  await world.order({ do: 'forget requests' });
  const ended = atOnce
    ? await Promise.all(Array.from({ length: calls }, () => outcome(client)))
    : await oneByOne(calls, () => outcome(client));
  const { kinds, crossed } = await world.order({ do: 'tell' });
  await client.end();
  const { answered: _, ...requests } = kinds;
  return { fault, client: peer.name, ended: counted(ended), requests, crossed, strange };
}

async function oneByOne(many: number, work: () => Promise<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for (let done = 0; done < many; done += 1) found.push(await work());
  return found;
}

async function outcome(client: Client): Promise<string> {
  try {
    const response = await client.call();
    await response.text();
    return String(response.status);
  } catch (error) {
    return error instanceof Error ? error.name : 'thrown';
  }
}

function counted(all: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].map(([what, count]) => (count === 1 ? what : `${count} × ${what}`));
}
