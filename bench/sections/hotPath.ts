// What a call costs when the token is in hand: by itself, over loopback, on each home, and how often the home is read.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session, Store } from '../../index.ts';
import { call } from '../call.ts';
import { inTurn, medianOf, Notes } from '../measure.ts';
import { built, builtForNode, engineFor, mcpSdk, plainWith } from '../peers.ts';
import type { Bench } from '../run.ts';

const bare = new Response(null, { status: 200 });
/** A resource that answers at once: what is left is the client's own work. */
export const atOnce = (): Promise<Response> => Promise.resolve(bare);

/** A home whose reads are counted. */
export function counted(home: Store): { readonly store: Store; reads(): number } {
  let reads = 0;
  const get: Store['get'] = (key) => {
    reads += 1;
    return home.get(key);
  };
  return { store: { ...home, get }, reads: () => reads };
}

/** Measures it. */
export async function hotPath(bench: Bench): Promise<Notes> {
  const { world, isQuick, say } = bench;
  const notes = new Notes();
  await ownCost(notes, world.resource, isQuick);
  say('own cost is measured');
  await beside(notes, bench);
  return notes;
}

/** Logs in over the network, and then sends to nowhere. */
async function loggedIn(resource: string, store: Store): Promise<{ session: Session; end(): Promise<void> }> {
  let send: typeof globalThis.fetch = globalThis.fetch;
  const engine = engineFor(store, { fetch: (input, init) => send(input, init) });
  const session = engine.session({ resource });
  await session.login();
  await session.fetch(resource, call);
  send = atOnce;
  await session.fetch(resource, call);
  return { session, end: () => engine.dispose() };
}

async function ownCost(notes: Notes, resource: string, isQuick: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'authchart-bench-'));
  const memory = counted(built.memoryStore());
  const files = counted(builtForNode.fileStore({ folder }));
  const inMemory = await loggedIn(resource, memory.store);
  const onFiles = await loggedIn(resource, files.store);
  let send: typeof globalThis.fetch = globalThis.fetch;
  const peer = mcpSdk.make(resource, (input, init) => send(input, init));
  await peer.call();
  send = atOnce;
  const [readBefore, readFilesBefore] = [memory.reads(), files.reads()];
  const calls = isQuick ? 2_000 : 4_000;
  const found = await inTurn(isQuick ? 9 : 25, {
    plain: () => perCall(calls, () => atOnce()),
    sdk: () => perCall(calls, () => peer.call()),
    authchart: () => perCall(calls, () => inMemory.session.fetch(resource, call)),
    'authchart, files': () => perCall(calls, () => onFiles.session.fetch(resource, call)),
  });
  notes.figure('own cost of a call with a token in hand, a fetch that answers at once', 'µs', found);
  const above = (name: keyof typeof found): number => medianOf(found[name]) - medianOf(found.plain);
  notes.check(
    'own cost of a call, times the SDK’s',
    '×',
    above('authchart') / above('sdk'),
    isQuick ? 10 : 4,
  );
  notes.check(
    'own cost on files, times that in memory',
    '×',
    above('authchart, files') / above('authchart'),
    isQuick ? 2.5 : 1.5,
  );
  notes.check('reads of a home in memory by all these calls', 'reads', memory.reads() - readBefore, 0);
  notes.check('reads of a folder by all these calls', 'reads', files.reads() - readFilesBefore, 0);
  if (!isQuick) notes.check('own cost of a call above the bare fetch', 'µs', above('authchart'), 5);
  await Promise.all([inMemory.end(), onFiles.end()]);
  await rm(folder, { recursive: true, force: true });
}

/** @returns µs for each. */
async function perCall(calls: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let done = 0; done < calls; done += 1) await work();
  return ((performance.now() - began) / calls) * 1_000;
}

async function beside(notes: Notes, { world, isQuick }: Bench): Promise<void> {
  const { resource } = world;
  await world.order({ do: 'reset' });
  const engine = engineFor(built.memoryStore());
  const session = engine.session({ resource });
  await session.login();
  const token = await session.token();
  const peer = mcpSdk.make(resource);
  await (await peer.call()).text();
  const plain = plainWith(token).make(resource);
  await world.order({ do: 'blind' });
  for (const inFlight of [1, 100]) {
    const calls = (isQuick ? 400 : 2_000) * (inFlight === 1 ? 1 : 2);
    const loop = (one: () => Promise<Response>) => (): Promise<number> => throughput(calls, inFlight, one);
    const found = await inTurn(isQuick ? 5 : 15, {
      plain: loop(() => plain.call()),
      sdk: loop(() => peer.call()),
      authchart: loop(() => session.fetch(resource, call)),
    });
    notes.figure(`a call over loopback, ${inFlight} in flight`, 'µs', found);
    const ratio = medianOf(found.authchart) / medianOf(found.plain);
    notes.check(
      `a call over loopback, ${inFlight} in flight, times plain fetch`,
      '×',
      ratio,
      isQuick ? 1.8 : 1.12,
    );
  }
  await engine.dispose();
}

/** @returns µs for each call. */
async function throughput(calls: number, inFlight: number, one: () => Promise<Response>): Promise<number> {
  let left = calls;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await (await one()).text();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return ((performance.now() - began) / calls) * 1_000;
}

/** A million calls leave nothing behind. Run where `gc` is exposed. */
export async function memoryOfCalls(resource: string, calls: number): Promise<readonly [number, number]> {
  const { session, end } = await loggedIn(resource, built.memoryStore());
  const heap = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const send = async (many: number): Promise<void> => {
    for (let done = 0; done < many; done += 1) await session.fetch(resource, call);
  };
  await send(Math.ceil(calls / 10));
  const before = heap();
  await send(calls);
  const after = heap();
  await end();
  return [before, after];
}
