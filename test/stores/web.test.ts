// The store of browsers where there is no browser: on a server that renders pages, and in a page that is blocked.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { webStore } from '../../stores/web.ts';
import { programFile } from '../support/programs.ts';

afterEach(() => vi.unstubAllGlobals());

describe('a server that renders a page', () => {
  test.concurrent.each(['without IndexedDB', 'with IndexedDB'])('ends by itself, %s', async (how) => {
    const child = spawn(process.execPath, [programFile('webSession'), how], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    clearTimeout(timer);
    expect(code).toBe(0);
    const [looked, ...rest] = output.trim().split('\n').reverse();
    expect([looked, ...rest]).toContain('looked');
    expect(output.includes('lost')).toBe(how === 'without IndexedDB');
  });
});

describe('the word of changes', () => {
  /** A channel, and who else has it. */
  class Channel extends EventTarget {
    static readonly open: Channel[] = [];
    static isBlocked = false;
    readonly said: unknown[] = [];
    onmessage: ((event: { readonly data: unknown }) => void) | undefined;
    readonly name: string;
    constructor(name: string) {
      super();
      this.name = name;
      if (Channel.isBlocked) throw new DOMException('', 'SecurityError');
      Channel.open.push(this);
    }
    postMessage(data: unknown): void {
      this.said.push(data);
    }
  }
  const stub = (has: { readonly indexedDB?: object; readonly isBlocked?: boolean }): void => {
    Channel.open.length = 0;
    Channel.isBlocked = has.isBlocked ?? false;
    vi.stubGlobal('indexedDB', has.indexedDB);
    vi.stubGlobal('BroadcastChannel', Channel);
  };
  const watched = (store = webStore({ name: 'mine' })) => {
    const told: string[] = [];
    const end =
      store.watch?.(
        'a',
        () => told.push('changed'),
        () => told.push('lost'),
      ) ?? expect.unreachable();
    return { told, end, store };
  };

  test('cannot be had without IndexedDB, where there is nothing to tell of', async () => {
    stub({});
    const { told } = watched();
    await wait(1);
    expect([told, Channel.open]).toEqual([['lost'], []]);
  });

  test('cannot be had where it is blocked; and where it comes after all, all are told', async () => {
    stub({ indexedDB: {}, isBlocked: true });
    const { told, store } = watched();
    await wait(1);
    expect(told).toEqual(['lost']);
    Channel.isBlocked = false;
    const next = watched(store);
    await wait(1);
    expect([told, next.told]).toEqual([['lost', 'changed'], []]);
  });

  test('is had where a channel has something else by the name of what Node has', async () => {
    stub({ indexedDB: {} });
    vi.stubGlobal(
      'BroadcastChannel',
      class extends Channel {
        readonly unref = 'not a function';
      },
    );
    const { told } = watched();
    Channel.open[0]?.onmessage?.({ data: 'a' });
    await wait(1);
    expect(told).toEqual(['changed']);
  });

  test('is not had while a browser keeps the page aside: when it shows it again, all are told', async () => {
    stub({ indexedDB: {} });
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    const { told } = watched();
    const shown = (persisted: boolean): boolean =>
      page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));
    shown(false);
    await wait(1);
    expect(told).toEqual([]);
    shown(true);
    await wait(1);
    expect(told).toEqual(['changed']);
  });

  test('is had of other pages by one channel, whoever watches, and no longer than wanted', async () => {
    stub({ indexedDB: {} });
    const { told, end, store } = watched();
    const other = watched(store);
    const [channel, ...more] = Channel.open;
    expect([channel?.name, more]).toEqual(['authchart mine', []]);
    channel?.onmessage?.({ data: 'b' });
    channel?.onmessage?.({ data: { of: 'somebody else' } });
    await wait(1);
    expect(told).toEqual([]);
    channel?.onmessage?.({ data: 'a' });
    await wait(1);
    expect([told, other.told]).toEqual([['changed'], ['changed']]);
    end();
    channel?.onmessage?.({ data: 'a' });
    await wait(1);
    expect([told, other.told]).toEqual([['changed'], ['changed', 'changed']]);
  });
});
