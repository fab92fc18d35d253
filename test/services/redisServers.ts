// Starts Redis servers that stand in for each other: a cluster with a replica for each master, a primary with Sentinel.
import type { ChildProcess } from 'node:child_process';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { PRIMARY, type RedisPlace } from '../support/redisPlace.ts';
import { type Program, programsOf } from './debian.ts';
import { freePort, newPassword, ownFolder, said, start, stop, user } from './servers.ts';

/** How long a master is silent before the others replace it, in milliseconds. The default of Redis is 15 s, of Sentinel 30 s. */
const SILENCE = 2000;
const SLOTS = 16_384;

/** Several servers. */
export interface RedisServers {
  readonly place: RedisPlace;
  /** The servers that hold records. */
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

/** One server, which may be killed and started again. */
export class RedisServer {
  readonly port: number;
  readonly password: string;
  readonly admin: Redis;
  readonly #program: Program;
  readonly #folder: string;
  readonly #settings: string;
  #child: ChildProcess | undefined;

  constructor(program: Program, folder: string, port: number, password: string, settings: string) {
    this.port = port;
    this.password = password;
    this.#program = program;
    this.#folder = folder;
    this.#settings = settings;
    this.admin = new Redis({ port, password, lazyConnect: true, retryStrategy: () => 100 });
    this.admin.on('error', () => {});
  }

  async start(): Promise<void> {
    const child = start(this.#program, ['-'], this.#folder);
    this.#child = child;
    // On standard input, because arguments are seen by everybody.
    child.stdin?.end(this.#settings);
    await said(child, 'Ready to accept connections');
  }

  async isMaster(): Promise<boolean> {
    return (await this.info('replication')).includes('role:master');
  }

  info(section: 'replication' | 'server'): Promise<string> {
    return this.admin.info(section);
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    // One that is stopped hears nothing else.
    if (this.#child) await stop(this.#child, 'SIGKILL');
  }
}

/**
 * Three masters with so many replicas each.
 * @param settings further lines of their configuration.
 */
export async function startCluster(folder: string, replicas = 1, settings = ''): Promise<RedisServers> {
  const password = newPassword();
  const own = `cluster-enabled yes\ncluster-node-timeout ${SILENCE}\n${settings}`;
  const nodes = await startServers(folder, 3 * (1 + replicas), password, own);
  try {
    await formCluster(nodes);
  } catch (error) {
    await stopAll(nodes);
    throw error;
  }
  const place = { kind: 'cluster', nodes: nodes.map(addressOf), password } as const;
  return { place, nodes, stop: () => stopAll(nodes) };
}

/** A primary and two replicas, and three sentinels. */
export async function startSentinel(folder: string, settings = ''): Promise<RedisServers> {
  const password = newPassword();
  const nodes = await startServers(folder, 3, password, settings);
  const sentinels: ChildProcess[] = [];
  const stopBoth = async (): Promise<void> => {
    await Promise.all(sentinels.map((one) => stop(one, 'SIGKILL')));
    await stopAll(nodes);
  };
  try {
    const [primary, ...replicas] = nodes;
    for (const { admin } of replicas) await admin.replicaof('127.0.0.1', primary?.port ?? 0);
    await until(async () => (await primary?.info('replication'))?.includes('connected_slaves:2') ?? false);
    const ports: number[] = [];
    for (let index = 0; index < 3; index += 1) {
      const port = await freePort();
      sentinels.push(await startOneSentinel(folder, index, port, primary?.port ?? 0, password));
      ports.push(port);
    }
    await until(() => isWatched(ports));
    const place = { kind: 'sentinel', nodes: ports.map((port) => addressOf({ port })), password } as const;
    return { place, nodes, stop: stopBoth };
  } catch (error) {
    await stopBoth();
    throw error;
  }
}

const addressOf = ({ port }: { readonly port: number }) => ({ host: '127.0.0.1', port });

async function startServers(
  folder: string,
  count: number,
  password: string,
  settings: string,
): Promise<RedisServer[]> {
  const nodes: RedisServer[] = [];
  for (let index = 0; index < count; index += 1) {
    nodes.push(await startOne(folder, `redis${index}`, password, settings));
  }
  return nodes;
}

/** @param name of its folder. @param settings further lines of its configuration. */
export async function startOne(
  folder: string,
  name: string,
  password = newPassword(),
  settings = '',
): Promise<RedisServer> {
  const [program] = await programsOf('redis-server', ['redis-server'], folder);
  if (!program) throw new Error('There is no redis-server.');
  const data = await ownFolder(folder, name);
  const port = await freePort();
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    // The usual port of the bus, ten thousand above, may not exist.
    ...(settings.includes('cluster-enabled') ? [`cluster-port ${await freePort()}`] : []),
    `requirepass ${password}`,
    `masterauth ${password}`,
    `dir ${data}`,
    'save ""',
    'appendonly yes',
    'repl-diskless-sync-delay 0',
    settings,
  ];
  const node = new RedisServer(program, data, port, password, `${lines.join('\n')}\n`);
  await node.start();
  return node;
}

async function stopAll(nodes: readonly RedisServer[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.stop()));
}

/** As `redis-cli --cluster create` does it, which would want the password among its arguments. */
async function formCluster(nodes: readonly RedisServer[]): Promise<void> {
  const masters = nodes.slice(0, 3);
  const busOf = async ({ admin }: RedisServer): Promise<string> =>
    String((await admin.config('GET', 'cluster-port'))[1]);
  for (const [index, { admin }] of masters.entries()) {
    const [first, last] = [index, index + 1].map((at) => Math.floor((at * SLOTS) / 3)) as [number, number];
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', first, last - 1);
    await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  }
  const [first] = nodes;
  if (!first) return;
  for (const node of nodes.slice(1)) {
    await first.admin.call('CLUSTER', 'MEET', '127.0.0.1', node.port, await busOf(node));
  }
  const knows = async ({ admin }: RedisServer): Promise<boolean> =>
    String(await admin.cluster('INFO')).includes(`cluster_known_nodes:${nodes.length}`);
  await until(async () => (await Promise.all(nodes.map(knows))).every(Boolean));
  for (const [index, { admin }] of nodes.slice(3).entries()) {
    const id = await masters[index % 3]?.admin.call('CLUSTER', 'MYID');
    await admin.call('CLUSTER', 'REPLICATE', String(id));
  }
  await untilWhole(nodes);
}

/** Until all slots have a master, and every replica follows one. */
export async function untilWhole(nodes: readonly RedisServer[]): Promise<void> {
  const isWhole = async (node: RedisServer): Promise<boolean> => {
    const replication = await node.info('replication');
    const stands = /role:master/.test(replication)
      ? !/connected_slaves:0/.test(replication)
      : /master_link_status:up/.test(replication);
    const info = node.admin.cluster('INFO').then(String, () => 'cluster_state:ok');
    return stands && (await info).includes('cluster_state:ok');
  };
  await until(async () => (await Promise.all(nodes.map(isWhole))).every(Boolean));
}

/** A sentinel writes to its configuration. */
async function startOneSentinel(
  folder: string,
  index: number,
  port: number,
  primary: number,
  password: string,
): Promise<ChildProcess> {
  const [program] = await programsOf('redis-server', ['redis-server'], folder);
  if (!program) throw new Error('There is no redis-server.');
  const data = await ownFolder(folder, `sentinel${index}`);
  const file = join(data, 'sentinel.conf');
  const lines = [
    `bind 127.0.0.1`,
    `port ${port}`,
    `dir ${data}`,
    `sentinel monitor ${PRIMARY} 127.0.0.1 ${primary} 2`,
    `sentinel auth-pass ${PRIMARY} ${password}`,
    `sentinel down-after-milliseconds ${PRIMARY} ${SILENCE}`,
    `sentinel failover-timeout ${PRIMARY} 6000`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  if (user.uid !== undefined) await chown(file, user.uid, user.gid);
  const child = start(program, [file, '--sentinel'], data);
  await said(child, '+monitor master');
  return child;
}

/** Until every sentinel knows both replicas and both others. */
async function isWatched(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    const sentinel = new Redis({ port });
    try {
      const found = (await sentinel.call('SENTINEL', 'MASTER', PRIMARY)) as string[];
      const of = (name: string): string | undefined => found[found.indexOf(name) + 1];
      if (of('num-slaves') !== '2' || of('num-other-sentinels') !== '2') return false;
    } finally {
      sentinel.disconnect();
    }
  }
  return true;
}

/** @throws Error after half a minute. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const start = performance.now(); !(await isSo().catch(() => false)); ) {
    if (performance.now() - start > 30_000) throw new Error('The servers did not come together in time.');
    await pause(100);
  }
}
