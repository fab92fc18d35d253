// A call with a token in hand on each home: in memory, on files, in PostgreSQL and in Redis. None of them may be asked.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine, Session, Store } from '../../index.ts';
import { call, plainCall } from '../call.ts';
import { inTurn, medianOf, Notes } from '../measure.ts';
import { built, builtForNode, engineFor } from '../peers.ts';
import type { Bench } from '../run.ts';
import { homeNames, openHome, startServer } from '../world/homes.ts';
import { atOnce, counted } from './hotPath.ts';

/** A home with a login in it. */
interface Inhabited {
  readonly reads: () => number;
  /** Its calls go over loopback. */
  readonly session: Session;
  /** Its calls are answered at once: what is left is our own work. */
  readonly unsent: Session;
  end(): Promise<void>;
}

/** One call, in µs. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** Measures it. */
export async function homes(bench: Bench): Promise<Notes> {
  const { world, isQuick, say } = bench;
  const notes = new Notes();
  const ends: (() => Promise<unknown>)[] = [];
  await world.order({ do: 'reset' });
  // A slow machine may take longer than the usual five minutes, and nothing is to be renewed.
  await world.order({ do: 'lifetime', seconds: 86_400 });
  try {
    const stores = await openedStores(notes, isQuick, ends);
    const inhabited: Record<string, Inhabited> = {};
    for (const [name, store] of Object.entries(stores)) {
      inhabited[name] = await loggedIn(world.resource, store);
      ends.unshift(inhabited[name].end);
    }
    const [[, first] = []] = Object.entries(inhabited);
    if (!first) throw new Error('There is no home.');
    const token = await first.session.token();
    say(`these are open: ${Object.keys(inhabited).join(', ')}`);
    await world.order({ do: 'blind' });
    await untilQuiet(Object.values(inhabited));
    const before = Object.entries(inhabited).map(([name, { reads }]) => ({ name, reads, atFirst: reads() }));
    for (const inFlight of [1, 100]) {
      await ownCost(notes, world.resource, inhabited, inFlight, isQuick);
      await overLoopback(notes, { resource: world.resource, token }, inhabited, inFlight, isQuick);
      say(`calls with ${inFlight} in flight are measured`);
    }
    const reads = before.map(({ name, reads: now, atFirst }) => [name, [now() - atFirst]] as const);
    notes.figure('reads of the home by all these calls', 'reads', Object.fromEntries(reads));
    for (const [name, [found = 0]] of reads) notes.check(`reads of the home, ${name}`, 'reads', found, 0);
  } finally {
    for (const end of ends) await end();
  }
  return notes;
}

/** @param ends is told what has to be closed, the last first. */
async function openedStores(
  notes: Notes,
  isQuick: boolean,
  ends: (() => Promise<unknown>)[],
): Promise<Readonly<Record<string, Store>>> {
  const folder = await mkdtemp(join(tmpdir(), 'authchart-bench-'));
  ends.unshift(() => rm(folder, { recursive: true, force: true }));
  const stores: Record<string, Store> = {
    memory: built.memoryStore(),
    files: builtForNode.fileStore({ folder }),
  };
  for (const name of homeNames) {
    const server = await startServer(name, !isQuick);
    if (typeof server === 'string') {
      notes.leftOut.push(server);
      continue;
    }
    ends.unshift(server.stop);
    const home = await openHome(name, server);
    ends.unshift(home.close);
    stores[name] = home.store;
  }
  return stores;
}

async function loggedIn(resource: string, home: Store): Promise<Inhabited> {
  const { store, reads } = counted(home);
  const engine = engineFor(store);
  const session = engine.session({ resource });
  await session.login();
  // Another engine on the same home, which finds the login there.
  const other = engineFor(store, { fetch: atOnce });
  const unsent = other.session({ resource });
  for (const one of [session, unsent]) for (let done = 0; done < 3; done += 1) await used(one, resource);
  const end = async (): Promise<void> => {
    await Promise.all([engine, other].map((one: Engine) => one.dispose()));
  };
  return { reads, session, unsent, end };
}

/** How long no home has to be read, and how long that may take to come, in milliseconds. */
const [QUIET, LONGEST] = [500, 10_000];

/** A home that has just begun to tell of changes is read once more: that is a part of the login, not of a call. */
async function untilQuiet(all: readonly Inhabited[]): Promise<void> {
  const sum = (): number => all.reduce((reads, one) => reads + one.reads(), 0);
  const began = performance.now();
  for (let before = -1; before !== sum() && performance.now() - began < LONGEST; ) {
    before = sum();
    await pause(QUIET);
  }
}

async function used(session: Session, resource: string): Promise<void> {
  const { ok, status } = await session.fetch(resource, call);
  if (!ok) throw new Error(`A call ended with ${status}.`);
}

type All = Readonly<Record<string, Inhabited>>;

async function ownCost(
  notes: Notes,
  resource: string,
  all: All,
  inFlight: number,
  isQuick: boolean,
): Promise<void> {
  const calls = isQuick ? 1_000 : 4_000;
  const of = (one: () => Promise<unknown>) => (): Promise<Cost> => costOf(calls, inFlight, one);
  const ours = Object.entries(all).map(
    ([name, { unsent }]) => [nameOf(name), of(() => unsent.fetch(resource, call))] as const,
  );
  const found = await warmInTurn(isQuick ? 3 : 25, { plain: of(atOnce), ...Object.fromEntries(ours) });
  figures(notes, `own cost of a call with a token in hand, ${inFlight} in flight`, found);
  const above = (name: string): number =>
    medianOf(cpuOf(found[nameOf(name)])) - medianOf(cpuOf(found['plain']));
  if (isQuick) return;
  for (const name of Object.keys(all).filter((one) => one !== 'memory'))
    notes.check(
      `own CPU of a call, ${inFlight} in flight, ${name}, times that in memory`,
      '×',
      above(name) / above('memory'),
      1.5,
    );
}

async function overLoopback(
  notes: Notes,
  { resource, token }: { readonly resource: string; readonly token: string },
  all: All,
  inFlight: number,
  isQuick: boolean,
): Promise<void> {
  const calls = (isQuick ? 150 : 1_000) * (inFlight === 1 ? 1 : 2);
  const of = (one: () => Promise<Response>) => (): Promise<Cost> =>
    costOf(calls, inFlight, async () => (await one()).text());
  const ours = Object.entries(all).map(
    ([name, { session }]) => [nameOf(name), of(() => session.fetch(resource, call))] as const,
  );
  const plain = of(() => plainCall(resource, token));
  const found = await warmInTurn(isQuick ? 2 : 15, {
    plain,
    ...Object.fromEntries(ours),
    // Once more at the end: how much the same thing differs says what the figures are worth.
    'plain, again': plain,
  });
  const what = `a call over loopback, ${inFlight} in flight`;
  figures(notes, what, found);
  const [first, last] = [cpuOf(found['plain']), cpuOf(found['plain, again'])];
  const beside = first.map((cpu, round) => (cpu + (last[round] ?? Number.NaN)) / 2);
  // Each round by itself: what else the machine does changes from one to the next.
  const ratios = Object.entries(found).map(
    ([name, costs]) => [name, cpuOf(costs).map((cpu, round) => cpu / (beside[round] ?? Number.NaN))] as const,
  );
  notes.figure(`${what}: CPU, times that of plain fetch in the same round`, '×', Object.fromEntries(ratios));
  if (isQuick) return;
  for (const [name, values] of ratios.filter(([one]) => one.startsWith(OURS)))
    notes.check(`${what}: CPU, ${name}, times plain fetch`, '×', medianOf(values), 1.15);
}

/** The first round makes code warm, and is not looked at. */
async function warmInTurn(
  rounds: number,
  all: Readonly<Record<string, () => Promise<Cost>>>,
): Promise<Readonly<Record<string, readonly Cost[]>>> {
  await inTurn(1, all);
  return inTurn(rounds, all);
}

const cpuOf = (costs: readonly Cost[] = []): readonly number[] => costs.map(({ cpu }) => cpu);

const OURS = 'authchart, ';
const nameOf = (home: string): string => OURS + home;

function figures(notes: Notes, what: string, found: Readonly<Record<string, readonly Cost[]>>): void {
  for (const [kind, title] of [
    ['wall', 'time'],
    ['cpu', 'CPU'],
  ] as const) {
    const values = Object.entries(found).map(([name, costs]) => [name, costs.map((one) => one[kind])]);
    notes.figure(`${what}: ${title}`, 'µs', Object.fromEntries(values));
  }
}

/** What each of so many calls costs this process. */
async function costOf(calls: number, inFlight: number, one: () => Promise<unknown>): Promise<Cost> {
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  const [began, usage] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: inFlight }, worker));
  const { user, system } = process.cpuUsage(usage);
  return { wall: ((performance.now() - began) * 1_000) / calls, cpu: (user + system) / calls };
}
