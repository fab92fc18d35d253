// What is used of a host's Redis client: ioredis, for one server, for Sentinel, or for a cluster.

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
  /** Sends commands on one connection, one after the other. Needed for the option `replicas`. */
  pipeline?(commands: string[][]): RedisPipeline;
  readonly isCluster?: boolean;
  /** The nodes that a client of a cluster knows. Needed for a cluster. */
  nodes?(role: 'master'): readonly RedisNode[];
  readonly options?: RedisClientOptions;
}

/** Commands that are about to be sent. */
export interface RedisPipeline {
  exec(): Promise<readonly (readonly [error: Error | null, reply: unknown])[] | null>;
}

/** Options of the host's client that decide whether it can hold records. */
export interface RedisClientOptions {
  readonly keyPrefix?: string | undefined;
  /** Of a cluster: which nodes are read from. */
  readonly scaleReads?: unknown;
}

/** A node of a cluster, as far as listing needs it. */
export interface RedisNode {
  readonly scan: RedisClient['scan'];
  cluster(subcommand: 'NODES'): Promise<unknown>;
}

/** A connection that does nothing but listen: `redis.duplicate()`. For a cluster: the client of the cluster itself. */
export interface RedisSubscriber {
  subscribe(channel: string): Promise<unknown>;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  /** The connection is lost. A client that does not say so is asked now and then. */
  on(event: 'close' | 'end', listener: () => void): unknown;
  off(event: 'message', listener: (channel: string, message: string) => void): unknown;
  off(event: 'close' | 'end', listener: () => void): unknown;
  readonly isCluster?: boolean;
}

/** The client of a cluster, as far as listening needs it. */
export interface RedisClusterSubscriber {
  nodes(role: 'all'): readonly RedisListeningNode[];
  on(event: '+node' | '-node', listener: () => void): unknown;
  off(event: '+node' | '-node', listener: () => void): unknown;
}

/** A node of a cluster that can be listened to, on a connection of its own. */
export interface RedisListeningNode {
  duplicate(options: {
    readonly retryStrategy: () => null;
    readonly autoResubscribe: false;
  }): RedisConnection;
}

/** A connection of ours, which is closed by us. */
export interface RedisConnection extends RedisSubscriber {
  disconnect(): void;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  on(event: 'close' | 'end' | 'error', listener: () => void): unknown;
}
