// Ways in which a Redis server is replaced by another one, for tests that go on writing meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import { type RedisServer, type RedisServers, until, untilWhole } from './redisServers.ts';

/** Replaces a master, and ends when all servers stand again. */
export type Failover = (servers: RedisServers) => Promise<void>;

/** A process is killed, its replica takes over, and it comes back as a replica. */
export const killed: Failover = async ({ nodes }) => {
  const { master, others, count } = await parts(nodes);
  master.signal('SIGKILL');
  await untilReplaced(others, count);
  await master.start();
  await untilWhole(nodes);
};

/** A machine stands still for longer than the others wait, and then goes on as if nothing had been. */
export const hung: Failover = async ({ nodes }) => {
  const { master, others, count } = await parts(nodes);
  master.signal('SIGSTOP');
  await untilReplaced(others, count);
  await pause(500);
  master.signal('SIGCONT');
  await untilWhole(nodes);
};

/** An administrator asks a replica of a cluster to take over, as for an upgrade. */
export const handedOver: Failover = async ({ nodes }) => {
  const replicas = await withRole(nodes, false);
  const heir = anyOf(replicas);
  await heir.admin.call('CLUSTER', 'FAILOVER');
  await until(() => heir.isMaster());
  await untilWhole(nodes);
};

async function parts(nodes: readonly RedisServer[]) {
  const masters = await withRole(nodes, true);
  const master = anyOf(masters);
  return { master, others: nodes.filter((one) => one !== master), count: masters.length };
}

async function withRole(nodes: readonly RedisServer[], isMaster: boolean): Promise<readonly RedisServer[]> {
  const roles = await Promise.all(nodes.map(async (node) => [node, await node.isMaster()] as const));
  return roles.flatMap(([node, is]) => (is === isMaster ? [node] : []));
}

/** Until there are as many masters as before without the one that is gone. */
const untilReplaced = (others: readonly RedisServer[], count: number): Promise<void> =>
  until(async () => (await withRole(others, true)).length === count);

function anyOf(nodes: readonly RedisServer[]): RedisServer {
  const node = nodes[Math.floor(Math.random() * nodes.length)];
  if (!node) throw new Error('There is no such server.');
  return node;
}
