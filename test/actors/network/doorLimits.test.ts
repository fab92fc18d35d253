// What the door gives to `fetch`, what it tells about an exchange, and where exactly its limits are.
import { describe, expect, test, vi } from 'vitest';
import type { DoorRequest, ExchangeFacts, Purpose } from '../../../actors/network/door.ts';
import { createDoor, type DoorOptions } from '../../../actors/network/http.ts';
import { failureOf } from '../../support/engine.ts';

const url = 'https://as.example/metadata?a=b';
const requestOf = (more: Partial<DoorRequest> = {}): DoorRequest => ({
  purpose: 'server-metadata',
  method: 'GET',
  url,
  resource: 'https://mcp.example/mcp',
  signal: new AbortController().signal,
  ...more,
});

/** A door, what it has sent and what it has told. */
function doorTo(answers: readonly (() => Response)[], options: DoorOptions = {}) {
  const sent: Request[] = [];
  const told: ExchangeFacts[] = [];
  const left = [...answers];
  const fetch = (async (input: Request | URL | string, init?: RequestInit) => {
    sent.push(new Request(input, init));
    const answer = left.length > 1 ? left.shift() : left[0];
    return answer?.() ?? new Response('');
  }) as typeof globalThis.fetch;
  const door = createDoor({ fetch, onExchange: (facts) => told.push(facts), ...options });
  return { door, sent, told };
}

const redirect = (status: number, location?: string) => (): Response =>
  new Response(null, { status, headers: location === undefined ? {} : { location } });

describe('a request', () => {
  test('P01: gives no page, no cookie and no redirect away, and asks for JSON', async () => {
    const { door, sent } = doorTo([() => new Response('{}')], { userAgent: 'tests' });
    await door(requestOf());
    await door(requestOf({ method: 'POST', body: 'c=d', headers: { accept: 'text/plain', 'x-own': 'yes' } }));
    const [get, post] = sent;
    expect(get).toMatchObject({
      url,
      method: 'GET',
      redirect: 'manual',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    expect(Object.fromEntries(get?.headers ?? [])).toEqual({
      accept: 'application/json',
      'user-agent': 'tests',
    });
    expect(Object.fromEntries(post?.headers ?? [])).toMatchObject({ accept: 'text/plain', 'x-own': 'yes' });
    expect(await post?.text()).toBe('c=d');
    const { door: plain, sent: plainly } = doorTo([() => new Response('{}')]);
    await plain(requestOf());
    expect(plainly[0]?.headers.has('user-agent')).toBe(false);
  });

  test('L01: is told with its status, without its query; and without a status where nothing came', async () => {
    const { door, told } = doorTo([redirect(302, '/next?c=d'), () => new Response('{}')]);
    const answer = await door(requestOf());
    const facts = { purpose: 'server-metadata', method: 'GET' };
    expect(told).toStrictEqual([
      { ...facts, url: 'https://as.example/metadata', status: 302 },
      { ...facts, url: 'https://as.example/next', status: 200 },
    ]);
    expect(answer.url).toBe('https://as.example/next?c=d');
    const broken = doorTo([
      () => {
        throw new TypeError('fetch failed');
      },
    ]);
    expect((await failureOf(broken.door(requestOf()))).code).toBe('unreachable');
    expect(broken.told).toStrictEqual([{ ...facts, url: 'https://as.example/metadata' }]);
  });

  test('C12: leaves no listener on its signal', async () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(AbortSignal.prototype, 'addEventListener');
    const remove = vi.spyOn(AbortSignal.prototype, 'removeEventListener');
    const { door } = doorTo([() => new Response('{}')]);
    await door(requestOf({ signal }));
    const listeners = add.mock.calls.map(([, listener]) => listener);
    const removed = new Set(remove.mock.calls.map(([, listener]) => listener));
    const ours = listeners.filter((one) => typeof one === 'function' && one.name === 'stop');
    add.mockRestore();
    remove.mockRestore();
    expect(ours).toHaveLength(1);
    expect(ours.every((one) => removed.has(one))).toBe(true);
  });
});

describe('a status', () => {
  test.each([200, 204, 299, 400, 404, 500, 599])('%i is an answer', async (status) => {
    const { door } = doorTo([() => new Response(null, { status })]);
    expect((await door(requestOf())).status).toBe(status);
  });

  test.each([0, 101, 199, 600, 999])('%i is none', async (status) => {
    const { door } = doorTo([() => Object.defineProperty(new Response(null), 'status', { value: status })]);
    expect(await failureOf(door(requestOf()))).toMatchObject({
      code: 'response_invalid',
      phase: 'discovering',
    });
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    '%i that is not followed is refused with its status',
    async (status) => {
      for (const location of [undefined, 'https://elsewhere.example/', 'http://as.example/', 'http://']) {
        const { door, sent } = doorTo([redirect(status, location)]);
        const failure = await failureOf(door(requestOf()));
        expect(failure.toFailure()).toMatchObject({ code: 'redirect_refused', phase: 'discovering', status });
        expect(failure.message).toMatch(/not followed: .{8,}\.$/);
        expect(sent).toHaveLength(1);
      }
    },
  );

  test.each([300, 304, 305, 306])('%i is none', async (status) => {
    const { door } = doorTo([redirect(status, '/next')]);
    expect((await door(requestOf())).status).toBe(status);
  });

  test('D10: is followed three times, for metadata alone', async () => {
    const { door, sent } = doorTo([redirect(302, '/next')]);
    const failure = await failureOf(door(requestOf()));
    expect([sent.length, failure.code]).toEqual([4, 'redirect_refused']);
    expect(failure.message).toContain('more than 3');
    const phases: Readonly<Record<Purpose, string | undefined>> = {
      'resource-metadata': undefined,
      'server-metadata': undefined,
      probe: 'discovering',
      registration: 'registering',
      unregistration: 'signingOut',
      token: 'authorizing',
      revocation: 'signingOut',
    };
    for (const [purpose, phase] of Object.entries(phases)) {
      const once = doorTo([redirect(307, '/next'), () => new Response('{}')]);
      const outcome = once.door(requestOf({ purpose: purpose as Purpose }));
      if (phase === undefined) expect((await outcome).status).toBe(200);
      else expect(await failureOf(outcome)).toMatchObject({ code: 'redirect_refused', phase });
      expect(once.sent).toHaveLength(phase === undefined ? 2 : 1);
    }
  });
});

describe('D11: the longest answer', () => {
  test('is one mebibyte, and as long as is said', async () => {
    const answer = (length: number) => () => new Response('x'.repeat(length));
    const read = async (length: number, options: DoorOptions = {}) =>
      (await doorTo([answer(length)], options).door(requestOf())).text.length;
    expect(await read(1_048_576)).toBe(1_048_576);
    expect((await failureOf(read(1_048_577))).toFailure()).toMatchObject({
      code: 'response_too_large',
      phase: 'discovering',
      status: 200,
    });
    expect(await read(10, { maxBytes: 10 })).toBe(10);
    expect((await failureOf(read(11, { maxBytes: 10 }))).code).toBe('response_too_large');
  });

  test('is nothing of a probe, whose body is let go', async () => {
    let isLetGo = false;
    const body = new ReadableStream({
      cancel() {
        isLetGo = true;
      },
    });
    const { door } = doorTo([() => new Response(body, { status: 401 })]);
    expect((await door(requestOf({ purpose: 'probe' }))).text).toBe('');
    expect(isLetGo).toBe(true);
  });
});

describe('D13: the longest wait', () => {
  test('is ten seconds, and as long as is said', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const fetch = (() => new Promise(() => {})) as typeof globalThis.fetch;
      for (const [options, limit] of [
        [{}, 10_000],
        [{ deadlineMs: 50 }, 50],
      ] as const) {
        let failure: unknown;
        void failureOf(createDoor({ fetch, ...options })(requestOf())).then((error) => {
          failure = error.toFailure();
        });
        await vi.advanceTimersByTimeAsync(limit - 1);
        expect(failure).toBeUndefined();
        await vi.advanceTimersByTimeAsync(1);
        expect(failure).toMatchObject({ code: 'timed_out', phase: 'discovering' });
      }
    } finally {
      vi.useRealTimers();
    }
  });
});
