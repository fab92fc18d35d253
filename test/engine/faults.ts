// Code of the host that fails: every operation of a store, every method of a user agent, every callback.
import { headlessUserAgent, loopbackUserAgent, pasteUserAgent } from '../../adapters/node.ts';
import {
  type EngineOptions,
  type EnginePolicy,
  type GrantOptions,
  hostUserAgent,
  memoryStore,
  type Session,
  type Store,
  type UserAgent,
} from '../../index.ts';
import { keys } from '../../stores/records.ts';
import { personsTurn, testEngine, testHost } from '../support/engine.ts';
import type { World } from '../support/world.ts';

export const SECRET = 'hush-hush-7f3a';

/** A fault of the host: it holds a secret wherever an error can hold one. */
export class HostFault extends Error {
  override readonly name = 'HostFault';
  readonly response = { body: SECRET };
  constructor() {
    super(`connect postgres://app:${SECRET}@db failed`, { cause: new Error(SECRET) });
  }
}

/** Code of the host that fails, in one way or the other. */
export type Fail = () => never;
export interface Way {
  readonly way: string;
  readonly fail: (fault: HostFault) => Fail;
}
export const ways: readonly [Way, Way] = [
  {
    way: 'throws',
    fail: (fault) => () => {
      throw fault;
    },
  },
  // Of a type that fits every callback, since it never gives anything.
  { way: 'rejects', fail: (fault) => () => Promise.reject(fault) as never },
];

/** How an engine is set up with the code that fails, and what has to be done so that it is called. */
export interface Case {
  readonly options: (fail: Fail, world: World) => Partial<EngineOptions>;
  /** Before the engine is made. Default: nothing. */
  readonly prepare?: (world: World) => Promise<void> | void;
  /** Default: everything that a session can do. */
  readonly act?: (session: Session) => Promise<void>;
  /** It only looks on: everything works as without it. */
  readonly looksOn?: true;
}

const withGrant = ({ origins }: World, grant: GrantOptions): Partial<EngineOptions> => ({
  client: {
    name: 'tests',
    preRegistered: [{ issuer: origins.a, clientId: 'machine', clientSecret: 'machine-secret' }],
    grant,
  },
});
export const preRegistered = ({ origins }: World, own: object): Partial<EngineOptions> => ({
  client: { name: 'tests', preRegistered: [{ issuer: origins.a, clientId: 'machine', ...own }] },
});
const policy = (own: Partial<EnginePolicy>): Partial<EngineOptions> => ({
  policy: { interaction: 'auto', ...own },
});

const storeCase = (operation: keyof Store, more: Partial<Case> = {}): Case => ({
  options: (fail) => ({ store: { ...memoryStore(), [operation]: fail } }),
  ...more,
});

/** By operation, so that a new one is not forgotten. */
export const storeCases: { readonly [Operation in keyof Required<Store>]: Case | 'no session does it' } = {
  get: storeCase('get'),
  put: storeCase('put'),
  delete: storeCase('delete'),
  list: 'no session does it',
  watch: storeCase('watch', { looksOn: true }),
  // Asked only where another process has something under way: see guarded.test.ts.
  processes: 'no session does it',
  setAside: {
    options: (fail, { resource }) => {
      const records = new Map([
        [keys.binding({ resource, subject: '', label: '' }), { version: '1', text: 'no record' }],
      ]);
      return { store: { ...memoryStore(records), setAside: fail } };
    },
  },
};

const agentCase = (method: keyof UserAgent, more: Partial<Case> = {}): Case => ({
  options: (fail) => ({ userAgent: { ...headlessUserAgent(), [method]: fail } }),
  ...more,
});

export const userAgentCases: {
  readonly [Method in Exclude<keyof Required<UserAgent>, 'name' | 'leavesPage'>]: Case;
} = {
  reserve: agentCase('reserve'),
  // A name that cannot be had is none.
  atLocalhost: agentCase('atLocalhost', { looksOn: true }),
  present: agentCase('present'),
  receive: agentCase('receive'),
  release: agentCase('release', { looksOn: true }),
  dismiss: agentCase('dismiss', { looksOn: true }),
  // Called by `engine.dispose()`, at the end of each test.
  dispose: agentCase('dispose', { looksOn: true }),
  hold: (() => {
    let store = memoryStore();
    return {
      // A login that another engine has left.
      async prepare({ resource }: World) {
        store = memoryStore();
        const { engine, session } = testEngine(resource, { store, userAgent: testHost().userAgent });
        session.login().catch(() => {});
        await personsTurn(session);
        await engine.dispose();
      },
      options: (fail: Fail) => ({ store, userAgent: { ...testHost().userAgent, hold: fail } }),
      act: async (session: Session) => void (await session.login().catch(() => {})),
    };
  })(),
};

const agentOf = (userAgent: UserAgent): Partial<EngineOptions> => ({ userAgent });
const show = () => {};

/** Callbacks, by the path of their option. */
export const callbackCases: Readonly<Record<string, Case>> = {
  onProgress: { options: (onProgress) => ({ onProgress }), looksOn: true },
  onTrace: { options: (onTrace) => ({ onTrace }), looksOn: true },
  inspect: { options: (inspect) => ({ inspect }), looksOn: true },
  now: { options: (now) => ({ now }), looksOn: true },
  sleep: { options: (sleep) => ({ sleep }), looksOn: true },
  'policy.confirmStepUp': { options: (confirmStepUp) => policy({ confirmStepUp }) },
  'policy.selectServer': {
    options: (selectServer) => policy({ selectServer }),
    prepare: ({ documents, origins }) => {
      documents.resource['authorization_servers'] = [origins.a, origins.b];
    },
  },
  'policy.resourceHeaders': {
    options: (key, { origins }) => policy({ resourceHeaders: { [origins.resource]: { 'x-key': key } } }),
  },
  'client.preRegistered[0].clientSecret': {
    options: (clientSecret, world) => preRegistered(world, { clientSecret }),
  },
  'client.preRegistered[0].privateKey': {
    options: (privateKey, world) => preRegistered(world, { privateKey }),
  },
  'client.grant.assertion': {
    options: (assertion, world) => withGrant(world, { kind: 'workload', assertion }),
  },
  'client.grant.idToken': {
    options: (idToken, world) =>
      withGrant(world, {
        kind: 'enterprise',
        identityProvider: { tokenEndpoint: `${world.origins.b}/token`, clientId: 'a' },
        idToken,
      }),
  },
  'client.grant.identityProvider.clientSecret': {
    options: (clientSecret, world) =>
      withGrant(world, {
        kind: 'enterprise',
        identityProvider: { tokenEndpoint: `${world.origins.b}/token`, clientId: 'a', clientSecret },
        idToken: async () => 'a.b.c',
      }),
  },
  'client.grant.show': {
    options: (fail, world) => withGrant(world, { kind: 'device', show: fail }),
    prepare: (world) => {
      world.documents.a['device_authorization_endpoint'] = `${world.origins.a}/device`;
      world.script('a POST /device', () => ({
        body: {
          device_code: 'device-code',
          user_code: 'ABCD',
          verification_uri: `${world.origins.a}/activate`,
          expires_in: 600,
        },
      }));
    },
  },
  'present of hostUserAgent': {
    options: (present) => agentOf(hostUserAgent({ redirectUri: 'http://127.0.0.1/callback', present })),
  },
  'show of pasteUserAgent': {
    options: (fail) => agentOf(pasteUserAgent({ show: fail, ask: () => new Promise(() => {}) })),
  },
  'ask of pasteUserAgent': { options: (ask) => agentOf(pasteUserAgent({ show, ask })) },
  'open of loopbackUserAgent': { options: (open) => agentOf(loopbackUserAgent({ open })) },
  'show of loopbackUserAgent': {
    options: (fail) => agentOf(loopbackUserAgent({ open: () => Promise.reject(), show: fail })),
  },
  'a subscriber': {
    options: () => ({}),
    looksOn: true,
  },
};

/** An error with all that it holds, also what is not enumerable; and everything else as JSON. */
export function textOf(what: unknown): string {
  const seen = new Set<unknown>();
  return (
    JSON.stringify(what, (_name, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      if (seen.has(value)) return undefined;
      seen.add(value);
      if (!(value instanceof Error)) return value;
      const own = Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name)]);
      return { name: value.name, ...Object.fromEntries(own) };
    }) ?? ''
  );
}
