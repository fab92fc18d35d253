// What may happen in a state: every report of each actor that is at work, and everything that people and resources do.
import { AuthError, type FailureCode, failure } from '../../protocol/errors.ts';
import type {
  Binding,
  Challenge,
  Grant,
  Pending,
  Registration,
  ServerMetadata,
} from '../../protocol/facts.ts';
import type { Bound, Memory, Work } from '../../protocol/work.ts';
import type { Event, Snapshot } from './step.ts';

/** A named thing that happens. Its payload is computed from the context, and is always fresh. */
export interface Stimulus {
  readonly name: string;
  readonly event: Event;
}

/** The world of the walk: two servers, three scopes. */
export const RESOURCE = 'https://resource.example/mcp';
const SERVERS = ['https://a.example', 'https://b.example'] as const;
type Issuer = (typeof SERVERS)[number];

/** Everything that can happen next. */
export function stimuliOf(snapshot: Snapshot): readonly Stimulus[] {
  return [...fromActors(snapshot), ...fromOutside(snapshot)];
}

// From actors.

/** The actors that are at work, by the names of their source. */
function fromActors(snapshot: Snapshot): readonly Stimulus[] {
  return Object.entries(snapshot.children).flatMap(([id, child]) => {
    if (!child) return [];
    const source = String(child.src) as keyof Work;
    const report = reports[source];
    const done = report.done(snapshot).map(([what, output]) => ({
      name: `${id} reports ${what}`,
      event: { type: `xstate.done.actor.${id}`, output, actorId: id } as const,
    }));
    const failed = report.errors.map((code) => ({
      name: `${id} fails: ${code}`,
      event: { type: `xstate.error.actor.${id}`, error: thrown(code), actorId: id } as const,
    }));
    return [...done, ...failed];
  });
}

type Reports = {
  readonly [Name in keyof Work]: {
    readonly done: (snapshot: Snapshot) => readonly (readonly [string, Work[Name]['output']])[];
    readonly errors: readonly FailureCode[];
  };
};

const passing = 'server_unavailable' satisfies FailureCode;

const reports: Reports = {
  recallSession: { done: (snapshot) => memories(snapshot), errors: ['store_failed'] },
  probeResource: {
    done: (snapshot) => [
      [
        'a challenge',
        { at: later(snapshot), challenge: { status: 401, scheme: 'bearer', scopes: ['read'] } },
      ],
      ['no challenge', { at: later(snapshot), challenge: { status: 404 } }],
    ],
    errors: [passing, 'address_refused'],
  },
  fetchResourceMetadata: {
    done: (snapshot) =>
      ([[SERVERS[0]], [SERVERS[1]], [...SERVERS]] as const).map((listed) => [
        listed.join(' and '),
        {
          at: later(snapshot),
          resourceMetadata: { url: `${RESOURCE}/metadata`, resource: RESOURCE, authorizationServers: listed },
        },
      ]),
    errors: [passing, 'resource_mismatch', 'resource_metadata_absent'],
  },
  chooseServer: {
    done: (snapshot) => {
      const { resourceMetadata, passedOver, binding } = snapshot.context;
      const open = (resourceMetadata?.authorizationServers ?? []).filter(
        (issuer) => !passedOver.some((one) => one.issuer === issuer),
      );
      const issuer = open.find((one) => one === binding?.issuer) ?? open[0] ?? null;
      return [
        [
          issuer ?? 'nothing',
          { at: later(snapshot), issuer, isBound: issuer !== null && issuer === binding?.issuer },
        ],
      ];
    },
    errors: ['store_failed'],
  },
  fetchServerMetadata: {
    done: (snapshot) => {
      const issuer = snapshot.context.candidate?.issuer ?? SERVERS[0];
      return [
        ['a full server', { at: later(snapshot), server: serverOf(issuer, 'full') }],
        ['a poor server', { at: later(snapshot), server: serverOf(issuer, 'poor') }],
      ];
    },
    errors: [passing, 'server_metadata_absent', 'issuer_mismatch'],
  },
  recallBinding: { done: (snapshot) => findings(snapshot), errors: ['store_failed'] },
  reserveRedirect: {
    done: (snapshot) => [
      ['a URI', { at: later(snapshot), redirectUri: 'http://127.0.0.1:1/callback' }],
      ['another URI', { at: later(snapshot), redirectUri: 'http://127.0.0.1:2/callback' }],
    ],
    errors: ['user_agent_failed'],
  },
  registerClient: {
    done: (snapshot) => [
      [
        'a client',
        {
          at: later(snapshot),
          registration: registrationAt(issuerOf(snapshot), 'dynamic', snapshot.context.redirectUri),
        },
      ],
    ],
    errors: [passing, 'registration_refused'],
  },
  prepareAuthorization: {
    done: (snapshot) => [['a request', { at: later(snapshot), pending: pendingAt(snapshot) }]],
    errors: ['authorization_refused'],
  },
  pushAuthorization: {
    done: (snapshot) => [['taken', { at: later(snapshot) }]],
    errors: [passing, 'authorization_refused'],
  },
  presentAuthorization: {
    done: (snapshot) => [['shown', { at: later(snapshot) }]],
    errors: ['user_agent_failed'],
  },
  awaitResponse: {
    done: (snapshot) => [['an answer', { at: later(snapshot) }]],
    errors: ['user_agent_failed'],
  },
  validateResponse: {
    done: (snapshot) => [['a code', { at: later(snapshot) }]],
    errors: ['response_not_ours', 'response_issuer_mismatch', 'access_denied', passing],
  },
  exchangeCode: {
    done: (snapshot) => grantsFor(snapshot),
    errors: [passing, 'client_refused', 'code_already_spent', 'token_refused'],
  },
  requestDirectGrant: { done: (snapshot) => grantsFor(snapshot), errors: [passing, 'token_refused'] },
  requestDeviceCode: {
    done: (snapshot) => [['a code', { at: later(snapshot), pending: pendingAt(snapshot) }]],
    errors: [passing, 'authorization_refused'],
  },
  presentDeviceCode: { done: (snapshot) => [['shown', { at: later(snapshot) }]], errors: ['config_invalid'] },
  pollDeviceGrant: {
    done: (snapshot) => grantsFor(snapshot),
    errors: ['access_denied', 'login_timed_out', passing],
  },
  confirmStepUp: {
    done: (snapshot) => [
      ['yes', { at: later(snapshot), isAllowed: true }],
      ['no', { at: later(snapshot), isAllowed: false }],
    ],
    errors: ['config_invalid'],
  },
  discardAuthorization: { done: (snapshot) => [['gone', { at: later(snapshot) }]], errors: ['store_failed'] },
  refreshGrant: {
    done: (snapshot) => {
      const { grant } = snapshot.context;
      if (!grant) return [];
      return [
        [
          'new tokens',
          {
            at: later(snapshot),
            grant: fresh({ ...grant, version: nextVersion(snapshot) }, later(snapshot)),
          },
        ],
      ];
    },
    errors: [passing, 'grant_refused', 'client_refused', 'token_response_invalid'],
  },
  revokeGrants: { done: (snapshot) => [['done', { at: later(snapshot) }]], errors: [passing] },
  forgetSession: { done: (snapshot) => [['done', { at: later(snapshot) }]], errors: ['store_failed'] },
  waitUntil: { done: (snapshot) => [['the time', { at: later(snapshot) + 400_000 }]], errors: [] },
  gatherChallenges: { done: (snapshot) => [['enough', { at: later(snapshot) }]], errors: [] },
};

// From outside.

function fromOutside(snapshot: Snapshot): readonly Stimulus[] {
  const version = snapshot.context.grant?.version ?? null;
  const pendingKey = snapshot.context.pending?.key ?? 'pending:none';
  const challenged = (challenge: Challenge, grantVersion: string | null, what: string): Stimulus => ({
    name: `the resource answers ${what}`,
    event: { type: 'challenge.received', challenge, grantVersion, operation: 'call' },
  });
  const insufficient = (scope: string): Challenge => ({
    status: 403,
    scheme: 'bearer',
    error: 'insufficient_scope',
    scopes: [scope],
  });
  const unauthorized: Challenge = { status: 401, scheme: 'bearer', scopes: ['read'] };
  return [
    { name: 'a person logs in', event: { type: 'user.login' } },
    { name: 'a person logs in for write', event: { type: 'user.login', scopes: ['write'] } },
    { name: 'a person logs out', event: { type: 'user.logout' } },
    { name: 'a person cancels', event: { type: 'user.cancel' } },
    { name: 'a person tries again', event: { type: 'user.retry' } },
    { name: 'the host shuts down', event: { type: 'host.shutdown' } },
    challenged(unauthorized, version, '401'),
    challenged(unauthorized, 'an older one', '401 to an older token'),
    challenged(insufficient('write'), version, '403 for write'),
    challenged(insufficient('admin'), version, '403 for admin'),
    challenged({ status: 403 }, version, 'a plain 403'),
    { name: 'a token is needed', event: { type: 'renewal.requested', at: snapshot.context.at } },
    {
      name: 'a token is needed, long after',
      event: { type: 'renewal.requested', at: snapshot.context.at + 500_000 },
    },
    {
      name: 'the resource accepts the grant',
      event: { type: 'grant.proved', grantVersion: version ?? 'none' },
    },
    { name: 'a sibling changes the store', event: { type: 'grant.changed' } },
    { name: 'our response comes in', event: { type: 'response.received', pendingKey } },
    { name: 'another response comes in', event: { type: 'response.received', pendingKey: 'pending:other' } },
  ];
}

// Payloads.

const later = (snapshot: Snapshot): number => snapshot.context.at + 1000;
const issuerOf = (snapshot: Snapshot): string => snapshot.context.server?.issuer ?? SERVERS[0];
const nextVersion = (snapshot: Snapshot): string =>
  `v${Number(snapshot.context.grant?.version.slice(1) ?? 0) + 1}`;
const thrown = (code: FailureCode): AuthError =>
  new AuthError(failure(code, phaseOf(code), `${code} happened.`));
const phaseOf = (code: FailureCode) =>
  code.includes('metadata') || code === 'issuer_mismatch' ? 'discovering' : 'authorizing';

function serverOf(issuer: string, kind: 'full' | 'poor'): ServerMetadata {
  const full = {
    registrationEndpoint: `${issuer}/register`,
    deviceAuthorizationEndpoint: `${issuer}/device`,
    pushedAuthorizationRequestEndpoint: `${issuer}/par`,
  };
  return {
    issuer,
    ...(kind === 'full' && { ...full, authorizationEndpoint: `${issuer}/authorize` }),
    tokenEndpoint: `${issuer}/token`,
    requiresPush: kind === 'full' && issuer === SERVERS[1],
    scopesSupported: [],
    authMethods: ['none'],
    pkce: 'S256',
    sendsIssuer: true,
    acceptsMetadataDocuments: kind === 'full' && issuer === SERVERS[1],
    dpopAlgorithms: [],
  };
}

function registrationAt(
  issuer: string,
  kind: Registration['kind'],
  redirectUri: string | null,
): Registration {
  const redirectUris = redirectUri === null ? [] : [redirectUri];
  return {
    key: `registration:${issuer}`,
    kind,
    issuer,
    clientId: `client of ${issuer}`,
    authMethod: 'none',
    redirectUris,
  };
}

function pendingAt(snapshot: Snapshot): Pending {
  const { redirectUri, strategy } = snapshot.context;
  return {
    key: `pending:${issuerOf(snapshot)}`,
    issuer: issuerOf(snapshot),
    redirectUri: strategy === 'device' ? null : redirectUri,
    expiresAt: later(snapshot) + 600_000,
    requested: requestedOf(snapshot),
  };
}

/** The scopes that the actor at work was told to ask for. */
function requestedOf(snapshot: Snapshot): readonly string[] {
  for (const child of Object.values(snapshot.children)) {
    const input = inputOf(child) as { readonly scopes?: readonly string[]; readonly pending?: Pending };
    if (input.scopes) return input.scopes;
    if (input.pending) return input.pending.requested;
  }
  return [];
}

/** What an actor was invoked with. */
export function inputOf(child: unknown): unknown {
  return (child as { readonly options?: { readonly input?: unknown } } | undefined)?.options?.input ?? {};
}

function fresh(grant: Grant, at: number): Grant {
  return { ...grant, expiresAt: at + 300_000, refreshAt: at + 240_000 };
}

function grantAt(issuer: Issuer | string, version: string, requested: readonly string[], at: number): Grant {
  const base = { key: `grant:${issuer}`, version, issuer, clientId: `client of ${issuer}`, renewable: true };
  return fresh({ ...base, requested, granted: requested }, at);
}

function grantsFor(snapshot: Snapshot): readonly (readonly [string, { at: number; grant: Grant }])[] {
  const at = later(snapshot);
  const grant = grantAt(issuerOf(snapshot), nextVersion(snapshot), requestedOf(snapshot), at);
  const once: Grant = { ...grant, renewable: false };
  return [
    ['a grant', { at, grant }],
    ['a grant that cannot be renewed', { at, grant: once }],
  ];
}

function memories(snapshot: Snapshot): readonly (readonly [string, Memory])[] {
  const at = later(snapshot);
  const [a] = SERVERS;
  const limits = { floor: [], ceiling: null };
  const nothing: Memory = { at, limits, strategy: 'code', binding: null, grant: null, login: null };
  const binding: Binding = { issuer: a, kind: 'dynamic', scopes: ['read'] };
  const grant = grantAt(a, 'v1', ['read'], at);
  const due: Grant = { ...grant, expiresAt: at - 1, refreshAt: at - 1 };
  const pending: Pending = {
    key: 'pending:old',
    issuer: a,
    redirectUri: 'http://127.0.0.1:1/callback',
    expiresAt: at + 1,
    requested: ['read'],
  };
  const login = {
    pending,
    server: serverOf(a, 'full'),
    registration: registrationAt(a, 'dynamic', pending.redirectUri),
  };
  return [
    ['nothing', nothing],
    ['nothing, under a ceiling', { ...nothing, limits: { floor: [], ceiling: ['read'] } }],
    ['nothing, for itself', { ...nothing, strategy: 'direct' }],
    ['nothing, at a device', { ...nothing, strategy: 'device' }],
    ['a fresh grant', { ...nothing, binding, grant }],
    ['a grant that is due', { ...nothing, binding, grant: due }],
    ['a login under way', { ...nothing, login: { ...login, answered: false } }],
    ['a login that was answered', { ...nothing, login: { ...login, answered: true } }],
  ];
}

function findings(snapshot: Snapshot): readonly (readonly [string, Bound])[] {
  const at = later(snapshot);
  const issuer = issuerOf(snapshot);
  const nothing: Bound = {
    at,
    binding: null,
    registration: null,
    grant: null,
    preRegisteredElsewhere: null,
    credentialWithoutIssuer: false,
    metadataDocument: 'https://client.example/client.json',
    mayRegister: true,
  };
  const registration = registrationAt(issuer, 'dynamic', 'http://127.0.0.1:1/callback');
  const binding: Binding = { issuer, kind: 'dynamic', scopes: ['read'] };
  const known = snapshot.context.grant;
  const grant = known?.issuer === issuer ? known : grantAt(issuer, 'v1', ['read'], at);
  const due: Grant = { ...grant, expiresAt: at - 1, refreshAt: at - 1 };
  const own = registrationAt(issuer, 'pre-registered', null);
  return [
    ['nothing', nothing],
    ['nothing, and no way to register', { ...nothing, metadataDocument: null, mayRegister: false }],
    ['a registration', { ...nothing, registration }],
    ['a grant', { ...nothing, binding, registration, grant }],
    ['a grant that is due', { ...nothing, binding, registration, grant: due }],
    [
      'a grant that cannot be renewed',
      { ...nothing, binding, registration, grant: { ...due, renewable: false } },
    ],
    ['credentials of another issuer', { ...nothing, preRegisteredElsewhere: 'https://c.example' }],
    ['credentials of nobody', { ...nothing, credentialWithoutIssuer: true }],
    ['a client of the host’s own', { ...nothing, registration: own }],
    ['a client with no document', { ...nothing, metadataDocument: null }],
  ];
}
