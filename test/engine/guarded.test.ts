// The host's store, user agent and clock, guarded one by one: what passes, what is told, what everybody else gets.
import { describe, expect, it, vi } from 'vitest';
import { headlessUserAgent } from '../../adapters/node.ts';
import { guardedNow, guardedSleep } from '../../engine/guardedClock.ts';
import { guardedStore } from '../../engine/guardedStore.ts';
import { guardedUserAgent } from '../../engine/guardedUserAgent.ts';
import type { Store, UserAgent } from '../../index.ts';
import { failureOf, testHost } from '../support/engine.ts';
import { HostFault, SECRET, textOf, ways } from './faults.ts';

describe('a guarded store', () => {
  const record = { version: '1', text: '{}' };
  const good: Store = {
    get: async () => record,
    put: async () => '2',
    delete: async () => true,
    list: async () => ['a'],
    watch: () => () => {},
    setAside: async () => {},
  };
  const operations: {
    readonly [Operation in Exclude<keyof Store, 'processes'>]-?: (store: Store) => unknown;
  } = {
    get: (store) => store.get('a'),
    put: (store) => store.put('a', '{}', undefined),
    delete: (store) => store.delete('a', '1'),
    list: (store) => store.list(''),
    watch: (store) => store.watch?.('a', () => {}),
    setAside: (store) => store.setAside('a', '1'),
  };
  const names = Object.keys(operations) as (keyof typeof operations)[];

  it.each(names.flatMap((name) => ways.map((way) => ({ name, ...way }))))(
    'C14: $name that $way is told, and fails as the contract says',
    async ({ name, fail }) => {
      const tell = vi.fn();
      const fault = new HostFault();
      const store = guardedStore({ ...good, [name]: fail(fault) }, tell);
      const failure = await failureOf((async () => operations[name](store))());
      expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing', recovery: 'retry-later' });
      expect(textOf(failure)).not.toContain(SECRET);
      await vi.waitFor(() => expect(tell).toHaveBeenCalledWith(fault));
    },
  );

  it.each(names.filter((name) => name !== 'watch'))(
    'C14: %s that never ends is waited for so long, and then fails as the contract says',
    async (name) => {
      const tell = vi.fn();
      const store = guardedStore({ ...good, [name]: () => new Promise(() => {}) }, tell, 20);
      const failure = await failureOf((async () => operations[name](store))());
      expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing', recovery: 'retry-later' });
      expect(failure.message).toBe(
        'The store did not answer within 0.02 s; check that it can be reached, and try again.',
      );
      expect(tell).not.toHaveBeenCalled();
    },
  );

  it.each<[keyof typeof operations, unknown]>([
    ['get', null],
    ['get', SECRET],
    ['get', { version: 1, text: SECRET }],
    ['get', { version: '1' }],
    ['get', { version: '1', text: Buffer.from(SECRET) }],
    ['put', null],
    ['put', 7],
    ['put', true],
    ['delete', undefined],
    ['delete', 1],
    ['list', undefined],
    ['list', new Set(['a'])],
  ])('C14: %s that returns %j is told as a fault of the store', async (name, result) => {
    const tell = vi.fn();
    const store = guardedStore({ ...good, [name]: async () => result }, tell);
    const failure = await failureOf((async () => operations[name](store))());
    expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing' });
    expect(tell.mock.calls).toEqual([[expect.any(TypeError)]]);
    expect(textOf([failure, tell.mock.calls])).not.toContain(SECRET);
  });

  it('C14, C05: a process has ended only where the home is certain: what it throws is told, and says nothing', () => {
    const tell = vi.fn();
    const fault = new HostFault();
    const hasEnded = vi.fn();
    const { processes } = guardedStore({ ...good, processes: { own: 'mine', hasEnded } }, tell);
    expect(processes?.own).toBe('mine');
    expect(processes?.hasEnded('theirs')).toBe(false);
    hasEnded.mockReturnValue('yes');
    expect(processes?.hasEnded('theirs')).toBe(false);
    hasEnded.mockReturnValue(true);
    expect(processes?.hasEnded('theirs')).toBe(true);
    expect(tell).not.toHaveBeenCalled();
    hasEnded.mockImplementation(() => {
      throw fault;
    });
    expect(processes?.hasEnded('theirs')).toBe(false);
    expect(tell).toHaveBeenCalledWith(fault);
    expect(guardedStore(good, tell).processes).toBeUndefined();
  });

  it('C14: is called as it was, and passes on what is good', async () => {
    class Home implements Store {
      readonly #texts = new Map<string, string>();
      async get(key: string) {
        const text = this.#texts.get(key);
        return text === undefined ? undefined : { version: '1', text };
      }
      async put(key: string, text: string) {
        this.#texts.set(key, text);
        return '1';
      }
      async delete(key: string) {
        return this.#texts.delete(key);
      }
      async list() {
        return [...this.#texts.keys()];
      }
      async setAside() {}
    }
    const store = guardedStore(new Home(), () => {});
    expect(await store.put('a', 'x', undefined)).toBe('1');
    expect(await store.get('a')).toEqual({ version: '1', text: 'x' });
    expect(await store.get('b')).toBeUndefined();
    expect(await store.list('')).toEqual(['a']);
    expect(await store.delete('a', '1')).toBe(true);
    // A home that cannot tell stays one.
    expect('watch' in store).toBe(false);
  });

  it('C14: what ends a watch may fail, too', () => {
    const tell = vi.fn();
    const fault = new HostFault();
    const end = (): never => {
      throw fault;
    };
    guardedStore({ ...good, watch: () => end }, tell).watch?.('a', () => {})();
    expect(tell.mock.calls).toEqual([[fault]]);
  });
});

describe('a guarded user agent', () => {
  const good = headlessUserAgent();
  const { signal } = new AbortController();

  it.each<['reserve' | 'hold' | 'receive', unknown]>([
    ['reserve', undefined],
    ['reserve', new URL('https://app.example/callback')],
    ['hold', undefined],
    ['hold', 'yes'],
    ['receive', undefined],
    ['receive', null],
    ['receive', { url: SECRET }],
  ])('C14: %s that returns %j is told as a fault of the user agent', async (name, result) => {
    const tell = vi.fn();
    const agent = guardedUserAgent({ ...good, [name]: async () => result }, tell);
    const request = {
      session: { resource: '', subject: '', label: '' },
      redirectUri: '',
      state: '',
      issuer: '',
      signal,
    };
    const called = {
      reserve: () => agent.reserve([], signal),
      hold: () => agent.hold?.('', signal),
      receive: () => agent.receive(request),
    };
    const failure = await failureOf((async () => called[name]())());
    expect(failure).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
    expect(tell.mock.calls).toEqual([[expect.any(TypeError)]]);
    expect(textOf([failure, tell.mock.calls])).not.toContain(SECRET);
  });

  it('C14: is called as it was', async () => {
    class Agent implements UserAgent {
      readonly name = 'agent';
      readonly #uri: string = 'https://app.example/callback';
      reserve = async () => this.#uri;
      atLocalhost(of: string) {
        return of + this.#uri.length;
      }
      async hold() {
        return this.#uri !== '';
      }
      async present() {}
      async receive() {
        return `${this.#uri}?code=a`;
      }
      dismiss() {
        this.dismissed += this.#uri.length;
      }
      dismissed = 0;
      async release() {}
      async dispose() {}
    }
    const own = new Agent();
    const agent = guardedUserAgent(own, () => {});
    const { signal } = new AbortController();
    const request = {
      session: { resource: 'https://rs.example', subject: '', label: '' },
      url: '',
      redirectUri: '',
      state: '',
      issuer: '',
      signal,
    };
    expect(agent.name).toBe('agent');
    expect(await agent.reserve([], signal)).toBe('https://app.example/callback');
    expect(agent.atLocalhost?.('a')).toBe('a28');
    expect(await agent.hold?.('', signal)).toBe(true);
    expect(await agent.receive(request)).toBe('https://app.example/callback?code=a');
    agent.dismiss?.();
    expect(own.dismissed).toBeGreaterThan(0);
  });

  it('C14: one without the methods that it may leave out stays so', () => {
    const agent = guardedUserAgent(headlessUserAgent(), () => {});
    expect([agent.hold, agent.dismiss]).toEqual([undefined, undefined]);
    expect(guardedUserAgent(testHost().userAgent, () => {}).atLocalhost).toBeUndefined();
  });

  it.each(ways)('C14, REG-12: atLocalhost that $way is told, and is no name', async ({ fail }) => {
    const tell = vi.fn();
    const fault = new HostFault();
    const agent = guardedUserAgent({ ...headlessUserAgent(), atLocalhost: fail(fault) }, tell);
    expect(agent.atLocalhost?.('http://127.0.0.1/callback')).toBeUndefined();
    await vi.waitFor(() => expect(tell).toHaveBeenCalledWith(fault));
  });
});

describe('a guarded clock', () => {
  it.each([undefined, null, '5', Number.NaN, Infinity])('C14: %s is no time', (at) => {
    const tell = vi.fn();
    const before = Date.now();
    expect(guardedNow(() => at as number, tell)()).toBeGreaterThanOrEqual(before);
    expect(tell.mock.calls).toEqual([[expect.any(TypeError)]]);
  });

  it('C14: waits by the system’s timers where the host’s fail, and not where the wait was over', async () => {
    const tell = vi.fn();
    const fault = new HostFault();
    const sleep = guardedSleep(() => Promise.reject(fault), tell);
    const start = performance.now();
    await sleep(20, new AbortController().signal);
    expect(performance.now() - start).toBeGreaterThan(15);
    await sleep(60_000, AbortSignal.abort());
    expect(tell.mock.calls).toEqual([[fault]]);
  });
});
