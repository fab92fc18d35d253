// A replica of the gateway's example under chaos: its clock can be wrong, it records what it does, and a fault can be planted.
import { fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TraceFact } from '../../contract/trace.ts';
import { createGateway } from '../../examples/gateway/gateway.ts';
import { sharedStore } from '../../examples/gateway/store.ts';
import type { Store } from '../../index.ts';

/** What its parent may ask for: that its clock is wrong by so many milliseconds. */
export interface ReplicaOrder {
  readonly skew: number;
}

/** How large a trace may become, in bytes. Two are kept: the older one is written over. */
const MOST_TRACE = 32 * 1024 * 1024;

const { RESOURCE: resource = '', ORIGIN: origin = '', PORT, TRACE = '', PLANT } = process.env;
const shared = await sharedStore(process.env);
if (!shared) throw new Error('There is no database.');
let skew = 0;
const gateway = createGateway({
  resource,
  origin,
  store: PLANT === 'lost-spend' ? losing(shared.store) : shared.store,
  now: () => Date.now() + skew,
  onTrace: recorder(TRACE),
  onDefect: (error) => console.error(`Defect: ${error instanceof Error ? error.name : typeof error}`),
  // Half of what is usual: the lease of a refresh is as long as seven requests, and is to run out here.
  policy: { requestTimeout: 5_000, idleAfter: 20_000 },
});
const server = createServer(gateway.listener).listen(Number(PORT), '127.0.0.1', () =>
  process.send?.('ready'),
);

process.on('message', (order: ReplicaOrder) => {
  skew = order.skew;
});
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', async () => {
  gateway.retire();
  await sleep(1_000);
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await Promise.race([closed, sleep(10_000)]);
  await gateway.close();
  await shared.close();
  process.exit(0);
});

/** The fault: the record that says that a refresh token is being spent gets lost, so that siblings do not know of it. */
function losing(store: Store): Store {
  return {
    ...store,
    put: async (key, text, expected) => (key.startsWith('spend:') ? 'lost' : store.put(key, text, expected)),
  };
}

/** The last part of what happened, in two files that take turns. Each fact is written at once: a kill loses none. */
function recorder(path: string): (fact: TraceFact) => void {
  const [one, other] = [openSync(`${path}.0.ndjson`, 'a', 0o600), openSync(`${path}.1.ndjson`, 'a', 0o600)];
  let file = one;
  let bytes = fstatSync(file).size;
  return (fact) => {
    bytes += writeSync(file, `${JSON.stringify(fact)}\n`);
    if (bytes < MOST_TRACE) return;
    file = file === one ? other : one;
    ftruncateSync(file);
    bytes = 0;
  };
}
