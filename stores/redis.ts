// Records in Redis, for gateways: one hash each, every change one script, told to others by pub/sub.
import { randomUUID } from 'node:crypto';
import { refuse } from '../contract/errors.ts';
import { implementation, must, object, optional, type Shape } from '../protocol/options.ts';
import { callback } from '../protocol/optionValues.ts';
import { type Advice, guardedBy } from './driverFailures.ts';
import { digestOf, type Listen, Listening } from './listening.ts';
import { original, printable } from './printable.ts';
import type { RedisClient, RedisClusterSubscriber, RedisSubscriber } from './redisClient.ts';
import { listenOn, listenOnCluster } from './redisListening.ts';
import { namesIn } from './redisListing.ts';
import { type Change, changeWithReplicas } from './redisReplicas.ts';
import { DELETE, KEEP, PUT } from './redisScripts.ts';
import type { Store, Stored } from './store.ts';

export type {
  RedisClient,
  RedisClientOptions,
  RedisClusterSubscriber,
  RedisConnection,
  RedisListeningNode,
  RedisNode,
  RedisPipeline,
  RedisSubscriber,
} from './redisClient.ts';

/** How `redisStore` is set up. */
export interface RedisOptions {
  /** The host's own client, with its own time limits and TLS. It is never closed here. */
  readonly redis: RedisClient;
  /** What the names of all our keys, and of the channel of changes, start with. Default `authchart:`. */
  readonly prefix?: string;
  /**
   * To hear of changes by other processes: `redis.duplicate()`; for a cluster, the client of the cluster itself. Without
   * it, whoever waits looks now and then.
   */
  readonly subscriber?: RedisSubscriber | RedisClusterSubscriber;
  /**
   * How many replicas must have a write before it counts. With as many as each primary has, a failover loses no login and
   * no refresh token is sent twice; writes fail while one of them is away. With fewer, writes go on, and a primary that
   * stood still and wakes up may lose some.
   */
  readonly replicas?: number;
}

const redisShape: Shape<RedisOptions> = {
  redis: implementation({ eval: callback, hmget: callback, scan: callback }),
  prefix: optional(must('a text', (value) => typeof value === 'string')),
  subscriber: optional(implementation({ subscribe: callback, on: callback, off: callback })),
  replicas: optional(
    must(
      'a whole number from 0 to 100',
      (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100,
    ),
  ),
};

const movingAdvice = [
  'its nodes are changing places, try again; where that goes on, connect with the client of a cluster',
  'retry-later',
] as const;

const advice: Advice = {
  NOAUTH: ['it wants a password, give one', 'fix-config'],
  WRONGPASS: ['the password was refused, check it', 'fix-config'],
  NOPERM: [
    'give this user the right to EVAL, HMGET, HGET, HSET, DEL, SCAN, PUBLISH, and in a cluster to CLUSTER',
    'fix-config',
  ],
  WRONGTYPE: ['something else is stored under its names, choose another prefix', 'fix-config'],
  CLUSTERDOWN: ['a part of the cluster has no master, see that its nodes run, and try again', 'retry-later'],
  MOVED: movingAdvice,
  ASK: movingAdvice,
  TRYAGAIN: movingAdvice,
  MASTERDOWN: ['a replica has lost its primary, try again', 'retry-later'],
  UNBLOCKED: ['the server became a replica, try again', 'retry-later'],
  NOREPLICAS: [
    'too few replicas are connected for `min-replicas-to-write`, see that they run',
    'retry-later',
  ],
  READONLY: ['the server is read-only, connect to the primary', 'retry-later'],
  OOM: ['its memory is full, give it more', 'retry-later'],
  MISCONF: ['it cannot write to its disk, see its log', 'retry-later'],
  LOADING: ['it is starting, try again', 'retry-later'],
};

/**
 * A store in Redis (6 or newer): in one server, in a primary with replicas and Sentinel, or in a cluster. All processes
 * that name the same servers and prefix share it. How well records last is the host's business: turn on the append-only
 * file, and forbid eviction (`maxmemory-policy noeviction`). A failover to a replica may lose the last writes, and with them
 * a renewed login, unless `replicas` is given. Records are stored as they are: guard the servers and their disks.
 * What is set aside is kept under `<prefix>aside:`.
 * @throws AuthError `config_invalid` for an option that cannot be used, for a client with a `keyPrefix` (SCAN would not know
 * it), and for one that reads from replicas; operations fail with `store_failed`, which holds nothing of what the driver said
 * but its code.
 */
export function redisStore(options: RedisOptions): Store {
  object(redisShape)(options, '');
  const { redis, prefix = 'authchart:', subscriber, replicas = 0 } = options;
  checkClient(redis, replicas);
  const records = `${prefix}record:`;
  const channel = `${prefix}changes`;
  const changes = subscriber && new Listening(channel, listenTo(subscriber));
  const recordOf = (name: string): string => records + name;
  /** @returns whether it was done. */
  const run = (script: string, key: string, name: string, ...values: string[]): Promise<boolean> =>
    guarded(async () => {
      const change: Change = [script, 1, key, channel, digestOf(name), ...values];
      return replicas > 0 ? changeWithReplicas(redis, change, replicas) : (await redis.eval(...change)) === 1;
    });
  const change = async (script: string, name: string, ...values: string[]): Promise<boolean> => {
    const isDone = await run(script, recordOf(name), name, ...values);
    if (isDone) changes?.tell(digestOf(name));
    return isDone;
  };
  /** What was made and does not count is taken back, if it can be: others would wait for whoever made it. */
  const takeBack = (name: string, version: string): void => {
    redis.eval(DELETE, 1, recordOf(name), channel, digestOf(name), version).catch(() => {});
  };
  const get = async (name: string): Promise<Stored | undefined> => {
    const [version, text] = await guarded(() => redis.hmget(recordOf(name), 'version', 'text'));
    if (typeof version !== 'string' || typeof text !== 'string') return undefined;
    return { version, text };
  };

  return {
    async get(key) {
      const found = await get(printable(key));
      return found && { version: found.version, text: original(found.text) };
    },
    async put(key, text, expected) {
      const name = printable(key);
      const version = randomUUID();
      const before = expected === undefined ? '' : `=${expected}`;
      try {
        return (await change(PUT, name, version, printable(text), before)) ? version : undefined;
      } catch (error) {
        if (replicas > 0 && expected === undefined) takeBack(name, version);
        throw error;
      }
    },
    delete: (key, version) => change(DELETE, printable(key), version),
    async list(start) {
      const names = await guarded(() => namesIn(redis, recordOf(printable(start))));
      return [...names].map((name) => original(name.slice(records.length)));
    },
    ...(changes && { watch: (key, changed, lost) => changes.add(digestOf(printable(key)), changed, lost) }),
    async setAside(key, version) {
      const name = printable(key);
      const found = await get(name);
      if (found?.version !== version) return;
      // Kept before it goes, in two steps: the two keys may be on two nodes of a cluster.
      await run(KEEP, `${prefix}aside:${version}:${name}`, name, version, found.text);
      await change(DELETE, name, version);
    },
  };
}

const guarded = <T>(operation: () => Promise<T>): Promise<T> => guardedBy('Redis', advice, operation);

function listenTo(subscriber: RedisSubscriber | RedisClusterSubscriber): Listen {
  return 'nodes' in subscriber ? listenOnCluster(subscriber) : listenOn(subscriber);
}

function checkClient({ isCluster, nodes, pipeline, options }: RedisClient, replicas: number): void {
  const invalid = (what: string): never =>
    refuse('config_invalid', 'configuring', `The Redis client for records ${what}.`);
  if (options?.keyPrefix) invalid('has a keyPrefix; give the prefix to redisStore instead');
  if (isCluster && typeof nodes !== 'function')
    invalid('is one of a cluster, and has no function nodes; give one that has');
  // A version that has passed would look like the one of now, and a spent token like a good one.
  if (isCluster && (options?.scaleReads ?? 'master') !== 'master') {
    invalid("reads from replicas, which may be behind; set its scaleReads to 'master'");
  }
  if (replicas > 0 && typeof pipeline !== 'function') {
    invalid('has no function pipeline, which the option replicas needs; give one that has');
  }
}
