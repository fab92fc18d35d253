// A cluster without servers: which nodes are asked for a list, and how changes are heard of on a node that may leave (S04).
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RedisClient, RedisNode } from '../../stores/redis.ts';
import { redisStore } from '../../stores/redis.ts';
import { listenOnCluster } from '../../stores/redisListening.ts';
import { failureOf } from '../support/engine.ts';

const self = (role: string, slots: string): string =>
  `a 127.0.0.1:1@1 master - 0 0 1 connected 0-16383\nb 127.0.0.1:2@2 myself,${role} - 0 0 2 connected ${slots}\n`;

const nodeOf = (role: string, slots: string, names: readonly string[]): RedisNode => ({
  cluster: async () => self(role, slots),
  scan: async () => ['0', names],
});

function listOf(...nodes: RedisNode[]): Promise<readonly string[]> {
  const redis: RedisClient = {
    eval: async () => 0,
    hmget: async () => [],
    scan: () => Promise.reject(new Error('A cluster is not asked as a whole.')),
    isCluster: true,
    nodes: () => nodes,
  };
  return redisStore({ redis, prefix: 'p:' }).list('');
}

describe('a list of a cluster', () => {
  test('is of all masters, and names each record once, also one that is on its way', async () => {
    const one = nodeOf('master', '0-8190 8192 [8191->-a]', ['p:record:a', 'p:record:b']);
    const other = nodeOf('master', '8191 8193-16383', ['p:record:b', 'p:record:c']);
    expect(await listOf(one, other)).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['is not known', [nodeOf('master', '0-8191', [])]],
    ['is a replica by now', [nodeOf('master', '0-8191', []), nodeOf('slave', '8192-16383', [])]],
    ['claims what another one has', [nodeOf('master', '0-16383', []), nodeOf('master', '5-6', [])]],
    ['is not there at all', []],
  ])('is refused when a master %s: it would be short', async (_what, nodes) => {
    const failed = await failureOf(listOf(...nodes));
    expect(failed).toMatchObject({ code: 'store_failed', phase: 'storing', recovery: 'retry-later' });
  });
});

class Connection extends EventEmitter {
  readonly subscribe = vi.fn(async (_channel: string): Promise<unknown> => 1);
  readonly disconnect = vi.fn();
}

class FakeCluster extends EventEmitter {
  connections: Connection[] = [];
  isEmpty = false;
  next = (): Connection => new Connection();
  nodes = () => {
    if (this.isEmpty) return [];
    const duplicate = (): Connection => {
      const connection = this.next();
      this.connections.push(connection);
      return connection;
    };
    return [{ duplicate }];
  };
}

describe('listening to a cluster', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function open(cluster = new FakeCluster()) {
    const [heard, lost] = [vi.fn(), vi.fn()];
    const end = await listenOnCluster(cluster)('channel', heard, lost);
    return { cluster, connection: cluster.connections[0] as Connection, heard, lost, end };
  }
  const listeners = (of: EventEmitter): number =>
    of.eventNames().reduce((all, name) => all + of.listenerCount(name), 0);

  test('is a connection of its own to a node, which is closed in the end', async () => {
    const { cluster, connection, heard, lost, end } = await open();
    connection.emit('message', 'channel', 'word');
    connection.emit('message', 'other', 'word');
    expect(heard.mock.calls).toEqual([['word']]);
    connection.emit('error', new Error('nobody prints this'));
    end();
    expect(connection.disconnect).toHaveBeenCalled();
    expect(listeners(cluster)).toBe(0);
    cluster.emit('-node');
    expect(lost).not.toHaveBeenCalled();
  });

  test.each(['-node', '+node'] as const)(
    'is lost with %s: links between nodes may have lost a message',
    async (event) => {
      const { cluster, connection, lost } = await open();
      cluster.emit(event);
      cluster.emit(event);
      expect(lost).toHaveBeenCalledTimes(1);
      expect(connection.disconnect).toHaveBeenCalled();
      expect(listeners(cluster)).toBe(0);
    },
  );

  test('is lost with its connection, once', async () => {
    const { cluster, connection, lost } = await open();
    connection.emit('close');
    connection.emit('end');
    cluster.emit('-node');
    expect(lost).toHaveBeenCalledTimes(1);
    expect(listeners(cluster)).toBe(0);
  });

  test('fails where no node is known, and where the node refuses; nothing is left', async () => {
    const cluster = new FakeCluster();
    cluster.isEmpty = true;
    await expect(open(cluster)).rejects.toThrow('knows no node');
    cluster.isEmpty = false;
    cluster.next = () => {
      const connection = new Connection();
      connection.subscribe.mockRejectedValue(new Error('NOPERM no'));
      return connection;
    };
    await expect(open(cluster)).rejects.toThrow('NOPERM');
    expect(cluster.connections[0]?.disconnect).toHaveBeenCalled();
    expect(listeners(cluster)).toBe(0);
  });
});
