// What a host gives to the methods of sessions and engines is judged as the options are: before anything is begun (HOST-2).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthError, type Engine, type Session } from '../../index.ts';
import { base, engineOf, errorOf, expectRefusal, useBench } from './optionBench.ts';
import { containers, SECRET } from './optionValues.ts';

const bench = useBench();

const unhandled = vi.fn();
beforeEach(() => {
  unhandled.mockClear();
  process.on('unhandledRejection', unhandled);
});
afterEach(() => {
  process.off('unhandledRejection', unhandled);
});

const noOptions: readonly unknown[] = [null, 5, SECRET, [], () => {}, ...containers, { patience: 5 }];
const noSignals: readonly unknown[] = [null, 5, 'abort', {}, new AbortController(), { aborted: false }];
const response = new Response(null, { status: 401 });

type Give = (on: { readonly session: Session; readonly engine: Engine }, value: never) => unknown;

/** Who waits, and gives nothing but what ends it. */
const waits: Readonly<Record<string, Give>> = {
  login: ({ session }, given) => session.login(given),
  token: ({ session }, given) => session.token(given),
  logout: ({ session }, given) => session.logout(given),
  cancel: ({ session }, given) => session.cancel(given),
  retry: ({ session }, given) => session.retry(given),
  answered: ({ session }, given) => session.answered(response, given),
};

const rows: readonly (readonly [string, readonly unknown[], string, Give])[] = [
  ...Object.entries(waits).flatMap(([name, give]) => [
    [`${name}(options)`, noOptions, '', give] as const,
    [
      `${name}({ signal })`,
      noSignals,
      'signal',
      ((on, signal) => give(on, { signal } as never)) as Give,
    ] as const,
  ]),
  [
    'authorization(request)',
    [undefined, ...noOptions, {}],
    '',
    ({ session }, of) => session.authorization(of),
  ],
  [
    'authorization({ method })',
    [undefined, null, 5, '', 'GE T'],
    'method',
    ({ session }, method) => session.authorization({ method, url: session.id.resource }),
  ],
  [
    'authorization({ url })',
    [undefined, null, 5, '', '/mcp', 'rs.example'],
    'url',
    ({ session }, url) => session.authorization({ method: 'GET', url }),
  ],
  [
    'authorization({ nonce })',
    [null, 5, '', 'a b', `${SECRET}\n`],
    'nonce',
    ({ session }, nonce) => session.authorization({ method: 'GET', url: session.id.resource, nonce }),
  ],
  [
    'answered(response)',
    [undefined, null, 5, {}, { status: '401' }],
    'response',
    ({ session }, of) => session.answered(of),
  ],
  [
    'answered(…, { method })',
    [null, 5, ''],
    'method',
    ({ session }, method) => session.answered(response, { method }),
  ],
  [
    'answered(…, { url })',
    [null, 5, '/mcp'],
    'url',
    ({ session }, url) => session.answered(response, { url }),
  ],
  [
    'answered(…, { authorization })',
    [5, {}, [SECRET]],
    'authorization',
    ({ session }, authorization) => session.answered(response, { authorization }),
  ],
  ['subscribe(listener)', [undefined, null, 5, {}], 'listener', ({ session }, of) => session.subscribe(of)],
  ['fetch(input)', [undefined, null, 5, {}, '', '/mcp'], 'input', ({ session }, of) => session.fetch(of)],
  ['fetch(…, init)', [null, 5], 'init', ({ session }, init) => session.fetch(session.id.resource, init)],
  [
    'fetch(…, { signal })',
    noSignals.slice(1),
    'init.signal',
    ({ session }, signal) => session.fetch(session.id.resource, { signal }),
  ],
  [
    'complete(callbackUrl)',
    [undefined, null, 5, {}, Symbol('url'), Object.create(null), new Map()],
    'callbackUrl',
    ({ engine }, of) => engine.complete(of),
  ],
  [
    'complete(…, options)',
    noOptions,
    '',
    ({ engine }, of) => engine.complete('https://app.example/callback?code=a&state=b', of),
  ],
  [
    'sessionOf(actor)',
    [undefined, null, 5, {}, []],
    'engine.sessionOf',
    ({ engine }, of) => engine.sessionOf(of),
  ],
];

describe('what a caller gives', () => {
  it.each(rows)('HOST-2, P07: %s is judged before any traffic', async (_what, values, about, give) => {
    for (const value of values) {
      const engine = engineOf(base);
      const session = engine.session({ resource: bench().world.resource });
      expectRefusal(await errorOf(() => give({ session, engine }, value as never)), about);
    }
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('HOST-2: of a login is refused, and nothing of it is left that could fail unheard', async () => {
    const session = engineOf(base).session({ resource: bench().world.resource });
    for (const signal of [{ aborted: true }, { aborted: false }])
      expect(await errorOf(() => session.login({ signal: signal as never }))).toBeInstanceOf(AuthError);
    expect(session.snapshot.hasTag('needsUser')).toBe(false);
    expect(session.snapshot.context.requestedLogin).toBeNull();
  });

  it('HOST-2: what is left out, undefined, or of another realm is let through', async () => {
    const session = engineOf(base).session({ resource: bench().world.resource });
    const { signal } = new AbortController();
    await session.cancel({ signal });
    await session.logout({ signal: undefined as never });
    await session.retry().catch(() => {});
    expect(
      await session.answered(new Response(null, { status: 204 }), { body: 5n, authorization: null }),
    ).toBe(false);
    await expect(session.fetch(bench().world.resource, { signal: null })).resolves.toBeInstanceOf(Response);
    session.subscribe(() => {})();
  });
});
