// Writes that count once replicas have them: what is sent, what is sent again, and what is reported (S04).
import { describe, expect, test, vi } from 'vitest';
import { type RedisClient, redisStore } from '../../stores/redis.ts';
import { failureOf } from '../support/engine.ts';

type Answer = readonly [error: Error | null, reply: unknown];
const ok = (reply: unknown): Answer => [null, reply];
const says = (text: string): Answer => [new Error(text), undefined];
const aborted = says('Command aborted due to connection close');

/** A client whose pipelines are answered in this order; the last answer is for all that come after. */
function clientOf(...answers: (readonly [change: Answer, wait: Answer])[]) {
  const sent: string[][][] = [];
  const evals: unknown[][] = [];
  const hmget = vi.fn(async () => []);
  const redis: RedisClient = {
    eval: async (...of) => {
      evals.push(of);
      return 1;
    },
    hmget,
    scan: async () => ['0', []],
    pipeline(commands) {
      sent.push(commands);
      return { exec: async () => answers[Math.min(sent.length, answers.length) - 1] ?? null };
    },
  };
  return { store: redisStore({ redis, prefix: 'p:', replicas: 1 }), sent, evals, hmget };
}

describe('a write that a replica must have', () => {
  test('is sent with WAIT on the same connection, and counts when one has it', async () => {
    const { store, sent } = clientOf([ok(1), ok(1)]);
    const version = await store.put('a', 'text', undefined);
    expect(version).toEqual(expect.any(String));
    expect(sent).toHaveLength(1);
    expect(sent[0]?.[0]?.slice(2)).toEqual([
      '1',
      'p:record:a',
      'p:changes',
      expect.any(String),
      version,
      'text',
      '',
    ]);
    expect(sent[0]?.[1]).toEqual(['wait', '1', '1000']);
  });

  test('is lost to a faster writer without a word about replicas: nothing was written', async () => {
    const { store, sent } = clientOf([ok(0), ok(0)], [ok(0), says('ERR no')]);
    expect(await store.put('a', 'text', 'v')).toBeUndefined();
    expect(await store.delete('a', 'v')).toBe(false);
    expect(sent).toHaveLength(2);
  });

  test('is a failure when none has it; what was made is taken back, what was changed is left', async () => {
    const { store, sent, evals } = clientOf([ok(1), ok(0)]);
    const failed = await failureOf(store.put('a', 'text', 'v'));
    expect(failed).toMatchObject({ code: 'store_failed', phase: 'storing', recovery: 'retry-later' });
    expect(failed.message).toContain('0 of 1 replicas have it after 1 second');
    expect(evals).toEqual([]);
    await failureOf(store.put('a', 'text', undefined));
    const version = sent[1]?.[0]?.[6];
    expect(evals).toEqual([
      [expect.stringContaining("'DEL'"), 1, 'p:record:a', 'p:changes', expect.any(String), version],
    ]);
  });

  test.each([
    ['the connection broke before WAIT was answered', [ok(1), aborted]],
    ['the connection broke before anything was answered', [aborted, aborted]],
    ['the record is on another node', [says('MOVED 1 127.0.0.1:1'), ok(1)]],
    ['a part of the cluster has no master', [says('CLUSTERDOWN The cluster is down'), ok(1)]],
    ['the primary has become a replica', [says("READONLY You can't write"), ok(0)]],
    ['the primary becomes a replica while it waits', [ok(1), says('UNBLOCKED instance state changed')]],
    ['too few replicas are connected', [says('NOREPLICAS Not enough good replicas'), ok(0)]],
  ] as const)('is sent again, as the same version, when %s', async (_what, first) => {
    const { store, sent, hmget } = clientOf(first, [ok(1), ok(1)]);
    const version = await store.put('a', 'text', 'v');
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[0]?.[0]?.[6]).toBe(version);
    // A single command follows the record to its node.
    expect(hmget).toHaveBeenCalledWith('p:record:a', 'version');
  });

  test('C04: is not done when a primary that is gone did it, and the new one has what somebody else wrote', async () => {
    const { store } = clientOf([ok(1), aborted], [ok(0), ok(0)]);
    expect(await store.put('a', 'text', undefined)).toBeUndefined();
    const again = clientOf([ok(1), aborted], [ok(0), ok(0)]);
    expect(await again.store.delete('a', 'v')).toBe(false);
  });

  test('fails at once when it may not be done', async () => {
    const { store, sent } = clientOf([says('NOPERM no'), ok(1)]);
    expect(await failureOf(store.put('a', 'text', 'v'))).toMatchObject({ recovery: 'fix-config' });
    expect(sent).toHaveLength(1);
  });

  test('fails after a dozen tries', async () => {
    vi.useFakeTimers();
    const { store, sent } = clientOf([says('CLUSTERDOWN down'), ok(1)]);
    const failed = failureOf(store.put('a', 'text', 'v'));
    await vi.advanceTimersByTimeAsync(20_000);
    vi.useRealTimers();
    expect((await failed).message).toContain('(CLUSTERDOWN)');
    expect(sent).toHaveLength(12);
  });
});
