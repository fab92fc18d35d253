// Calls of a host that end with its signal: with its very reason, without a listener left, and with nothing begun for one who has left.
import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { judged, orAborted } from '../../engine/aborting.ts';

const never = new Promise<string>(() => {});
const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('a wait of a host', () => {
  it('C09: is the work itself where there is no signal', () => {
    expect(orAborted(never, undefined)).toBe(never);
  });

  it.each(['enough', null, new Error('enough')])(
    'C09: ends with the reason %j of its signal',
    async (reason) => {
      const leaving = new AbortController();
      const waiting = orAborted(never, leaving.signal).catch((thrown: unknown) => ({ thrown }));
      leaving.abort(reason);
      expect(await waiting).toEqual({ thrown: reason });
      expect(listenersOf(leaving.signal)).toBe(0);
    },
  );

  it('C09: ends at once where the signal was given before, though the work has ended, too', async () => {
    await expect(orAborted(Promise.resolve('done'), AbortSignal.abort('left'))).rejects.toBe('left');
  });

  it.each([
    ['gives', () => Promise.resolve('done'), 'done'],
    ['throws', () => Promise.reject('failed'), 'failed'],
  ])('ends with what the work %s, and leaves no listener', async (_what, work, outcome) => {
    const { signal } = new AbortController();
    const waiting = orAborted(work(), signal);
    expect(listenersOf(signal)).toBe(1);
    expect(await waiting.catch((thrown: unknown) => thrown)).toBe(outcome);
    await expect.poll(() => listenersOf(signal)).toBe(0);
  });
});

describe('what a caller gives', () => {
  it('HOST-2: is judged before it is looked at whether the caller has left', () => {
    const judge = vi.fn(() => {
      throw new Error('config_invalid');
    });
    expect(() => judged(judge, { signal: AbortSignal.abort('left') })).toThrow('config_invalid');
  });

  it('C09: is of no use to one who has left', () => {
    const judge = vi.fn();
    const left = { signal: AbortSignal.abort('left') };
    let thrown: unknown;
    try {
      judged(judge, left);
    } catch (reason) {
      thrown = reason;
    }
    expect(thrown).toBe('left');
    expect(judge).toHaveBeenCalledWith(left);
  });

  it.each([{}, { signal: new AbortController().signal }])('HOST-2: is given back as it is: %j', (options) => {
    expect(judged(() => {}, options)).toBe(options);
  });
});
