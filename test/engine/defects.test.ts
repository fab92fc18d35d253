// Faults in the host's own code: every piece of it, thrown and rejected. `onDefect` is told, and nobody else.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { headlessUserAgent } from '../../adapters/node.ts';
import {
  AuthError,
  createAuthEngine,
  type EngineOptions,
  memoryStore,
  type Session,
  type UserAgent,
} from '../../index.ts';
import { callTool, failureOf, personsTurn, settled, testEngine, testHost } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';
import {
  type Case,
  callbackCases,
  type Fail,
  HostFault,
  preRegistered,
  SECRET,
  storeCases,
  textOf,
  userAgentCases,
  ways,
} from './faults.ts';
import { engineRows, grantRows, identityProviderRows, policyRows, preRegisteredRows } from './optionRows.ts';
import type { Row } from './optionValues.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await world.close();
});

/** Everything that a session can do, one thing after the other; what it ends with does not matter here. */
async function everything(session: Session): Promise<readonly unknown[]> {
  const outcomes: unknown[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    outcomes.push(await work().catch((error: unknown) => error));
  };
  const status = async (): Promise<number> => (await callTool(session, 'any')).status;
  await attempt(() => session.login());
  await attempt(status);
  world.expireAccessTokens();
  await attempt(status);
  world.needs = () => 'write';
  await attempt(status);
  await attempt(() => session.token());
  await attempt(() => session.logout());
  return outcomes;
}

const unfailing = [undefined, 200, 200, 200, expect.any(String), undefined];

/** Options that are functions, by their path; those of the user agent and the store are in tables of their own. */
const functionsIn = (path: string, rows: Readonly<Record<string, Row>>): readonly string[] =>
  Object.entries(rows).flatMap(([name, { good }]) =>
    good.some((value) => typeof value === 'function') ? [path + name] : [],
  );

const callbacks: readonly string[] = [
  ...functionsIn('', engineRows),
  ...functionsIn('policy.', policyRows),
  ...functionsIn('client.preRegistered[0].', preRegisteredRows),
  ...Object.values(grantRows).flatMap((rows) => functionsIn('client.grant.', rows)),
  ...functionsIn('client.grant.identityProvider.', identityProviderRows),
];

/** Not in the table: it is what hears of the faults, and what may fail for reasons of the network. */
const noCases = ['onDefect', 'fetch'];

const called = (cases: Readonly<Record<string, Case | string>>, of: string) =>
  Object.entries(cases).flatMap(([name, one]) =>
    typeof one === 'string' ? [] : ways.map(({ way, fail }) => ({ what: of + name, way, fail, one })),
  );

/** Does what the case says, and gathers all that anybody is told, of every kind. */
async function run(one: Case, fail: Fail, more: Partial<EngineOptions> = {}) {
  const told: unknown[] = [];
  const keep = (fact: unknown): void => void told.push(fact);
  await one.prepare?.(world);
  const engine = createAuthEngine({
    client: { name: 'tests' },
    userAgent: headlessUserAgent(),
    policy: { interaction: 'auto' },
    onProgress: keep,
    onTrace: keep,
    inspect: (event) => keep('snapshot' in event ? event.snapshot : event),
    ...one.options(fail, world),
    ...more,
  });
  return { engine, session: engine.session({ resource: world.resource }), told };
}

const everyCase = [
  ...called(storeCases, 'store.'),
  ...called(userAgentCases, 'userAgent.'),
  ...called(callbackCases, ''),
];

describe('the table of callbacks', () => {
  it('HOST-2: has every option that is a function', () => {
    expect(callbacks.length).toBeGreaterThan(12);
    expect(callbacks.filter((path) => !noCases.includes(path) && !(path in callbackCases))).toEqual([]);
  });
});

describe('a fault in the host’s code', () => {
  it.each(everyCase)('C14, L10: $what $way: onDefect is told, whole', async ({ what, one, fail }) => {
    const fault = new HostFault();
    const onDefect = vi.fn<(error: unknown) => void>();
    const failing = fail(fault);
    const { engine, session, told } = await run(one, failing, { onDefect });
    if (what === 'a subscriber') session.subscribe(failing);
    const outcomes = one.act ? [await one.act(session)] : await everything(session);
    if (one.looksOn) expect(outcomes).toEqual(unfailing);
    await settled(session);
    const explained = session.explain();
    await engine.dispose();

    expect(onDefect).toHaveBeenCalled();
    // The very error, with its stack and its cause. A promise where none can be is a fault of its own.
    const others = onDefect.mock.calls.filter(([error]) => error !== fault);
    expect(others.length).toBeLessThan(onDefect.mock.calls.length);
    for (const [error] of others) expect(error).toBeInstanceOf(TypeError);
    const errors = outcomes.filter((outcome) => outcome instanceof Error);
    for (const error of errors) expect(error).toBeInstanceOf(AuthError);
    if (!one.looksOn && !one.act) expect(outcomes).not.toEqual(unfailing);
    const text = textOf([outcomes, explained, told, session.snapshot.context]);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('postgres');
  });

  it.each(everyCase)(
    'C14: $what $way: without onDefect nothing is lost but the error',
    async ({ what, one, fail }) => {
      const failing = fail(new HostFault());
      const { engine, session, told } = await run(one, failing);
      if (what === 'a subscriber') session.subscribe(failing);
      const outcomes = one.act ? [await one.act(session)] : await everything(session);
      if (one.looksOn) expect(outcomes).toEqual(unfailing);
      await engine.dispose();
      expect(textOf([outcomes, session.explain(), told])).not.toContain(SECRET);
    },
  );

  it.each([...ways])('C14: an onDefect that $way itself changes nothing', async ({ fail }) => {
    const onDefect = vi.fn(fail(new HostFault()));
    const { engine, session } = testEngine(world.resource, { onTrace: fail(new HostFault()), onDefect });
    expect(await everything(session)).toEqual(unfailing);
    await engine.dispose();
    expect(onDefect).toHaveBeenCalled();
  });

  it('C14: a defect of our own is told, too, and says nothing to anybody else', async () => {
    const onDefect = vi.fn<(error: unknown) => void>();
    const engine = testEngine(world.resource, { onDefect });
    const fault = new HostFault();
    vi.spyOn(crypto.subtle, 'digest').mockRejectedValue(fault);
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code: 'internal', recovery: 'none' });
    expect(onDefect.mock.calls).toEqual([[fault]]);
    expect(textOf([failure, engine.session.explain(), engine.progress])).not.toContain(SECRET);
  });

  it.each<[string, string, string, (fail: Fail, world: World) => Partial<EngineOptions>]>([
    ['a store', 'store_failed', 'retry-later', (get) => ({ store: { ...memoryStore(), get } })],
    [
      'a user agent',
      'user_agent_failed',
      'fix-config',
      (present) => ({ userAgent: { ...headlessUserAgent(), present } }),
    ],
    [
      'a callback',
      'config_invalid',
      'fix-config',
      (clientSecret, here) => preRegistered(here, { clientSecret }),
    ],
  ])('C14: %s that fails is a %s, to be helped by %s', async (_what, code, recovery, options) => {
    const { session } = testEngine(world.resource, options(ways[0].fail(new HostFault()), world));
    expect(await failureOf(session.login())).toMatchObject({ code, recovery });
  });
});

describe('what is no fault in the host’s code', () => {
  it.each<[string, (world: World) => void, Partial<EngineOptions>?]>([
    ['nothing goes wrong', () => {}],
    ['the server is out of order', () => world.script('a POST /token', () => ({ status: 503 }))],
    [
      'the server refuses',
      () => world.script('a POST /token', () => ({ status: 400, body: { error: 'x' } })),
    ],
    ['the server answers nonsense', () => world.script('a POST /token', () => ({ body: '<p>' }))],
    ['the host’s fetch fails', () => {}, { fetch: () => Promise.reject(new HostFault()) }],
    ['the connection is cut', () => world.script('a POST /token', () => ({ cut: true }))],
    [
      'the metadata is of somebody else',
      () => Object.assign(world.documents.a, { issuer: 'https://b.example' }),
    ],
  ])('L10: where %s, onDefect is told nothing', async (_what, change, options) => {
    change(world);
    const onDefect = vi.fn();
    const { engine, session } = testEngine(world.resource, { ...options, onDefect });
    await everything(session);
    await engine.dispose();
    expect(onDefect).not.toHaveBeenCalled();
  });

  it.each<[string, (signal: AbortSignal) => unknown]>([
    ['the reason of its signal', (signal) => signal.reason],
    ['an AbortError', () => new DOMException('aborted', 'AbortError')],
  ])('C09: nor where a login is called off, and the user agent ends with %s', async (_what, reason) => {
    const onDefect = vi.fn();
    const receive: UserAgent['receive'] = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(reason(signal))));
    const userAgent = { ...testHost().userAgent, receive };
    const { engine, session } = testEngine(world.resource, { userAgent, onDefect });
    session.login().catch(() => {});
    await personsTurn(session);
    await session.cancel();
    await engine.dispose();
    expect(onDefect).not.toHaveBeenCalled();
  });

  it('C14: an AuthError of a store or a user agent goes on as it is', async () => {
    const onDefect = vi.fn();
    const own = new AuthError({
      code: 'store_failed',
      phase: 'storing',
      recovery: 'fix-config',
      message: 'The disk is full; delete something.',
    });
    const store = { ...memoryStore(), put: () => Promise.reject(own) };
    const { session } = testEngine(world.resource, { store, onDefect });
    expect((await failureOf(session.login())).toFailure()).toEqual(own.toFailure());
    expect(onDefect).not.toHaveBeenCalled();
  });
});
