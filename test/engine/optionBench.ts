// Where options are given: for each object of options its judges, its rows, and how it is given to an engine.
import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest';
import {
  clientShape,
  grantShapes,
  identityProviderShape,
  initialAccessTokenShape,
  preRegisteredShape,
  privateKeyShape,
} from '../../engine/options/client.ts';
import { engineShape, userAgentShape } from '../../engine/options/engine.ts';
import { policyShape } from '../../engine/options/policy.ts';
import { completeShape, loginShape, logoutShape } from '../../engine/options/session.ts';
import {
  AuthError,
  createAuthEngine,
  type Engine,
  type EngineOptions,
  type GrantOptions,
  hostUserAgent,
  memoryStore,
  type Session,
} from '../../index.ts';
import type { Shape } from '../../protocol/options.ts';
import { sessionShape } from '../../protocol/sessionId.ts';
import { storeShape } from '../../stores/options.ts';
import { startWorld, type World } from '../support/world.ts';
import * as rows from './optionRows.ts';
import { type Row, type Rows, SECRET, unreadable } from './optionValues.ts';

/** A world in which nothing may arrive, and engines that are taken down after each test. */
export class Bench {
  readonly world: World;
  readonly fetched: MockInstance<typeof fetch>;
  readonly #engines: Engine[] = [];

  constructor(world: World) {
    this.world = world;
    this.fetched = vi.spyOn(globalThis, 'fetch');
  }

  /** An engine of options that may be anything. */
  engineOf(options: unknown): Engine {
    const engine = createAuthEngine(options as EngineOptions);
    this.#engines.push(engine);
    return engine;
  }

  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.dispose()));
    vi.restoreAllMocks();
    await this.world.close();
  }
}

let bench: Bench;
/** Starts one for each test of a file. @returns the one of the running test. */
export function useBench(): () => Bench {
  beforeEach(async () => {
    bench = new Bench(await startWorld());
  });
  afterEach(() => bench.close());
  return () => bench;
}

export const engineOf = (options: unknown): Engine => bench.engineOf(options);

export const userAgent = hostUserAgent({ redirectUri: 'https://app.example/callback', present: () => {} });
export const base: EngineOptions = { client: { name: 'tests' }, userAgent };

export const clientOf = (client: object): Engine =>
  engineOf({ ...base, client: { name: 'tests', ...client } });
export const grantOf = (grant: object): Engine => engineOf({ client: { name: 'tests', grant } });

/** A class of the host's, whose methods are not its own members. */
const withMembers = (whole: object, some: object): object => Object.assign(Object.create(whole), some);

export const grants: { readonly [Kind in GrantOptions['kind']]: GrantOptions & { readonly kind: Kind } } = {
  'client-credentials': { kind: 'client-credentials' },
  enterprise: {
    kind: 'enterprise',
    identityProvider: { tokenEndpoint: 'https://idp.example/token', clientId: 'a' },
    idToken: async () => 'x',
  },
  workload: { kind: 'workload', assertion: async () => 'x' },
  device: { kind: 'device', show: () => {} },
};

/** One object of options: how its options are named, which there are, and how they are given. */
export interface Section {
  readonly path: string;
  readonly shape: Readonly<Record<string, unknown>>;
  readonly rows: Readonly<Record<string, Row>>;
  /** Gives these options, beside what is needed. */
  give(some: object): unknown;
}

const section = <Options>(
  path: string,
  shape: Shape<Options>,
  of: Rows<Options>,
  give: Section['give'],
): Section => ({ path, shape, rows: of, give });

export const sections: readonly Section[] = [
  section('', engineShape, rows.engineRows, (some) => engineOf({ ...base, ...some })),
  section('policy.', policyShape, rows.policyRows, (policy) => engineOf({ ...base, policy })),
  section('client.', clientShape, rows.clientRows, clientOf),
  section('client.preRegistered[0].', preRegisteredShape, rows.preRegisteredRows, (some) =>
    clientOf({ preRegistered: [{ clientId: 'a', ...some }] }),
  ),
  section('client.preRegistered[1].privateKey.', privateKeyShape, rows.privateKeyRows, (some) => {
    const [key] = rows.privateKeyRows.key.good;
    return clientOf({ preRegistered: [{ clientId: 'a' }, { clientId: 'b', privateKey: { key, ...some } }] });
  }),
  section('client.initialAccessTokens[0].', initialAccessTokenShape, rows.initialAccessTokenRows, (some) =>
    clientOf({ initialAccessTokens: [{ issuer: 'https://as.example', token: 'x', ...some }] }),
  ),
  section('client.grant.', grantShapes['client-credentials'], rows.grantRows['client-credentials'], (some) =>
    grantOf({ ...grants['client-credentials'], ...some }),
  ),
  section('client.grant.', grantShapes.enterprise, rows.grantRows.enterprise, (some) =>
    grantOf({ ...grants.enterprise, ...some }),
  ),
  section('client.grant.', grantShapes.workload, rows.grantRows.workload, (some) =>
    grantOf({ ...grants.workload, ...some }),
  ),
  section('client.grant.', grantShapes.device, rows.grantRows.device, (some) =>
    grantOf({ ...grants.device, ...some }),
  ),
  section('client.grant.identityProvider.', identityProviderShape, rows.identityProviderRows, (some) =>
    grantOf({
      ...grants.enterprise,
      identityProvider: { tokenEndpoint: 'https://idp.example/token', clientId: 'a', ...some },
    }),
  ),
  section('userAgent.', userAgentShape, rows.userAgentRows, (some) =>
    engineOf({ ...base, userAgent: withMembers(userAgent, some) }),
  ),
  section('store.', storeShape, rows.storeRows, (some) =>
    engineOf({ ...base, store: withMembers(memoryStore(), some) }),
  ),
  section('', sessionShape, rows.sessionRows, (some) =>
    engineOf(base).session({ resource: bench.world.resource, ...some }),
  ),
  section('', loginShape, rows.loginRows, (some) => sessionHere().login(some)),
  section('', logoutShape, rows.logoutRows, (some) => sessionHere().logout(some)),
  section('', completeShape, rows.completeRows, (some) =>
    engineOf(base).complete('https://app.example/callback?code=a&state=b', some),
  ),
];

/** Of an engine whose logins find nobody to present them to, so that one that is let through ends at once. */
export function sessionHere(): Session {
  const present = () => Promise.reject(new AuthError(passed));
  const own = hostUserAgent({ redirectUri: 'https://app.example/callback', present: () => {} });
  const engine = engineOf({ ...base, userAgent: { ...own, present } });
  return engine.session({ resource: bench.world.resource });
}

const passed = {
  code: 'user_agent_failed',
  phase: 'authorizing',
  recovery: 'fix-config',
  message: 'The login was begun.',
} as const;

/** What giving options ends with, if it is an error. */
export async function errorOf(give: () => unknown): Promise<unknown> {
  try {
    await give();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** For titles: what kind of value it is, since values may be long. */
export const shownAs = (value: unknown): string => {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (value === unreadable) return 'an object that cannot be read';
  const text = JSON.stringify(value, (_, one) => (one instanceof Set ? 'a Set' : one)) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

export const cases = (kind: keyof Row) =>
  sections.flatMap(({ path, rows: of, give }) =>
    Object.entries(of).flatMap(([name, row]) =>
      row[kind].map((value, at) => ({ option: path + name, name, value, at, shown: shownAs(value), give })),
    ),
  );

/** @param about what the sentence has to name. */
export function expectRefusal(error: unknown, about: string): void {
  expect(error).toBeInstanceOf(AuthError);
  expect(error).toMatchObject({ code: 'config_invalid', phase: 'configuring', recovery: 'fix-config' });
  const { message } = error as AuthError;
  expect(message).toContain(about);
  // One sentence.
  expect(message).toMatch(/^\S[^\n]*[^.\s]\.$/);
  expect(message).not.toMatch(/undefined|\[object|NaN/);
  expect(message).not.toContain(SECRET);
  expect(bench.fetched).not.toHaveBeenCalled();
  expect(bench.world.received).toEqual([]);
}
