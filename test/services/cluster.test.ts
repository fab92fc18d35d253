// The store in a Redis Cluster, with writes that a replica must have and without: the contract, and what only a cluster does.
import { randomBytes } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisStore } from '../../stores/redis.ts';
import { changedContract } from '../stores/changed.ts';
import { create, storeContract } from '../stores/contract.ts';
import { tellUntilHeard, wordsOf } from '../stores/words.ts';
import { failureOf } from '../support/engine.ts';
import { connectRedis } from '../support/redisPlace.ts';
import { placeOf } from './places.ts';

const place = placeOf('AUTHCHART_TEST_REDIS_CLUSTER');
if (!place) console.info('Skipped: a Redis Cluster, because AUTHCHART_TEST_REDIS_CLUSTER names none.');

const fresh = (): string => `authchart-test-${randomBytes(6).toString('hex')}:`;

describe.skipIf(!place)('a Redis Cluster', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    const redis = place && (await connectRedis(place));
    if (!(redis instanceof Cluster)) throw new Error('It is no cluster.');
    cluster = redis;
  });
  afterAll(() => cluster.disconnect());

  const open = (replicas = 0, prefix = fresh()) =>
    redisStore({ redis: cluster, subscriber: cluster, prefix, replicas });

  storeContract('redisStore in a cluster', async () => open());
  storeContract('redisStore in a cluster, with a replica that must have each write', async () => open(1));
  storeContract('redisStore in one slot of a cluster', async () => open(0, `{${fresh()}}`));
  changedContract('redisStore in a cluster', async () => {
    const prefix = fresh();
    return [open(0, prefix), redisStore({ redis: cluster, prefix })];
  });

  test('records are on all nodes, more than one step of SCAN on each, and are listed once', async () => {
    const store = open();
    const keys = Array.from({ length: 6000 }, (_, index) => `key ${index}`);
    await Promise.all(keys.map((key) => create(store, key, 'text')));
    const found = await store.list('key ');
    expect(found).toHaveLength(keys.length);
    expect([...found].sort()).toEqual(keys.sort());
    const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()));
    expect(sizes).toHaveLength(3);
    for (const size of sizes) expect(size).toBeGreaterThan(1000);
  });

  test('a list that would be short is refused: the client does not know all masters', async () => {
    const prefix = fresh();
    const store = open(0, prefix);
    await create(store, 'a', 'text');
    const nodes = (): ReturnType<Cluster['nodes']> => cluster.nodes('master').slice(1);
    const partial = redisStore({ redis: { ...commandsOf(cluster), isCluster: true, nodes }, prefix });
    const failed = await failureOf(partial.list(''));
    expect(failed).toMatchObject({ code: 'store_failed', recovery: 'retry-later' });
    expect(failed.message).toContain('does not know all masters');
    // A replica has no slot, and knows it.
    const slaves = () => [...cluster.nodes('master').slice(1), ...cluster.nodes('slave').slice(0, 1)];
    const stale = redisStore({ redis: { ...commandsOf(cluster), isCluster: true, nodes: slaves }, prefix });
    expect((await failureOf(stale.list(''))).code).toBe('store_failed');
  });

  test('a connection to one node that is no client of a cluster: what is elsewhere is a failure with advice', async () => {
    const [node] = place?.nodes ?? [];
    const single = new Redis({ ...node, password: place?.password ?? '' });
    const store = redisStore({ redis: single, prefix: fresh() });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => store.put(`${index}`, 'text', undefined)),
    );
    single.disconnect();
    const failed = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(failed.length).toBeGreaterThan(0);
    for (const one of failed) {
      expect(one).toMatchObject({ code: 'store_failed', recovery: 'retry-later' });
      expect(one.message).toContain('(MOVED)');
      expect(one.message).toContain('client of a cluster');
    }
  });

  test('a change is heard of on every node, whichever one is listened to', async () => {
    const prefix = fresh();
    const writer = redisStore({ redis: cluster, prefix });
    for (const node of cluster.nodes('all')) {
      const subscriber = node.duplicate();
      const words = wordsOf(redisStore({ redis: cluster, subscriber, prefix }), 'a');
      await tellUntilHeard(writer, 'a', words);
      words.end();
      subscriber.disconnect();
    }
  });

  test('the connection that listens breaks, again and again: all are told, and hear again', async () => {
    const prefix = fresh();
    const store = open(0, prefix);
    const writer = redisStore({ redis: cluster, prefix });
    const words = wordsOf(store, 'a');
    await tellUntilHeard(writer, 'a', words);
    for (let time = 0; time < 3; time += 1) {
      words.reset();
      const killed = await Promise.all(
        cluster.nodes('all').map((node) => node.call('CLIENT', 'KILL', 'TYPE', 'pubsub')),
      );
      expect(killed.map(Number).reduce((all, one) => all + one, 0)).toBeGreaterThan(0);
      await words.next;
      words.reset();
      await tellUntilHeard(writer, 'a', words);
    }
    words.end();
  });

  test('more replicas than there are: a failure that says so, and what was made is taken back', async () => {
    const store = open(2);
    const failed = await failureOf(store.put('a', 'text', undefined));
    expect(failed).toMatchObject({ code: 'store_failed', recovery: 'retry-later' });
    expect(failed.message).toMatch(/1 of 2 replicas have it/);
    await expect.poll(() => store.get('a')).toBeUndefined();
  });

  test('a client that believes a slot to be elsewhere: a write with replicas follows it', async () => {
    const client = place && (await connectRedis(place));
    if (!(client instanceof Cluster)) throw new Error('It is no cluster.');
    await client.get('x');
    client.slots.reverse();
    const store = redisStore({ redis: client, prefix: fresh(), replicas: 1 });
    const version = await create(store, 'a', '1');
    client.slots.reverse();
    expect(await store.put('a', '2', version)).toEqual(expect.any(String));
    expect((await store.get('a'))?.text).toBe('2');
    client.disconnect();
  });
});

/** What the store uses of a client, to be changed in part. */
const commandsOf = (redis: Cluster) => ({
  eval: (script: string, count: number, ...rest: string[]) => redis.eval(script, count, ...rest),
  hmget: (key: string, ...fields: string[]) => redis.hmget(key, ...fields),
  scan: () => Promise.reject(new Error('A cluster is not asked as a whole.')),
});
