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
    const ours = ({ mock }: { readonly mock: { readonly calls: readonly unknown[][] } }): unknown[] =>
      mock.calls.flatMap(([type, one]) =>
        typeof one === 'function' && one.name === 'stop' ? [[type, one]] : [],
      );
    const [added, removed] = [ours(add), ours(remove)];
    add.mockRestore();
    remove.mockRestore();
    expect(added).toHaveLength(1);
    expect(removed).toEqual(added);
  });

  test('C09: is not begun, and the host asked for no header, where its signal was given before', async () => {
    const headersFor = vi.fn(async () => ({}));
    const { door, sent } = doorTo([() => new Response('{}')], { headersFor });
    const failure = await failureOf(door(requestOf({ signal: AbortSignal.abort() })));
    expect(failure.code).toBe('cancelled');
    expect(headersFor).not.toHaveBeenCalled();
    expect(sent).toEqual([]);
  });

  test.each([
    ['no URL at all', 'token', 'no host'],
    ['another host', 'http://169.254.169.254/a?b', '169.254.169.254'],
  ])('L01: whose address is %s is refused with the host alone', async (_what, address, host) => {
    const failure = await failureOf(doorTo([]).door(requestOf({ url: address })));
    expect(failure.code).toBe('address_refused');
    expect(failure.message).toContain(`address (${host}) was refused`);
  });
});

describe('a status', () => {
  test.each([200, 204, 299, 400, 404, 500, 599])('%i is an answer', async (status) => {
    const { door } = doorTo([() => new Response(null, { status })]);
    expect((await door(requestOf())).status).toBe(status);
  });

  test.each([0, 1, 101, 199, 600, 999])('%i is none', async (status) => {
    const { door, told } = doorTo([
      () => Object.defineProperty(new Response(null), 'status', { value: status }),
    ]);
    expect(await failureOf(door(requestOf()))).toMatchObject({
      code: 'response_invalid',
      phase: 'discovering',
    });
    const facts = { purpose: 'server-metadata', method: 'GET', url: 'https://as.example/metadata' };
    expect(told).toStrictEqual([status === 0 ? facts : { ...facts, status }]);
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

  test('that a browser hides is refused without a status', async () => {
    const hidden = (): Response =>
      Object.defineProperties(Response.error(), { type: { value: 'opaqueredirect' } });
    const failure = await failureOf(doorTo([hidden]).door(requestOf()));
    expect(failure.code).toBe('redirect_refused');
    expect(failure.toFailure()).not.toHaveProperty('status');
  });

  test.each([true, false])('has its body let go, whether it is followed or not: %s', async (isFollowed) => {
    const cancel = vi.fn();
    const location = isFollowed ? '/next' : 'https://elsewhere.example/';
    const first = (): Response =>
      new Response(new ReadableStream({ cancel }), { status: 302, headers: { location } });
    await doorTo([first, () => new Response('{}')])
      .door(requestOf())
      .catch(() => undefined);
    expect(cancel).toHaveBeenCalledTimes(1);
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
      else {
        const refused = await failureOf(outcome);
        expect(refused).toMatchObject({ code: 'redirect_refused', phase });
        expect(refused.message).toContain('only metadata');
      }
      expect(once.sent).toHaveLength(phase === undefined ? 2 : 1);
    }
  });
});

describe('a media type', () => {
  test.each([
    ['Application/JSON; charset=utf-8; a=b', 'application/json'],
    [' text/html ', 'text/html'],
    ['text/plain ; a=b', 'text/plain'],
    [undefined, ''],
  ])('of %o is %o', async (written, expected) => {
    const headers: Record<string, string> = written === undefined ? {} : { 'content-type': written };
    const { door } = doorTo([() => new Response(null, { headers })]);
    expect((await door(requestOf())).mediaType).toBe(expected);
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
    const empty = doorTo([() => new Response(null, { status: 401 })]);
    expect(await empty.door(requestOf({ purpose: 'probe' }))).toMatchObject({ status: 401, text: '' });
  });
});

describe('a body in pieces', () => {
  /** An answer whose body comes in these pieces, one each time that more is asked for. */
  const inPieces = (next: (at: number) => Uint8Array | undefined, cancel = vi.fn()) => {
    let at = -1;
    const pull = (to: ReadableStreamDefaultController<Uint8Array>): void => {
      at += 1;
      const piece = next(at);
      if (piece) to.enqueue(piece);
      else to.close();
    };
    return () => new Response(new ReadableStream({ pull, cancel }, { highWaterMark: 0 }));
  };

  test('D21: is one text, also where a character is in two of them', async () => {
    const bytes = new TextEncoder().encode('"🎉"');
    const pieces = [bytes.slice(0, 3), bytes.slice(3)];
    const { door } = doorTo([inPieces((at) => pieces[at])]);
    expect((await door(requestOf())).text).toBe('"🎉"');
  });

  test('C09: is not read on after the signal', async () => {
    const ending = new AbortController();
    let read = 0;
    const cancel = vi.fn();
    const endless = inPieces((at) => {
      read = at;
      if (at === 2) ending.abort();
      return new Uint8Array([32]);
    }, cancel);
    const { door } = doorTo([endless]);
    expect((await failureOf(door(requestOf({ signal: ending.signal })))).code).toBe('cancelled');
    await vi.waitFor(() => expect(cancel).toHaveBeenCalled());
    expect(read).toBeLessThan(5);
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
