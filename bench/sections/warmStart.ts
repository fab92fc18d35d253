// A process that starts where a grant is stored: until its first call is answered, beside the SDK and plain fetch.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hosts, madeHosts, type Started } from '../hosts.ts';
import { inTurn, medianOf, Notes } from '../measure.ts';
import { builtForNode, engineFor } from '../peers.ts';
import type { Bench } from '../run.ts';
import { MemoryProvider, sdkClient } from '../sdkClient.ts';

/** Measures it. */
export async function warmStart(bench: Bench): Promise<Notes> {
  const { world, say } = bench;
  const notes = new Notes();
  const hosts = await madeHosts();
  const folder = await mkdtemp(join(tmpdir(), 'authchart-bench-'));
  try {
    await world.order({ do: 'reset' });
    // A slow machine may take longer than the usual five minutes, and nothing is to be renewed.
    await world.order({ do: 'lifetime', seconds: 86_400 });
    await compare(notes, hosts, bench, await stored(world.resource, folder));
  } finally {
    await hosts.remove();
    await rm(folder, { recursive: true, force: true });
  }
  say('warm starts are measured');
  return notes;
}

type Kept = Readonly<Record<'plain' | 'sdk' | 'authchart', string>>;

/** Logs each of them in. @returns where a new process finds what it needs. */
async function stored(resource: string, folder: string): Promise<Kept> {
  const kept = {
    plain: join(folder, 'token'),
    sdk: join(folder, 'sdk.json'),
    authchart: join(folder, 'records'),
  };
  const engine = engineFor(builtForNode.fileStore({ folder: kept.authchart }));
  const session = engine.session({ resource });
  await session.login();
  await writeFile(kept.plain, await session.token(), { mode: 0o600 });
  await engine.dispose();
  const provider = new MemoryProvider(globalThis.fetch);
  await (await sdkClient(provider, resource).call()).text();
  await writeFile(kept.sdk, JSON.stringify(provider.kept), { mode: 0o600 });
  return kept;
}

async function compare(
  notes: Notes,
  hosts: Hosts,
  { world: { resource, order }, isQuick }: Bench,
  kept: Kept,
): Promise<void> {
  const requests = { plain: 0, sdk: 0, authchart: 0 };
  const counted = (name: keyof Kept) => async (): Promise<Started> => {
    await order({ do: 'forget requests' });
    const started = await hosts.start(name, { resource, kept: kept[name] });
    requests[name] = (await order({ do: 'tell' })).all;
    return started;
  };
  const all = { plain: counted('plain'), sdk: counted('sdk'), authchart: counted('authchart') };
  // What is read from the disk for the first time is nobody's.
  await inTurn(1, all);
  const found = await inTurn(isQuick ? 2 : 21, all);
  const figure = (what: string, of: (one: Started) => number) => {
    const values = {
      plain: found.plain.map(of),
      sdk: found.sdk.map(of),
      authchart: found.authchart.map(of),
    };
    notes.figure(`a process with a stored grant, to its first answered call: ${what}`, 'ms', values);
    return medianOf(values.authchart) / medianOf(values.sdk);
  };
  figure('time', ({ wall }) => wall);
  const cpu = figure('CPU', ({ answered }) => answered.cpu);
  figure('CPU after the imports', ({ imported, answered }) => answered.cpu - imported.cpu);
  notes.figure('requests of a warm start', 'requests', {
    plain: [requests.plain],
    sdk: [requests.sdk],
    authchart: [requests.authchart],
  });
  notes.check('requests of a warm start', 'requests', requests.authchart, 1);
  if (!isQuick) notes.check('CPU of a warm start, times the SDK’s', '×', cpu, 1.2);
}
