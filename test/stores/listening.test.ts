// A subscription that is kept up: however often it fails, breaks, or dies without a word.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Listen, Listening } from '../../stores/listening.ts';

/** A server to subscribe to, which does as it is told. */
class Server {
  /** What becomes of the next subscriptions; then they succeed. */
  failures: ('refuses' | 'throws' | 'breaks before it is there')[] = [];
  readonly open = new Set<{ heard: (message: string) => void; lost: () => void }>();
  tries = 0;
  ended = 0;

  readonly listen: Listen = (channel, heard, lost) => {
    expect(channel).toBe('channel');
    this.tries += 1;
    const failure = this.failures.shift();
    if (failure === 'throws') throw new Error('no connection');
    if (failure === 'refuses') return Promise.reject(new Error('no connection'));
    const subscription = { heard, lost };
    this.open.add(subscription);
    if (failure) this.break();
    return Promise.resolve(() => {
      this.ended += 1;
      this.open.delete(subscription);
    });
  };

  say(message: string): void {
    for (const { heard } of this.open) heard(message);
  }

  break(): void {
    const all = [...this.open];
    this.open.clear();
    for (const { lost } of all) lost();
  }
}

/** A watcher, and what it is told, in order. */
function watcherOf(
  listening: Listening,
  digest = 'a',
): { readonly told: string[]; readonly end: () => void } {
  const told: string[] = [];
  const end = listening.add(
    digest,
    () => told.push('changed'),
    () => told.push('lost'),
  );
  return { told, end };
}

let server: Server;
let listening: Listening;
beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  listening = new Listening('channel', server.listen, () => 1);
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets so many milliseconds pass, and all that follows at once. */
const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('a subscription', () => {
  test('is made when somebody watches, and not before', async () => {
    await pass(10_000);
    expect(server.tries).toBe(0);
    const { told } = watcherOf(listening);
    // Nobody knows what was missed until it was there.
    await pass(0);
    expect(told).toEqual(['lost', 'changed']);
    expect(server.tries).toBe(1);
  });

  test('is one for all who watch, and passes on what they watch', async () => {
    const [one, other] = [watcherOf(listening), watcherOf(listening, 'b')];
    await pass(0);
    const late = watcherOf(listening);
    await pass(0);
    for (const { told } of [one, other]) told.length = 0;
    expect(late.told).toEqual([]);
    server.say('a');
    await pass(0);
    expect([one.told, late.told, other.told]).toEqual([['changed'], ['changed'], []]);
    expect(server.tries).toBe(1);
  });

  test('is not needed for what this process has changed itself', async () => {
    server.failures = ['refuses'];
    const { told } = watcherOf(listening);
    await pass(0);
    listening.tell('a');
    listening.tell('b');
    await pass(0);
    expect(told).toEqual(['lost', 'changed']);
  });

  test('is kept for a while for the next one who watches, and ended then', async () => {
    const first = watcherOf(listening);
    await pass(0);
    first.end();
    await pass(199);
    const second = watcherOf(listening);
    await pass(0);
    expect(second.told, 'it is heard of all the time').toEqual([]);
    await pass(10_000);
    expect([server.tries, server.ended]).toEqual([1, 0]);
    second.end();
    await pass(199);
    expect(server.ended).toBe(0);
    await pass(1);
    expect([server.tries, server.ended, server.open.size]).toEqual([1, 1, 0]);
    await pass(60_000);
    expect(server.tries).toBe(1);
  });

  test('is made anew for who watches after that', async () => {
    for (const count of [1, 2, 3]) {
      const { told, end } = watcherOf(listening);
      await pass(0);
      expect(told).toEqual(['lost', 'changed']);
      expect(server.tries).toBe(count);
      end();
      end();
      await pass(1000);
      expect(server.ended).toBe(count);
      // Also when there is nothing left to end.
      end();
      await pass(1000);
    }
  });

  test.each(['before', 'after'])(
    'that comes too late, %s the next one, is ended at once, and tells nobody',
    async (order) => {
      const arrivals: (() => void)[] = [];
      const slow = new Listening('channel', async (...args) => {
        await new Promise<void>((resolve) => arrivals.push(resolve));
        return server.listen(...args);
      });
      const gone = watcherOf(slow);
      gone.end();
      await pass(1000);
      const next = watcherOf(slow);
      await pass(0);
      const [first, second, ...more] = arrivals;
      expect(more).toEqual([]);
      for (const arrive of order === 'before' ? [first, second] : [second, first]) {
        arrive?.();
        await pass(0);
        expect(next.told).toEqual(arrive === first && order === 'before' ? ['lost'] : ['lost', 'changed']);
      }
      expect(gone.told).toEqual([]);
      expect([server.tries, server.ended, server.open.size]).toEqual([2, 1, 1]);
    },
  );

  test('whose end fails is ended', async () => {
    const clumsy = new Listening('channel', async () => () => Promise.reject(new Error('gone already')));
    const { told, end } = watcherOf(clumsy);
    await pass(0);
    expect(told).toEqual(['lost', 'changed']);
    end();
    await pass(1000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('S04: a server that is away', () => {
  test.each(['refuses', 'throws', 'breaks before it is there'] as const)(
    'is asked again and again: it %s, many times',
    async (how) => {
      server.failures = Array.from({ length: 10 }, () => how);
      const { told } = watcherOf(listening);
      const times: number[] = [];
      for (let tries = 0, at = 0; server.open.size === 0; at += 10) {
        if (server.tries > tries) times.push(at);
        tries = server.tries;
        await pass(10);
      }
      // The pauses grow, and no more than to five seconds.
      const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
      expect(told, 'they are told once that nothing is heard').toEqual(['lost', 'changed']);
      server.say('a');
      await pass(0);
      expect(told).toEqual(['lost', 'changed', 'changed']);
    },
  );

  test('goes away again and again: each time all are told, and hear again', async () => {
    const { told } = watcherOf(listening);
    const other = watcherOf(listening, 'b');
    await pass(0);
    for (let time = 0; time < 8; time += 1) {
      for (const one of [told, other.told]) one.length = 0;
      server.break();
      await pass(0);
      expect([told, other.told]).toEqual([['lost'], ['lost']]);
      const late = watcherOf(listening);
      await pass(0);
      expect(late.told, 'who comes now is told so, too').toEqual(['lost']);
      await pass(5000);
      expect([told, other.told, late.told]).toEqual([
        ['lost', 'changed'],
        ['lost', 'changed'],
        ['lost', 'changed'],
      ]);
      server.say('a');
      await pass(0);
      expect([told.length, other.told.length, late.told.length]).toEqual([3, 2, 3]);
      late.end();
    }
    expect(server.open.size).toBe(1);
    expect(server.ended, 'what is broken is not ended').toBe(0);
  });

  test('is asked soon again when it had been there for a while', async () => {
    watcherOf(listening);
    await pass(0);
    for (let time = 0; time < 5; time += 1) {
      server.break();
      await pass(5000);
    }
    await pass(6000);
    server.break();
    await pass(99);
    expect(server.open.size).toBe(0);
    await pass(1);
    expect(server.open.size).toBe(1);
  });

  test('is not asked all at once by many processes', async () => {
    const early = new Listening('channel', server.listen, () => 0);
    server.failures = ['refuses'];
    watcherOf(early);
    await pass(49);
    expect(server.tries).toBe(1);
    await pass(1);
    expect(server.tries).toBe(2);
  });

  test('is not asked when nobody watches any more', async () => {
    server.failures = Array.from({ length: 10 }, () => 'refuses' as const);
    const { end } = watcherOf(listening);
    await pass(500);
    end();
    await pass(200);
    const { tries } = server;
    await pass(60_000);
    expect(server.tries).toBe(tries);
    expect(vi.getTimerCount()).toBe(0);
  });
});
