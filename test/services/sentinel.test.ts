// The store in a Redis that Sentinel watches over, with writes that a replica must have and without: the contract.
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
import { redisStore } from '../../stores/redis.ts';
import { changedContract } from '../stores/changed.ts';
import { storeContract } from '../stores/contract.ts';
import { connectRedis } from '../support/redisPlace.ts';
import { placeOf } from './places.ts';

const place = placeOf('AUTHCHART_TEST_REDIS_SENTINEL');
if (!place) console.info('Skipped: Redis Sentinel, because AUTHCHART_TEST_REDIS_SENTINEL names none.');

describe.skipIf(!place)('a Redis that Sentinel watches over', () => {
  let redis: Redis;
  let subscriber: Redis;
  const fresh = (): string => `authchart-test-${randomBytes(6).toString('hex')}:`;
  beforeAll(async () => {
    const client = place && (await connectRedis(place));
    if (!(client instanceof Redis)) throw new Error('It is no single server.');
    redis = client;
    subscriber = client.duplicate();
  });
  afterAll(() => {
    redis.disconnect();
    subscriber.disconnect();
  });

  for (const replicas of [0, 2]) {
    storeContract(`redisStore with Sentinel and ${replicas} replicas that must have each write`, async () =>
      redisStore({ redis, subscriber, prefix: fresh(), replicas }),
    );
  }
  changedContract('redisStore with Sentinel', async () => {
    const prefix = fresh();
    return [redisStore({ redis, subscriber, prefix }), redisStore({ redis, prefix })];
  });
});
