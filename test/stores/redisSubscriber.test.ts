// Listening on a connection of Redis that breaks in every way.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { digestOf } from '../../stores/listening.ts';
import { redisStore } from '../../stores/redis.ts';
import { FakeRedis, type FakeSubscriber } from './fakeRedis.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('the subscriber of Redis', () => {
  const open = () => {
    const server = new FakeRedis();
    const subscriber = server.subscriber();
    const store = redisStore({ redis: server.client, subscriber });
    const told: string[] = [];
    const end =
      store.watch?.(
        'a',
        () => told.push('changed'),
        () => told.push('lost'),
      ) ?? (() => {});
    const writer = redisStore({ redis: server.client });
    const write = async (): Promise<void> => {
      await writer.put('a', 'text', (await writer.get('a'))?.version);
    };
    return { server, subscriber, store, told, end, write };
  };
  const listeners = (subscriber: FakeSubscriber): number =>
    subscriber.eventNames().reduce((sum, name) => sum + subscriber.listenerCount(name), 0);

  test.each(['close', 'end'])(
    'S04: is told, and hears again, each time that the server goes away: %s',
    async (event) => {
      const { server, subscriber, told, write } = open();
      subscriber.farewell = event;
      await pass(0);
      for (let time = 0; time < 5; time += 1) {
        told.length = 0;
        await write();
        await pass(0);
        expect(told).toEqual(['changed']);
        server.goAway();
        await pass(8_000);
        expect(told).toEqual(['changed', 'lost']);
        server.comeBack();
        await pass(5_000);
        expect(told).toEqual(['changed', 'lost', 'changed']);
        expect(listeners(subscriber)).toBe(3);
      }
    },
  );

  test('is not needed for what the same store has changed, and is told of nothing else', async () => {
    const { server, subscriber, told, store } = open();
    await pass(0);
    subscriber.emit('message', 'another channel', digestOf('a'));
    subscriber.emit('message', 'authchart:changes', digestOf('b'));
    await pass(0);
    expect(told).toEqual(['lost', 'changed']);
    server.goAway();
    await pass(0);
    told.length = 0;
    const version = await store.put('a', 'text', undefined);
    await pass(0);
    expect(told).toEqual(['changed']);
    expect(await store.put('a', 'text', undefined)).toBeUndefined();
    expect(await store.delete('a', 'another version')).toBe(false);
    await pass(0);
    expect(told).toEqual(['changed']);
    expect(await store.delete('a', version ?? '')).toBe(true);
    await pass(0);
    expect(told).toEqual(['changed', 'changed']);
  });

  test('is told also when the client does not say so', async () => {
    const { server, subscriber, told, write } = open();
    subscriber.farewell = undefined;
    await pass(0);
    told.length = 0;
    server.goAway();
    await pass(15_000);
    expect(told).toEqual(['lost']);
    server.comeBack();
    await pass(5_000);
    expect(told).toEqual(['lost', 'changed']);
    await write();
    await pass(0);
    expect(told).toEqual(['lost', 'changed', 'changed']);
  });

  test('and the server has forgotten it, without a break: it is subscribed again', async () => {
    const { server, subscriber, told, write } = open();
    subscriber.farewell = undefined;
    await pass(0);
    told.length = 0;
    server.goAway();
    server.comeBack();
    await pass(15_000);
    await write();
    await pass(0);
    expect(told).toEqual(['changed']);
  });

  test('keeps nothing on the host’s connection when nobody watches any more', async () => {
    const { subscriber, end } = open();
    await pass(0);
    expect(listeners(subscriber)).toBe(3);
    end();
    await pass(60_000);
    expect(listeners(subscriber)).toBe(0);
    expect(subscriber.asked).toBe(1);
  });

  test('keeps nothing there when it is refused', async () => {
    const { server, subscriber, told } = open();
    await pass(0);
    server.goAway();
    await pass(1_000);
    expect(told).toEqual(['lost', 'changed', 'lost']);
    expect(listeners(subscriber)).toBe(0);
  });

  test('that is not there yet breaks: nothing is said twice', async () => {
    const server = new FakeRedis();
    const subscriber = server.subscriber();
    let arrive = (): void => {};
    const { subscribe } = subscriber;
    subscriber.subscribe = async (channel) => {
      await new Promise<void>((resolve) => {
        arrive = resolve;
      });
      return subscribe.call(subscriber, channel);
    };
    const told: string[] = [];
    const store = redisStore({ redis: server.client, subscriber });
    store.watch?.(
      'a',
      () => told.push('changed'),
      () => told.push('lost'),
    );
    await pass(0);
    // A client that keeps commands until it is connected says that it was closed each time that it fails to connect.
    for (let time = 0; time < 3; time += 1) subscriber.emit('close');
    arrive();
    await pass(0);
    expect(told).toEqual(['lost', 'changed']);
    expect(listeners(subscriber)).toBe(3);
  });
});
