// Records in Redis, for gateways: one hash each, every change one script, told to others by pub/sub.
import { randomUUID } from 'node:crypto';
import { refuse } from '../contract/errors.ts';
import { implementation, must, object, optional, type Shape } from '../protocol/options.ts';
import { callback } from '../protocol/optionValues.ts';
import { type Advice, guardedBy } from './driverFailures.ts';
import { keepAsking } from './keepAsking.ts';
import { digestOf, type Listen, Listening } from './listening.ts';
import { original, printable } from './printable.ts';
import type { Store } from './store.ts';

/** What is used of the host's client: ioredis, or anything alike. */
export interface RedisClient {
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  hmget(key: string, ...fields: string[]): Promise<readonly (string | null)[]>;
  scan(
    cursor: string,
    match: 'MATCH',
    pattern: string,
    count: 'COUNT',
    most: number,
  ): Promise<readonly [cursor: string, keys: readonly string[]]>;
  readonly isCluster?: boolean;
  readonly options?: { readonly keyPrefix?: string | undefined };
}

/** A connection that does nothing but listen: `redis.duplicate()`. */
export interface RedisSubscriber {
  subscribe(channel: string): Promise<unknown>;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  /** The connection is lost. A client that does not say so is asked now and then. */
  on(event: 'close' | 'end', listener: () => void): unknown;
  off(event: 'message', listener: (channel: string, message: string) => void): unknown;
  off(event: 'close' | 'end', listener: () => void): unknown;
}

/** How `redisStore` is set up. */
export interface RedisOptions {
  /** The host's own client, with its own time limits and TLS. It is never closed here. */
  readonly redis: RedisClient;
  /** What the names of all our keys, and of the channel of changes, start with. Default `authchart:`. */
  readonly prefix?: string;
  /** To hear of changes by other processes. Without it, whoever waits looks now and then. */
  readonly subscriber?: RedisSubscriber;
}

const redisShape: Shape<RedisOptions> = {
  redis: implementation({ eval: callback, hmget: callback, scan: callback }),
  prefix: optional(must('a text', (value) => typeof value === 'string')),
  subscriber: optional(implementation({ subscribe: callback, on: callback, off: callback })),
};

const clusterAdvice = [
  'it is a cluster, which is not supported, connect to a single server',
  'fix-config',
] as const;

const advice: Advice = {
  NOAUTH: ['it wants a password, give one', 'fix-config'],
  WRONGPASS: ['the password was refused, check it', 'fix-config'],
  NOPERM: [
    'give this user the right to EVAL, HMGET, HGET, HSET, DEL, RENAME, SCAN and PUBLISH',
    'fix-config',
  ],
  WRONGTYPE: ['something else is stored under its names, choose another prefix', 'fix-config'],
  CLUSTERDOWN: clusterAdvice,
  CROSSSLOT: clusterAdvice,
  MOVED: clusterAdvice,
  READONLY: ['the server is read-only, connect to the primary', 'retry-later'],
  OOM: ['its memory is full, give it more', 'retry-later'],
  MISCONF: ['it cannot write to its disk, see its log', 'retry-later'],
  LOADING: ['it is starting, try again', 'retry-later'],
};

/** Keys are asked for by SCAN in steps of about so many. */
const STEP = 1000;

/**
 * A store in one Redis server (6 or newer), shared by all processes that name the same server and prefix. A cluster
 * is not supported: listing would see one node of it. How well records last is the host's business: turn on the
 * append-only file, forbid eviction (`maxmemory-policy noeviction`), and know that a failover to a replica may lose
 * the last writes, and with them a renewed login. Records are stored as they are: guard the server and its disk.
 * What is set aside is kept under `<prefix>aside:`.
 * @throws AuthError `config_invalid` for an option that cannot be used, for a cluster, and for a client with a `keyPrefix` (SCAN would not know it);
 * operations fail with `store_failed`, which holds nothing of what the driver said but its code.
 */
export function redisStore(options: RedisOptions): Store {
  object(redisShape)(options, '');
  const { redis, prefix = 'authchart:', subscriber } = options;
  checkClient(redis);
  const records = `${prefix}record:`;
  const channel = `${prefix}changes`;
  const changes = subscriber && new Listening(channel, listenOn(subscriber));
  /** @returns whether it was done. */
  const change = async (
    script: string,
    keys: string[],
    digest: string,
    values: string[],
  ): Promise<boolean> => {
    const done = await guarded(() => redis.eval(script, keys.length, ...keys, channel, digest, ...values));
    if (done === 1) changes?.tell(digest);
    return done === 1;
  };

  return {
    async get(key) {
      const found = await guarded(() => redis.hmget(records + printable(key), 'version', 'text'));
      const [version, text] = found;
      if (typeof version !== 'string' || typeof text !== 'string') return undefined;
      return { version, text: original(text) };
    },
    async put(key, text, expected) {
      const name = printable(key);
      const version = randomUUID();
      const before = expected === undefined ? '' : `=${expected}`;
      const values = [version, printable(text), before];
      return (await change(PUT, [records + name], digestOf(name), values)) ? version : undefined;
    },
    async delete(key, version) {
      const name = printable(key);
      return change(DELETE, [records + name], digestOf(name), [version]);
    },
    list: (start) => guarded(() => list(redis, records, start)),
    ...(changes && { watch: (key, changed, lost) => changes.add(digestOf(printable(key)), changed, lost) }),
    async setAside(key, version) {
      const name = printable(key);
      const aside = `${prefix}aside:${version}:${name}`;
      await change(SET_ASIDE, [records + name, aside], digestOf(name), [version]);
    },
  };
}

const guarded = <T>(operation: () => Promise<T>): Promise<T> => guardedBy('Redis', advice, operation);

// The scripts. KEYS[1] is the record, ARGV[1] the channel, ARGV[2] the digest of the key. A script that fails half-way
// is not undone, so a word that cannot be sent (no right to PUBLISH) must not look like a write that failed.
const TELL = `redis.pcall('PUBLISH', ARGV[1], ARGV[2])
return 1`;

/** A driver that lost its connection sends again: a version that is there already was written by the first sending. */
const PUT = `local current = redis.call('HGET', KEYS[1], 'version')
if current == ARGV[3] then return 1 end
if (current and '=' .. current or '') ~= ARGV[5] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'text', ARGV[4])
${TELL}`;

const DELETE = `if redis.call('HGET', KEYS[1], 'version') ~= ARGV[3] then return 0 end
redis.call('DEL', KEYS[1])
${TELL}`;

const SET_ASIDE = `if redis.call('HGET', KEYS[1], 'version') ~= ARGV[3] then return 0 end
redis.call('RENAME', KEYS[1], KEYS[2])
${TELL}`;

async function list(redis: RedisClient, records: string, start: string): Promise<readonly string[]> {
  const pattern = `${`${records}${printable(start)}`.replace(/[\\*?[\]^]/g, '\\$&')}*`;
  // SCAN may name a key twice.
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, names] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', STEP);
    for (const name of names) found.add(original(name.slice(records.length)));
    cursor = next;
  } while (cursor !== '0');
  return [...found];
}

/** Stays subscribed on the host's connection, which others may share: only the listeners are taken away. */
function listenOn(subscriber: RedisSubscriber): Listen {
  return async (channel, heard, lost) => {
    let state: 'starting' | 'listening' | 'over' = 'starting';
    let stopAsking = (): void => {};
    const onMessage = (of: string, message: string): void => {
      if (of === channel) heard(message);
    };
    const onLoss = (): void => {
      // The command to subscribe, which is under way before, fails by itself, or is sent again.
      if (state !== 'listening') return;
      end();
      lost();
    };
    const end = (): void => {
      state = 'over';
      stopAsking();
      subscriber.off('message', onMessage);
      for (const event of ['close', 'end'] as const) subscriber.off(event, onLoss);
    };
    subscriber.on('message', onMessage);
    for (const event of ['close', 'end'] as const) subscriber.on(event, onLoss);
    try {
      await subscriber.subscribe(channel);
    } catch (error) {
      end();
      throw error;
    }
    state = 'listening';
    stopAsking = keepAsking(() => subscriber.subscribe(channel), onLoss);
    return end;
  };
}

function checkClient({ isCluster, options }: RedisClient): void {
  if (isCluster) {
    refuse(
      'config_invalid',
      'configuring',
      'A Redis cluster cannot hold records; connect to a single server.',
    );
  }
  if (options?.keyPrefix) {
    const instead = 'give the prefix to redisStore instead';
    refuse('config_invalid', 'configuring', `The Redis client for records has a keyPrefix; ${instead}.`);
  }
}
