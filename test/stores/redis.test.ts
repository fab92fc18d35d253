// The store in Redis: what needs no server always, and the contract when AUTHCHART_TEST_REDIS names one.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthError } from '../../contract/errors.ts';
import { type RedisClient, redisStore } from '../../stores/redis.ts';
import { changedContract } from './changed.ts';
import { create, storeContract } from './contract.ts';
import { FakeRedis } from './fakeRedis.ts';
import { tellUntilHeard, wordsOf } from './words.ts';

const server = process.env['AUTHCHART_TEST_REDIS'];
if (!server) {
  console.info(
    'Skipped: the contract of the Redis store, because AUTHCHART_TEST_REDIS does not name a server.',
  );
}

async function failureOf(operation: Promise<unknown>): Promise<AuthError> {
  const thrown = await operation.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof AuthError)) throw new Error(`Expected an AuthError, got ${String(thrown)}.`);
  return thrown;
}

const silent = (redis: Redis): Redis => redis.on('error', () => {});

describe('a client that cannot hold records', () => {
  const invalid = expect.objectContaining({ code: 'config_invalid' });

  test('one with a prefix of its own is refused: listing would find nothing', () => {
    const redis = new Redis({ lazyConnect: true, keyPrefix: 'app:' });
    expect(() => redisStore({ redis })).toThrow(invalid);
  });

  test('a cluster that reads from replicas is refused: a spent token would look like a good one', () => {
    const redis = new Redis.Cluster([{ host: '127.0.0.1', port: 1 }], {
      lazyConnect: true,
      scaleReads: 'slave',
    });
    expect(() => redisStore({ redis })).toThrow(invalid);
  });

  test('one that cannot say what replicas have, or which nodes there are, is refused where it must', () => {
    const redis = plain(new Redis({ lazyConnect: true }));
    expect(() => redisStore({ redis, replicas: 1 })).toThrow(invalid);
    expect(() => redisStore({ redis: { ...redis, isCluster: true } })).toThrow(invalid);
    expect(() => redisStore({ redis, replicas: 0 })).not.toThrow();
  });
});

storeContract('redisStore over a Redis in memory', async () => {
  const server = new FakeRedis();
  return redisStore({ redis: server.client, subscriber: server.subscriber() });
});

describe('a server that is not there', () => {
  test('S04 is a failure that says so, and nothing of the password', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    listener.close();
    await once(listener, 'close');
    const options = { host: '127.0.0.1', port, password: 'hunter2', maxRetriesPerRequest: 0 };
    const redis = silent(new Redis(options));
    const store = redisStore({ redis });
    const attempts = [
      store.get('secret key'),
      store.put('secret key', 'token', undefined),
      store.delete('secret key', 'version'),
      store.list('secret key'),
      store.setAside('secret key', 'version'),
    ];
    for (const failed of await Promise.all(attempts.map(failureOf))) {
      expect(failed).toMatchObject({ code: 'store_failed', phase: 'storing', recovery: 'retry-later' });
      expect(failed.cause).toBeUndefined();
      expect(inspect(failed, { showHidden: true, depth: 9 })).not.toMatch(/hunter2|secret key|token/);
    }
    redis.disconnect();
  });
});

describe.skipIf(!server)('a real Redis', () => {
  const base = `authchart-test-${randomBytes(6).toString('hex')}:`;
  const fresh = (): string => `${base}${randomBytes(6).toString('hex')}:`;
  let redis: Redis;
  let subscriber: Redis;
  beforeAll(() => {
    redis = new Redis(server ?? '');
    subscriber = redis.duplicate();
  });
  afterAll(async () => {
    for await (const names of redis.scanStream({ match: `${base}*`, count: 1000 })) {
      if (names.length > 0) await redis.del(...names);
    }
    redis.disconnect();
    subscriber.disconnect();
  });

  storeContract('redisStore', async () => redisStore({ redis, subscriber, prefix: fresh() }));
  changedContract('redisStore', async () => {
    const prefix = fresh();
    return [redisStore({ redis, subscriber, prefix }), redisStore({ redis, prefix })];
  });

  test('S05 of 20 writers of one record exactly one wins each round', async () => {
    const others = Array.from({ length: 3 }, () => redis.duplicate());
    const prefix = fresh();
    const stores = [redis, ...others].map((one) => redisStore({ redis: one, prefix }));
    let version: string | undefined;
    for (let round = 0; round < 10; round += 1) {
      const writers = Array.from({ length: 5 }).flatMap(() =>
        stores.map((store, index) => store.put('a', `${round}/${index}`, version)),
      );
      const won = (await Promise.all(writers)).filter((one) => one !== undefined);
      expect(won).toHaveLength(1);
      version = won[0];
      expect((await stores[0]?.get('a'))?.version).toBe(version);
    }
    for (const other of others) other.disconnect();
  });

  test('S05 a write that the driver sends twice, because the answer was lost, is one write that won', async () => {
    const prefix = fresh();
    const stutter: RedisClient = {
      ...plain(redis),
      eval: async (...args) => {
        await redis.eval(...args);
        return redis.eval(...args);
      },
    };
    const store = redisStore({ redis: stutter, prefix });
    const first = await create(store, 'a', '1');
    const second = await store.put('a', '2', first);
    expect(await store.get('a')).toEqual({ version: second, text: '2' });
  });

  test('a writer elsewhere is heard of, and others on the same connection still hear', async () => {
    const prefix = fresh();
    const watching = redisStore({ redis, subscriber, prefix });
    const other = redisStore({ redis, subscriber, prefix });
    const [words, otherWords] = [wordsOf(watching, 'a'), wordsOf(other, 'a')];
    await tellUntilHeard(redisStore({ redis, prefix }), 'a', words);
    words.end();
    await otherWords.next;
    otherWords.reset();
    await tellUntilHeard(redisStore({ redis, prefix }), 'a', otherWords);
    otherWords.end();
  });

  test('a connection that breaks while it listens, again and again: all are told, and hear again', async () => {
    const prefix = fresh();
    const connectionName = `listening:${prefix}`;
    const listening = silent(redis.duplicate({ connectionName }));
    const writer = redisStore({ redis, prefix });
    const words = wordsOf(redisStore({ redis, subscriber: listening, prefix }), 'a');
    await tellUntilHeard(writer, 'a', words);
    for (let time = 0; time < 3; time += 1) {
      words.reset();
      const clients = String(await redis.call('CLIENT', 'LIST')).split('\n');
      const [, id = ''] = /^id=(\d+)/.exec(clients.find((line) => line.includes(connectionName)) ?? '') ?? [];
      expect(await redis.call('CLIENT', 'KILL', 'ID', id)).toBe(1);
      await words.next;
      words.reset();
      await tellUntilHeard(writer, 'a', words);
    }
    words.end();
    listening.disconnect();
  });

  test('without a subscriber it does not claim to tell', () => {
    expect(redisStore({ redis }).watch).toBeUndefined();
  });

  test('odd keys, texts, versions and prefixes are data and nothing else', async () => {
    const store = redisStore({ redis, prefix: fresh() });
    const oddities = [
      '*',
      '?',
      '[a-z]',
      '[^a]',
      '^',
      '\\',
      '\\*',
      '\\u0061',
      "'",
      '\n',
      '\u0000',
      '\ud83d',
      '🔑',
    ];
    for (const odd of oddities) await create(store, odd, `${odd} `);
    for (const odd of oddities) {
      expect((await store.get(odd))?.text).toBe(`${odd} `);
      expect(await store.put(odd, 'x', odd)).toBeUndefined();
      expect(await store.put(odd, 'x', '')).toBeUndefined();
      expect(await store.delete(odd, odd)).toBe(false);
      expect([...(await store.list(odd))].sort()).toEqual(
        oddities.filter((key) => key.startsWith(odd)).sort(),
      );
    }
    expect([...(await store.list(''))].sort()).toEqual([...oddities].sort());
  });

  test('a prefix is a name, not a pattern, and stores do not see into each other', async () => {
    const prefix = fresh();
    await create(redisStore({ redis, prefix: `${prefix}x` }), 'a', 'text');
    expect(await redisStore({ redis, prefix: `${prefix}?` }).list('')).toEqual([]);
    expect(await redisStore({ redis, prefix }).list('')).toEqual([]);
  });

  test('more records than one step of SCAN are all listed, once', async () => {
    const store = redisStore({ redis, prefix: fresh() });
    const keys = Array.from({ length: 3000 }, (_, index) => `key ${index}`);
    await Promise.all(keys.map((key) => create(store, key, 'text')));
    expect([...(await store.list('key '))].sort()).toEqual(keys.sort());
  });

  test('what is set aside is kept for a person to look at', async () => {
    const prefix = fresh();
    const store = redisStore({ redis, prefix });
    const version = await create(store, 'a', 'unreadable');
    await store.setAside('a', version);
    expect(await redis.hgetall(`${prefix}aside:${version}:a`)).toEqual({ version, text: 'unreadable' });
  });

  test('TOK-3 something else under our name is a failure with advice, and without what is there', async () => {
    const prefix = fresh();
    await redis.lpush(`${prefix}record:a`, 'hunter2');
    const store = redisStore({ redis, prefix });
    const attempts = [store.get('a'), store.put('a', 'token', undefined), store.delete('a', 'version')];
    for (const failed of await Promise.all(attempts.map(failureOf))) {
      expect(failed).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
      expect(failed.message).toContain('(WRONGTYPE): something else is stored under its names');
      expect(inspect(failed, { showHidden: true, depth: 9 })).not.toMatch(/hunter2|token/);
    }
  });

  test('a user without the right to publish still writes; one without the right to write is told so', async () => {
    const user = base.slice(0, -1);
    const password = randomBytes(12).toString('hex');
    const rights = ['~*', '&*', '+@all'];
    await redis.call('ACL', 'SETUSER', user, 'on', `>${password}`, ...rights, '-publish');
    const theirs = silent(redis.duplicate({ username: user, password }));
    try {
      const store = redisStore({ redis: theirs, prefix: fresh() });
      const version = await create(store, 'a', 'text');
      await redis.call('ACL', 'SETUSER', user, '-eval');
      const failed = await failureOf(store.put('a', 'token', version));
      expect(failed).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
      expect(failed.message).toContain('(NOPERM)');
      expect(await store.get('a')).toEqual({ version, text: 'text' });
    } finally {
      theirs.disconnect();
      await redis.call('ACL', 'DELUSER', user);
    }
  });
});

/** What the store uses of a client, to be changed in part. */
function plain(redis: Redis | InstanceType<typeof Redis.Cluster>): RedisClient {
  return {
    eval: (script, count, ...rest) => redis.eval(script, count, ...rest),
    hmget: (key, ...fields) => redis.hmget(key, ...fields),
    scan: (cursor, match, pattern, count, most) => redis.scan(cursor, match, pattern, count, most),
  };
}
