// What the drivers of servers throw: each code has its advice and its recovery, and what nobody knows is no advice.
import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { codeOf, guardedBy } from '../../stores/driverFailures.ts';
import { migrate, postgresStore } from '../../stores/postgres.ts';
import { type RedisClient, redisStore } from '../../stores/redis.ts';
import { failureOf } from '../support/engine.ts';

const coded = (code: unknown, message = 'hunter2'): Error => Object.assign(new Error(message), { code });

/** The sentence that every failure of a server is: whose records, which code, and something to do. */
const sentence = (home: string, code: string): RegExp =>
  new RegExp(`^The records in ${home} are out of reach${code && ` \\(${code}\\)`}: [a-z][^.]{14,}\\.$`);

describe('S04: a failure of PostgreSQL', () => {
  test.each([
    ['42P01', 'fix-config', 'migrate'],
    ['42703', 'fix-config', 'migrate'],
    ['3F000', 'fix-config', 'schema'],
    ['42501', 'fix-config', 'right'],
    ['28000', 'fix-config', 'log in'],
    ['28P01', 'fix-config', 'password'],
    ['3D000', 'fix-config', 'database'],
    ['25006', 'retry-later', 'primary'],
    ['53100', 'retry-later', 'disk'],
    ['53300', 'retry-later', 'connections'],
    ['57P01', 'retry-later', 'check that it runs'],
    ['ECONNREFUSED', 'retry-later', 'check that it runs'],
  ])('with %s is to be met by %s: %s', async (code, recovery, advice) => {
    const store = postgresStore({ pool: { query: () => Promise.reject(coded(code)) } });
    const failure = await failureOf(store.get('a'));
    expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing', recovery });
    expect(failure.message).toMatch(sentence('PostgreSQL', code));
    expect(failure.message).toContain(advice);
  });

  test.each(['40001', '40P01'])(
    'with %s is met by running the statement again, ten times in all',
    async (code) => {
      for (const failures of [0, 1, 9, 10]) {
        const query = vi.fn(async () => ({ rows: [] as Record<string, unknown>[] }));
        for (let at = 0; at < failures; at += 1) query.mockRejectedValueOnce(coded(code));
        const found = postgresStore({ pool: { query } }).get('a');
        if (failures < 10) expect(await found).toBeUndefined();
        else expect((await failureOf(found)).message).toContain(`(${code})`);
        expect(query).toHaveBeenCalledTimes(Math.min(10, failures + 1));
      }
    },
  );

  test.each([
    ['57P01', 'hunter2'],
    ['57P03', 'hunter2'],
    ['08006', 'hunter2'],
    ['ECONNREFUSED', 'hunter2'],
    [undefined, 'Connection terminated unexpectedly'],
  ])(
    'of the connection (%s) is met by sending a change again: the answer may be all that was lost',
    async (code, text) => {
      const query = vi.fn(async () => ({ rows: [{}] as Record<string, unknown>[] }));
      const broken = code === undefined ? new Error(text) : coded(code, text);
      for (let at = 0; at < 2; at += 1) query.mockRejectedValueOnce(broken);
      expect(await postgresStore({ pool: { query } }).put('a', 'text', '1')).toEqual(expect.any(String));
      expect(query).toHaveBeenCalledTimes(3);
      query.mockClear().mockRejectedValueOnce(broken);
      await failureOf(postgresStore({ pool: { query } }).get('a'));
      expect(query).toHaveBeenCalledTimes(1);
    },
  );

  test('with another code is met by nothing of ours', async () => {
    const query = vi.fn(() => Promise.reject(coded('42501')));
    await failureOf(postgresStore({ pool: { query } }).delete('a', '1'));
    expect(query).toHaveBeenCalledTimes(1);
    expect((await failureOf(migrate({ pool: { query } }))).code).toBe('store_failed');
  });

  test('is no word to those who watch; a change is, at once, and what changed nothing is not', async () => {
    const rows: Record<string, unknown>[] = [];
    const listen = () => new Promise<() => void>(() => {});
    const store = postgresStore({ pool: { query: async () => ({ rows: [...rows] }) }, listen });
    const told = vi.fn();
    const end = store.watch?.('a', told);
    expect(await store.delete('a', '1')).toBe(false);
    expect(await store.put('a', 'text', '1')).toBeUndefined();
    await Promise.resolve();
    expect(told).not.toHaveBeenCalled();
    rows.push({});
    expect(await store.delete('a', '1')).toBe(true);
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
    end?.();
  });
});

describe('S04: a failure of Redis', () => {
  const storeThat = (fails: () => Promise<never>) =>
    redisStore({ redis: { eval: fails, hmget: fails, scan: fails } satisfies RedisClient });

  test.each([
    ['NOAUTH', 'fix-config', 'password'],
    ['WRONGPASS', 'fix-config', 'password'],
    ['NOPERM', 'fix-config', 'EVAL'],
    ['WRONGTYPE', 'fix-config', 'prefix'],
    ['CLUSTERDOWN', 'retry-later', 'has no master'],
    ['MOVED', 'retry-later', 'client of a cluster'],
    ['ASK', 'retry-later', 'client of a cluster'],
    ['TRYAGAIN', 'retry-later', 'client of a cluster'],
    ['MASTERDOWN', 'retry-later', 'lost its primary'],
    ['UNBLOCKED', 'retry-later', 'became a replica'],
    ['NOREPLICAS', 'retry-later', 'too few replicas'],
    ['READONLY', 'retry-later', 'primary'],
    ['OOM', 'retry-later', 'memory'],
    ['MISCONF', 'retry-later', 'disk'],
    ['LOADING', 'retry-later', 'starting'],
  ])('that begins with %s is to be met by %s: %s', async (word, recovery, advice) => {
    const store = storeThat(() => Promise.reject(new Error(`${word} hunter2 is not allowed`)));
    const works = [
      store.get('a'),
      store.put('a', '', undefined),
      store.delete('a', ''),
      store.list(''),
      store.setAside('a', ''),
    ];
    for (const failure of await Promise.all(works.map(failureOf))) {
      expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing', recovery });
      expect(failure.message).toMatch(sentence('Redis', word));
      expect(failure.message).toContain(advice);
      expect(failure.message).not.toContain('hunter2');
    }
  });

  test.each(['ERR no', 'OOM', 'oom no', 'xOOM no', 'constructor no', 'OOM: no', '5 OOM no'])(
    'that says %j is met by a look at the server',
    async (message) => {
      const failure = await failureOf(storeThat(() => Promise.reject(new Error(message))).get('a'));
      expect(failure.recovery).toBe('retry-later');
      expect(failure.message).toBe(
        'The records in Redis are out of reach: check that it runs, see its log, and try again.',
      );
    },
  );
});

describe('what is sent to Redis', () => {
  test('to list is a name, and no pattern', async () => {
    const asked: unknown[] = [];
    const scan: RedisClient['scan'] = async (...of) => {
      asked.push(of);
      return ['0', []];
    };
    const client = { eval: async () => 0, hmget: async () => [], scan };
    await redisStore({ redis: client, prefix: 'p*:' }).list('a*b?c[d]e^f\\g-h');
    expect(asked).toEqual([['0', 'MATCH', 'p\\*:record:a\\*b\\?c\\[d\\]e\\^f\\\\u005cg-h*', 'COUNT', 1000]]);
  });

  test('to set aside is one key at a time, so that a cluster can do it: first it is kept, then it goes', async () => {
    const asked: (readonly unknown[])[] = [];
    const run: RedisClient['eval'] = async (...of) => {
      asked.push(of);
      return 1;
    };
    const client = { eval: run, hmget: async () => ['7', 'text'], scan: async () => ['0', []] as const };
    const store = redisStore({ redis: client, prefix: 'p:' });
    await store.setAside('a', '8');
    expect(asked).toEqual([]);
    await store.setAside('a', '7');
    const digest = createHash('sha256').update('a').digest('hex');
    expect(asked.map(([, ...rest]) => rest)).toEqual([
      [1, 'p:aside:7:a', 'p:changes', digest, '7', 'text'],
      [1, 'p:record:a', 'p:changes', digest, '7'],
    ]);
    const [kept, gone] = asked.map(([script]) => String(script));
    expect(kept).toContain("'HSET', KEYS[1]");
    for (const command of ["'HGET', KEYS[1]", "'DEL', KEYS[1]", "'PUBLISH', ARGV[1], ARGV[2]"])
      expect(gone).toContain(command);
  });

  test('half a record is none', async () => {
    const read = (found: (string | null)[]) =>
      redisStore({
        redis: { eval: async () => 0, hmget: async () => found, scan: async () => ['0', []] },
      }).get('a');
    expect(await read(['1', null])).toBeUndefined();
    expect(await read([null, 'text'])).toBeUndefined();
    expect(await read([])).toBeUndefined();
    expect(await read(['1', 'text'])).toEqual({ version: '1', text: 'text' });
  });
});

describe('TOK-3: the code of what a driver throws', () => {
  test.each([
    [coded('EPIPE'), 'EPIPE'],
    [coded('EAI_AGAIN'), undefined],
    [coded('E'), undefined],
    [coded('EX'), undefined],
    [coded('EXY'), 'EXY'],
    [coded(`E${'A'.repeat(21)}`), undefined],
    [coded('28P01'), '28P01'],
    [coded('28p01'), undefined],
    [coded('28P01 hunter2'), undefined],
    [coded('hunter2 28P01'), undefined],
    [coded('hunter2 EPIPE'), undefined],
    [coded('EPIPE hunter2'), undefined],
    [coded('123456'), undefined],
    [coded('1234'), undefined],
    [coded(12345), undefined],
    [new Error('KNOWN word'), 'KNOWN'],
    [coded('no code', 'KNOWN word'), 'KNOWN'],
    [new Error('UNKNOWN word'), undefined],
    [{ code: 'EPIPE', message: 'KNOWN word' }, undefined],
    ['KNOWN word', undefined],
    [undefined, undefined],
  ])('%s: %s', (error, code) => {
    expect(codeOf(error, { KNOWN: ['do this', 'retry-later'] })).toBe(code);
  });

  test('is left out where there is none, and is no name that every object has', async () => {
    const told = (error: unknown) => failureOf(guardedBy('X', {}, () => Promise.reject(error)));
    expect((await told('hunter2')).message).toMatch(sentence('X', ''));
    const advice = { ABCDE: ['do this and that here', 'fix-config'] } as const;
    const known = await failureOf(guardedBy('X', advice, () => Promise.reject(coded('ABCDE'))));
    expect(known.message).toBe('The records in X are out of reach (ABCDE): do this and that here.');
    expect(await guardedBy('X', advice, async () => 5)).toBe(5);
  });
});
