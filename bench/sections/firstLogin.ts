// The first login of a process that has just started: what it takes before code is warm, beside the SDK's.
import { type Hosts, madeHosts, type Started } from '../hosts.ts';
import { inTurn, medianOf, Notes } from '../measure.ts';
import type { Bench } from '../run.ts';

/** Measures it. */
export async function firstLogin({ world, isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  const hosts = await madeHosts();
  try {
    await world.order({ do: 'reset' });
    await compare(notes, hosts, world, isQuick);
  } finally {
    await hosts.remove();
  }
  say('first logins of processes are measured');
  return notes;
}

async function compare(
  notes: Notes,
  hosts: Hosts,
  { resource, order }: Bench['world'],
  isQuick: boolean,
): Promise<void> {
  const requests = { sdk: 0, authchart: 0 };
  const counted = (name: keyof typeof requests) => async (): Promise<Started> => {
    await order({ do: 'forget requests' });
    const started = await hosts.start(name, { resource });
    requests[name] = (await order({ do: 'tell' })).all;
    return started;
  };
  const all = { sdk: counted('sdk'), authchart: counted('authchart') };
  // What is read from the disk for the first time is nobody's.
  await inTurn(1, all);
  const found = await inTurn(isQuick ? 2 : 21, all);
  const figure = (what: string, of: (one: Started) => number) => {
    const values = { sdk: found.sdk.map(of), authchart: found.authchart.map(of) };
    notes.figure(`the first login and call of a process, ${what}`, 'ms', values);
    return medianOf(values.authchart) / medianOf(values.sdk);
  };
  const cpu = figure('CPU after the imports', ({ imported, answered }) => answered.cpu - imported.cpu);
  figure('time after the imports', ({ imported, answered }) => answered.wall - imported.wall);
  figure('CPU with start and imports', ({ answered }) => answered.cpu);
  figure('time with start and imports', ({ wall }) => wall);
  notes.figure('requests of the first login and call of a process', 'requests', {
    sdk: [requests.sdk],
    authchart: [requests.authchart],
  });
  notes.check('requests of the first login and call of a process', 'requests', requests.authchart, 7);
  if (!isQuick) notes.check('CPU of the first login of a process, times the SDK’s', '×', cpu, 2.5);
}
