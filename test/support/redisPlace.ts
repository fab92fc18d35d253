// Where a Redis is that tests use, and a client of it: of a primary that Sentinel knows, or of a cluster.
import type { Cluster, ClusterOptions, Redis } from 'ioredis';

export interface RedisPlace {
  readonly kind: 'sentinel' | 'cluster';
  /** Sentinels, or nodes of the cluster. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly password: string;
}

/** The name by which sentinels know the primary. */
export const PRIMARY = 'authchart';

/** For a failover that takes some seconds: every one of these is a setting that a host would make. */
const patient = {
  // Many tries while a slot has no master, and while the client does not know the new one.
  maxRedirections: 60,
  retryDelayOnFailover: 200,
  retryDelayOnClusterDown: 200,
  slotsRefreshTimeout: 3000,
  slotsRefreshInterval: 2000,
} satisfies ClusterOptions;

/** The driver is loaded only where it is used. */
export async function connectRedis({ kind, nodes, password }: RedisPlace): Promise<Redis | Cluster> {
  const { Redis } = await import('ioredis');
  const redisOptions = { password, connectTimeout: 3000, commandTimeout: 8000 };
  const redis: Redis | Cluster =
    kind === 'cluster'
      ? new Redis.Cluster([...nodes], { ...patient, redisOptions })
      : new Redis({
          sentinels: [...nodes],
          name: PRIMARY,
          ...redisOptions,
          maxRetriesPerRequest: 60,
          sentinelRetryStrategy: () => 200,
          retryStrategy: () => 200,
        });
  // Each command fails by itself; an error that nobody listens to is printed.
  redis.on('error', () => {});
  return redis;
}
