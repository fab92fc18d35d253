// Work of the store that is done although the store fails: for how long, and what ends it.
import { describe, expect, it } from 'vitest';
import { despiteFailures, despiteOutage, keepTrying } from '../../../actors/tools/keepTrying.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
import { failureOf } from '../../support/engine.ts';
import { passUntil, settle } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const down = new AuthError(failure('store_failed', 'storing', 'The database is away.'));
const never = new AbortController().signal;

/** Work that fails so many times. */
function failing(times: number, error: unknown = down) {
  let asked = 0;
  const work = async (): Promise<string> => {
    asked += 1;
    if (asked <= times) throw error;
    return 'done';
  };
  return { work, asked: () => asked };
}

describe.each([
  [
    'what was issued is stored',
    3,
    (...[tools, work]: Parameters<typeof despiteOutage>) => despiteFailures(tools, work),
  ],
  ['a sibling is waited for', 15, despiteOutage],
] as const)('T12, C04: %s', (_what, seconds, tryAgain) => {
  const tries = seconds === 3 ? 4 : 16;

  it.each([
    [1, 'done'],
    [tries - 1, 'done'],
    [tries, 'store_failed'],
  ])('also when the store fails %i times: %s', async (times, expected) => {
    const { tools, clock } = toolsFor();
    const { work, asked } = failing(times);
    const start = clock.now();
    const running = passUntil(clock, tryAgain(tools, work, never), 250);
    expect(await running.catch((error: AuthError) => error.code)).toBe(expected);
    expect(asked()).toBe(Math.min(times + 1, tries));
    expect(clock.now() - start).toBeLessThanOrEqual(seconds * 1_000 + 250);
  });

  it.each([
    ['of another code', new AuthError(failure('store_conflict', 'storing', 'Races.'))],
    ['of no kind', new Error('full')],
  ])('but a failure %s is told at once', async (_of, error) => {
    const { tools } = toolsFor();
    const { work, asked } = failing(1, error);
    await expect(tryAgain(tools, work, never)).rejects.toBe(error);
    expect(asked()).toBe(1);
  });

  it('and not when the engine has been disposed of', async () => {
    const { tools } = toolsFor({ closing: AbortSignal.abort() });
    const { work, asked } = failing(1);
    await expect(tryAgain(tools, work, never)).rejects.toBe(down);
    expect(asked()).toBe(1);
  });
});

describe('C04: who waits for a sibling while the store fails', () => {
  it('may leave at once', async () => {
    const { tools } = toolsFor();
    const leaving = new AbortController();
    const { work, asked } = failing(9);
    const waiting = despiteOutage(tools, work, leaving.signal);
    waiting.catch(() => {});
    await settle();
    leaving.abort();
    expect((await failureOf(waiting)).code).toBe('cancelled');
    expect(asked()).toBe(1);
  });
});

describe('T12: what nobody waits for any more', () => {
  it('is tried once a second until it is done', async () => {
    const { tools, clock } = toolsFor();
    const { work, asked } = failing(3);
    const start = clock.now();
    await passUntil(clock, keepTrying(tools, work), 500);
    expect(asked()).toBe(4);
    expect(clock.now() - start).toBeGreaterThanOrEqual(4_000);
  });

  it('is given up after a minute', async () => {
    const { tools, clock } = toolsFor();
    const { work, asked } = failing(999);
    await passUntil(clock, keepTrying(tools, work), 1_000);
    expect(asked()).toBe(60);
  });

  it('is tried again where it says that it is not done', async () => {
    const { tools, clock } = toolsFor();
    let asked = 0;
    const work = async (): Promise<boolean> => {
      asked += 1;
      return asked > 2;
    };
    await passUntil(clock, keepTrying(tools, work), 1_000);
    expect(asked).toBe(3);
  });
});
