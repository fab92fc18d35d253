// One replica: the gateway as a process. It sends its port to its parent, and ends with a signal or with its parent.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGateway } from './gateway.ts';
import { sharedStore } from './store.ts';
import { telemetryOf } from './telemetry.ts';

/** How long the balancer may take to see that this replica retires, in milliseconds. */
const RETIRING = 1_000;
/** How long requests under way may take after that, in milliseconds. */
const LAST_REQUESTS = 15_000;

const { RESOURCE: resource, ORIGIN: origin, PORT = '0' } = process.env;
const shared = await sharedStore(process.env);
if (!resource || !origin || !shared) {
  console.error('Set RESOURCE, ORIGIN, and DATABASE_URL, REDIS_URL, REDIS_CLUSTER or REDIS_SENTINELS.');
  process.exit(2);
}

const telemetry = telemetryOf(process.env);
const gateway = createGateway({
  resource,
  origin,
  store: shared.store,
  ...(telemetry && { onTrace: telemetry.onTrace }),
});
const server = createServer(gateway.listener).listen(Number(PORT), '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});

let isEnding = false;
/** In this order: no new requests, those under way, refreshes under way, telemetry, the database. */
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  gateway.retire();
  await sleep(RETIRING);
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await Promise.race([closed, sleep(LAST_REQUESTS)]);
  await gateway.close();
  await telemetry?.close();
  await shared?.close();
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => void end());
