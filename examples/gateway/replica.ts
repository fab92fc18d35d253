// One replica: the gateway as a process. It sends its port to its parent, and ends with a signal or with its parent.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway } from './gateway.ts';
import { sharedStore } from './store.ts';

const { RESOURCE: resource, ORIGIN: origin } = process.env;
const shared = await sharedStore(process.env);
if (!resource || !origin || !shared) {
  console.error('Set RESOURCE, ORIGIN, and DATABASE_URL, REDIS_URL, REDIS_CLUSTER or REDIS_SENTINELS.');
  process.exit(2);
}

const gateway = createGateway({ resource, origin, store: shared.store });
const server = createServer(gateway.listener).listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port);
});

async function end(): Promise<void> {
  server.close();
  server.closeIdleConnections();
  await gateway.close();
  await shared?.close();
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => void end());
