// Hears of changes in Redis: on a connection of the host's, or on one of ours to a node of a cluster.
import { keepAsking } from './keepAsking.ts';
import type { Listen } from './listening.ts';
import type { RedisClusterSubscriber, RedisSubscriber } from './redisClient.ts';

/** Stays subscribed on the host's connection, which others may share: only the listeners are taken away. */
export function listenOn(subscriber: RedisSubscriber): Listen {
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

/**
 * Listens on a connection of its own to any node, since every node passes a message on to all others. The client's own
 * subscription would move to another node without a word, and nobody would know what was missed meanwhile. For the
 * same reason it counts as lost when nodes come or go: links between nodes break then, and take messages with them.
 */
export function listenOnCluster(cluster: RedisClusterSubscriber): Listen {
  return async (channel, heard, lost) => {
    const nodes = cluster.nodes('all');
    const node = nodes[Math.floor(Math.random() * nodes.length)];
    if (!node) throw new Error('The client knows no node of the cluster yet.');
    const connection = node.duplicate({ retryStrategy: () => null, autoResubscribe: false });
    // What it says is heard as the end of the connection; an error that nobody listens to would be printed.
    connection.on('error', () => {});
    let isOver = false;
    const leave = (): void => {
      isOver = true;
      for (const event of ['+node', '-node'] as const) cluster.off(event, onLoss);
      connection.disconnect();
    };
    const onLoss = (): void => {
      if (isOver) return;
      stop();
      leave();
      lost();
    };
    let stop = (): unknown => undefined;
    try {
      stop = await listenOn(connection)(channel, heard, onLoss);
    } catch (error) {
      leave();
      throw error;
    }
    for (const event of ['+node', '-node'] as const) cluster.on(event, onLoss);
    return () => {
      stop();
      leave();
    };
  };
}
