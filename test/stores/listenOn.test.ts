// Listening on a connection of PostgreSQL that breaks in every way.
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { digestOf, type Listen } from '../../stores/listening.ts';
import { listenOn, postgresStore } from '../../stores/postgres.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

/** A client of `pg`, as far as listening needs it. */
class Client extends EventEmitter {
  readonly queries: string[] = [];
  readonly released: boolean[] = [];
  answer: () => Promise<unknown> = async () => {};

  query(text: string): Promise<unknown> {
    this.queries.push(text);
    return this.answer();
  }

  release(destroy: boolean): void {
    this.released.push(destroy);
  }
}

describe('listenOn a pool of PostgreSQL', () => {
  const open = (client: Client) => {
    const heard: string[] = [];
    const lost = vi.fn();
    const listen: Listen = listenOn({ connect: (callback) => callback(undefined, client) });
    return { heard, lost, listening: listen('channel', (message) => heard.push(message), lost) };
  };

  test('passes on what is said on its channel, until it is ended', async () => {
    const client = new Client();
    const { heard, lost, listening } = open(client);
    const end = await listening;
    expect(client.queries).toEqual(['LISTEN "channel"']);
    client.emit('notification', { channel: 'another', payload: 'a' });
    client.emit('notification', { channel: 'channel', payload: 'b' });
    client.emit('notification', { channel: 'channel' });
    expect(heard).toEqual(['b', '']);
    end();
    client.emit('notification', { channel: 'channel', payload: 'c' });
    expect(heard).toEqual(['b', '']);
    expect(client.released, 'with a connection that nobody else gets').toEqual([true]);
    client.emit('error', new Error('late'));
    client.emit('end');
    await pass(60_000);
    expect(client.released).toEqual([true]);
    expect(client.queries).toHaveLength(1);
    expect(lost).not.toHaveBeenCalled();
  });

  test.each<readonly [how: string, break_: (client: Client) => unknown]>([
    ['an error', (client) => client.emit('error', new Error('terminated'))],
    ['an end without one', (client) => client.emit('end')],
    [
      'both, and once more',
      (client) => {
        client.emit('error', new Error('terminated'));
        client.emit('end');
        client.emit('error', new Error('once more'));
      },
    ],
    [
      'a silence',
      async (client) => {
        client.answer = () => new Promise(() => {});
        await pass(25_000);
      },
    ],
    [
      'a refusal to listen',
      async (client) => {
        client.answer = () => Promise.reject(new Error('terminated'));
        await pass(15_000);
      },
    ],
  ])('says once that it is lost, after %s, and lets the connection go', async (_how, break_) => {
    const client = new Client();
    const { heard, lost, listening } = open(client);
    await listening;
    await break_(client);
    await pass(60_000);
    expect(lost).toHaveBeenCalledTimes(1);
    expect(client.released).toEqual([true]);
    client.emit('notification', { channel: 'channel', payload: 'late' });
    expect(heard).toEqual([]);
  });

  test.each<readonly [how: string, break_: (client: Client) => void]>([
    [
      'is refused',
      (client) => {
        client.answer = () => Promise.reject(new Error('no right'));
      },
    ],
    [
      'breaks before the answer',
      (client) => {
        client.answer = async () => {
          client.emit('error', new Error('terminated'));
          throw new Error('terminated');
        };
      },
    ],
    [
      'breaks with the answer',
      (client) => {
        client.answer = async () => client.emit('end');
      },
    ],
  ])('fails when it %s, and lets the connection go, once', async (_how, break_) => {
    const client = new Client();
    break_(client);
    const { lost, listening } = open(client);
    await expect(listening).rejects.toThrow();
    expect(client.released).toEqual([true]);
    expect(lost).not.toHaveBeenCalled();
  });

  test('hears an error of a connection in the moment in which it gets it: one that nobody hears ends the process', async () => {
    const client = new Client();
    const listen = listenOn({
      connect(callback) {
        callback(undefined, client);
        client.emit('error', new Error('terminated'));
      },
    });
    client.answer = () => Promise.reject(new Error('terminated'));
    await expect(listen('channel', vi.fn(), vi.fn())).rejects.toThrow('terminated');
    expect(client.released).toEqual([true]);
  });

  test('fails when there is no connection', async () => {
    const listen = listenOn({ connect: (callback) => callback(new Error('no room'), undefined) });
    await expect(listen('channel', vi.fn(), vi.fn())).rejects.toThrow('no room');
  });

  test('asks now and then whether the connection still stands', async () => {
    const client = new Client();
    const { lost, listening } = open(client);
    await listening;
    await pass(45_000);
    expect(client.queries).toEqual(Array.from({ length: 4 }, () => 'LISTEN "channel"'));
    expect(lost).not.toHaveBeenCalled();
  });
});

describe('S04: the store in PostgreSQL', () => {
  test('tells that it is lost, and tells again, however often its way to listen fails', async () => {
    let failures = 3;
    let break_ = (): void => {};
    let say = (_digest: string): void => {};
    const listen: Listen = async (_channel, heard, lost) => {
      failures -= 1;
      if (failures >= 0) throw new Error('no connection');
      [say, break_] = [heard, lost];
      return () => {};
    };
    const store = postgresStore({ pool: { query: async (_text, values) => send(values) }, listen });
    const send = ([, message = '']: string[] = []): { rows: [] } => {
      say(message);
      return { rows: [] };
    };
    const told: string[] = [];
    const end = store.watch?.(
      'a',
      () => told.push('changed'),
      () => told.push('lost'),
    );
    await pass(5000);
    for (let time = 0; time < 3; time += 1) {
      expect(told).toEqual(['lost', 'changed']);
      say(digestOf('b'));
      say(digestOf('a'));
      await pass(0);
      expect(told).toEqual(['lost', 'changed', 'changed']);
      told.length = 0;
      failures = 3;
      break_();
      await pass(25_000);
    }
    end?.();
  });

  test('behind a pooler that takes LISTEN and passes nothing on: it is lost until a message comes through', async () => {
    let isDeaf = true;
    let hear = (_message: string): void => {};
    const ends = vi.fn();
    const listen: Listen = async (_channel, heard) => {
      hear = heard;
      return ends;
    };
    const query = async (_text: string, [, message = '']: string[] = []) => {
      if (!isDeaf) hear(message);
      return { rows: [] };
    };
    const told: string[] = [];
    const end = postgresStore({ pool: { query }, listen }).watch?.(
      'a',
      () => told.push('changed'),
      () => told.push('lost'),
    );
    await pass(60_000);
    expect(told).toEqual(['lost']);
    expect(ends.mock.calls.length).toBeGreaterThan(3);
    isDeaf = false;
    await pass(12_000);
    expect(told).toEqual(['lost', 'changed']);
    end?.();
  });
});
