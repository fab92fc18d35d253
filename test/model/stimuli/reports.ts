// What each actor may report, way by way: its outputs, and the failures that it is known for.
import { AuthError, type FailureCode, failure, type Phase, type Recovery } from '../../../contract/errors.ts';
import type { RegistrationKind } from '../../../contract/facts.ts';
import type { Bound, Memory as MemoryReport, Work } from '../../../contract/work.ts';
import type { Finding, Memory, Trouble } from '../setting.ts';
import type { Snapshot } from '../step.ts';
import { type Around, DOCUMENT, letterOf, OWN_CLIENT, REDIRECTS } from './around.ts';
import {
  bindingAt,
  grantFor,
  inputOf,
  issuerOf,
  knownAt,
  loginOfSibling,
  newGrant,
  pendingElsewhere,
  pendingFor,
  registrationAt,
  serverFacts,
  soon,
  whenDue,
} from './facts.ts';
import type { Source, Stimulus } from './stimulus.ts';

/** Every report that the actors at work may give. */
export function reportsTo(around: Around, snapshot: Snapshot): readonly Stimulus[] {
  return Object.entries(snapshot.children).flatMap(([child, actor]) => {
    if (!actor) return [];
    // What siblings do comes from outside.
    if (child === 'heedSiblings') return [];
    const source = String(actor.src) as Source;
    const outputs = outputsOf[source](around, snapshot, inputOf(actor));
    const done = Object.entries(outputs).map(([way, output]) => ({
      type: `${child} reports ${way}`,
      event: { type: `xstate.done.actor.${child}`, output, actorId: child } as const,
      report: { child, source, way },
    }));
    // Nothing is looked up where nothing was recorded.
    const discarding = source === 'discardAuthorization' ? inputOf(actor) : undefined;
    const isImpossible = (way: string): boolean =>
      discarding !== undefined && discarding[way === 'no store' ? 'pending' : 'redirectUri'] === null;
    const troubles = Object.entries(failuresOf[source]).filter(
      ([way, [, , kind]]) => around.setting.troubles.includes(kind) && !isImpossible(way),
    );
    const failed = troubles.map(([way, [code, phase, , recovery]]) => ({
      type: `${child} fails: ${way}`,
      event: {
        type: `xstate.error.actor.${child}`,
        error: thrown(code, phase, recovery),
        actorId: child,
      } as const,
      report: { child, source, way },
    }));
    return [...done, ...failed];
  });
}

type Outputs = {
  readonly [Name in Source]: (
    around: Around,
    snapshot: Snapshot,
    input: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, Work[Name]['output']>>;
};

const outputsOf: Outputs = {
  recallSession: (around, snapshot) => pick(around.setting.memories, (one) => memory(around, snapshot, one)),
  probeResource: (_, snapshot) => ({
    'a challenge': { at: soon(snapshot), challenge: { status: 401, scheme: 'bearer', scopes: ['read'] } },
    'no challenge': { at: soon(snapshot), challenge: { status: 404 } },
  }),
  fetchResourceMetadata: (around, snapshot) =>
    Object.fromEntries(
      around.setting.lists.flatMap((list) =>
        around.setting.offers.map((offer) => [listWay(list, offer), listed(around, snapshot, list, offer)]),
      ),
    ),
  chooseServer: choices,
  fetchServerMetadata: ({ setting, issuers }, snapshot) => {
    const issuer = snapshot.context.candidate?.issuer ?? issuers.a;
    return pick(setting.servers, (kind) => ({ at: soon(snapshot), server: serverFacts(issuer, kind) }));
  },
  recallBinding: (around, snapshot) => pick(around.setting.findings, (one) => finding(around, snapshot, one)),
  reserveRedirect: (around, snapshot) => ({
    ...Object.fromEntries(
      REDIRECTS.slice(0, around.setting.redirects).map((redirectUri, index) => [
        ['a URI', 'another URI'][index],
        { at: soon(snapshot), redirectUri, login: null },
      ]),
    ),
    ...(around.setting.siblings && {
      'the login of a sibling': {
        at: soon(snapshot),
        redirectUri: null,
        login: loginOfSibling(around, snapshot),
      },
    }),
  }),
  registerClient: (around, snapshot, { redirectUri }) => ({
    'a client': {
      at: soon(snapshot),
      registration: registrationAt(issuerOf(around, snapshot), 'dynamic', redirectUri as string | null),
      redirectUri: redirectUri as string | null,
    },
  }),
  findLogin: (around, snapshot) => ({
    'no login': { at: soon(snapshot), login: null },
    ...(around.setting.siblings && {
      'the login of a sibling': { at: soon(snapshot), login: loginOfSibling(around, snapshot) },
    }),
  }),
  takeOverLogin: ({ setting }, snapshot) => ({
    'nobody holds it': { at: soon(snapshot), became: 'ours' },
    ...(setting.siblings && {
      'its holder has gone': { at: soon(snapshot), became: 'inherited' },
      'its code was being spent': { at: soon(snapshot), became: 'broken off' },
    }),
  }),
  prepareAuthorization: (around, snapshot) => {
    const pending = pendingFor(around, snapshot);
    const registration =
      snapshot.context.registration ?? registrationAt(pending.issuer, 'dynamic', pending.redirectUri);
    const made = { at: soon(snapshot), pending, registration };
    return {
      'a request': { ...made, isJoined: false },
      ...(around.setting.siblings && { 'the request of a sibling': { ...made, isJoined: true } }),
    };
  },
  pushAuthorization: (_, snapshot) => ({ taken: { at: soon(snapshot) } }),
  presentAuthorization: (_, snapshot) => ({ shown: { at: soon(snapshot) } }),
  awaitResponse: (_, snapshot) => ({ 'an answer': { at: soon(snapshot) } }),
  validateResponse: (_, snapshot) => ({ 'a code': { at: soon(snapshot) } }),
  exchangeCode: grants,
  requestDirectGrant: grants,
  requestDeviceCode: (around, snapshot) => ({
    'a code': { at: soon(snapshot), pending: pendingFor(around, snapshot) },
  }),
  presentDeviceCode: (_, snapshot) => ({ shown: { at: soon(snapshot) } }),
  pollDeviceGrant: grants,
  confirmStepUp: ({ setting }, snapshot) => ({
    yes: { at: soon(snapshot), isAllowed: true },
    ...(setting.troubles.includes('denial') && { no: { at: soon(snapshot), isAllowed: false } }),
  }),
  discardAuthorization: (_, snapshot) => ({ gone: { at: soon(snapshot) } }),
  refreshGrant: (_, snapshot) => {
    const { grant } = snapshot.context;
    if (!grant) return {};
    const { version, expiresAt, refreshAt } = newGrant(snapshot, grant.issuer, grant.requested);
    const renewed = { ...grant, version, ...(expiresAt && { expiresAt }), ...(refreshAt && { refreshAt }) };
    return { 'new tokens': { at: soon(snapshot), grant: renewed } };
  },
  revokeGrants: (_, snapshot) => ({ done: { at: soon(snapshot) } }),
  forgetSession: ({ issuers }, snapshot) => ({ done: { at: soon(snapshot), issuers: [issuers.a] } }),
  unregisterClients: (_, snapshot) => ({ done: { at: soon(snapshot) } }),
  waitUntil: ({ setting }, snapshot, { at }) =>
    at === undefined || (!setting.ages && snapshot.matches('authorized'))
      ? {}
      : { 'the time': { at: Math.max(soon(snapshot), Number(at)) } },
  gatherChallenges: (_, snapshot) => ({ enough: { at: soon(snapshot) } }),
};

/**
 * A failure by the way that it comes about: its code, the phase that names it, the kind of trouble,
 * and its recovery where that is not the usual one.
 */
type Failures = Readonly<Record<string, readonly [FailureCode, Phase, Trouble, Recovery?]>>;

/** A sibling has finished the login. */
const finishedElsewhere: Failures = {
  'finished elsewhere': ['code_already_spent', 'authorizing', 'sibling', 'ask-user'],
};

const failuresOf: Readonly<Record<Source, Failures>> = {
  recallSession: { 'no store': ['store_failed', 'storing', 'store'] },
  probeResource: {
    'an outage': ['unreachable', 'discovering', 'outage'],
    'a redirect': ['redirect_refused', 'discovering', 'hostility'],
  },
  fetchResourceMetadata: {
    'an outage': ['server_unavailable', 'discovering', 'outage'],
    'of another resource': ['resource_mismatch', 'discovering', 'hostility'],
    absent: ['resource_metadata_absent', 'discovering', 'refusal'],
  },
  chooseServer: { 'no store': ['store_failed', 'storing', 'store'] },
  fetchServerMetadata: {
    'an outage': ['server_unavailable', 'discovering', 'outage'],
    'of another issuer': ['issuer_mismatch', 'discovering', 'hostility'],
    absent: ['server_metadata_absent', 'discovering', 'refusal'],
  },
  recallBinding: { 'no store': ['store_failed', 'storing', 'store'] },
  findLogin: { 'no store': ['store_failed', 'storing', 'store'] },
  takeOverLogin: { 'no store': ['store_failed', 'storing', 'store'], ...finishedElsewhere },
  reserveRedirect: { 'no listener': ['user_agent_failed', 'authorizing', 'host'] },
  registerClient: {
    'an outage': ['server_unavailable', 'registering', 'outage'],
    refused: ['registration_refused', 'registering', 'refusal'],
  },
  prepareAuthorization: { 'no store': ['store_failed', 'storing', 'store'], ...finishedElsewhere },
  pushAuthorization: {
    'an outage': ['server_unavailable', 'authorizing', 'outage'],
    'client unknown': ['client_refused', 'authorizing', 'lost client'],
    refused: ['authorization_refused', 'authorizing', 'refusal'],
  },
  presentAuthorization: { 'no browser': ['user_agent_failed', 'authorizing', 'host'], ...finishedElsewhere },
  awaitResponse: { 'no listener': ['user_agent_failed', 'authorizing', 'host'], ...finishedElsewhere },
  validateResponse: {
    'of another login': ['response_not_ours', 'authorizing', 'hostility'],
    'of another issuer': ['response_issuer_mismatch', 'authorizing', 'hostility'],
    denied: ['access_denied', 'authorizing', 'denial'],
    'an outage': ['server_unavailable', 'authorizing', 'outage'],
    'client unknown': ['client_refused', 'authorizing', 'lost client'],
    ...finishedElsewhere,
  },
  exchangeCode: {
    'an outage': ['server_unavailable', 'authorizing', 'outage'],
    'client unknown': ['client_refused', 'authorizing', 'lost client'],
    'spent elsewhere': ['code_already_spent', 'authorizing', 'refusal', 'ask-user'],
    refused: ['token_refused', 'authorizing', 'refusal'],
  },
  requestDirectGrant: {
    'an outage': ['server_unavailable', 'authorizing', 'outage'],
    refused: ['token_refused', 'authorizing', 'refusal'],
  },
  requestDeviceCode: {
    'an outage': ['server_unavailable', 'authorizing', 'outage'],
    'client unknown': ['client_refused', 'authorizing', 'lost client'],
    refused: ['authorization_refused', 'authorizing', 'refusal'],
  },
  presentDeviceCode: { 'no screen': ['config_invalid', 'authorizing', 'host'] },
  pollDeviceGrant: {
    denied: ['access_denied', 'authorizing', 'denial'],
    'timed out': ['login_timed_out', 'authorizing', 'denial'],
    'no store': ['store_failed', 'storing', 'store'],
  },
  confirmStepUp: { 'no word of the host': ['config_invalid', 'steppingUp', 'host'] },
  discardAuthorization: {
    'no store': ['store_failed', 'storing', 'store'],
    'no release': ['user_agent_failed', 'authorizing', 'host'],
  },
  refreshGrant: {
    'an outage': ['server_unavailable', 'renewing', 'outage'],
    'grant refused': ['grant_refused', 'renewing', 'refusal'],
    'client unknown': ['client_refused', 'renewing', 'lost client'],
    'no sense': ['token_response_invalid', 'renewing', 'hostility'],
  },
  revokeGrants: { 'no store': ['store_failed', 'storing', 'store'] },
  forgetSession: { 'no store': ['store_failed', 'storing', 'store'] },
  unregisterClients: { 'no store': ['store_failed', 'storing', 'store'] },
  waitUntil: {},
  gatherChallenges: {},
};

const thrown = (code: FailureCode, phase: Phase, recovery?: Recovery): AuthError =>
  new AuthError(failure(code, phase, `${code} happened.`, recovery && { recovery }));

function pick<Way extends string, Output>(
  ways: readonly Way[],
  output: (way: Way) => Output | undefined,
): Readonly<Record<string, Output>> {
  const made = ways.map((way) => [way, output(way)] as const);
  return Object.fromEntries(made.filter((one): one is [Way, Output] => one[1] !== undefined));
}

/** How a document of the resource is called: by its servers, and by its scopes where it lists some. */
const listWay = (list: readonly string[], offer: readonly string[] | null): string =>
  `${list.join(' and ')}${offer ? `, with ${offer.join(' ')}` : ''}`;

function listed(
  around: Around,
  snapshot: Snapshot,
  list: Around['setting']['lists'][number],
  offer: readonly string[] | null,
) {
  const authorizationServers = list.map((letter) => around.issuers[letter]);
  const { resource } = around;
  return {
    at: soon(snapshot),
    resourceMetadata: {
      url: `${resource}/metadata`,
      resource,
      authorizationServers,
      ...(offer && { scopesSupported: offer }),
    },
  };
}

/** The first that is left where none is bound; else the one that is. */
function choices(
  around: Around,
  snapshot: Snapshot,
): Readonly<Record<string, Work['chooseServer']['output']>> {
  const { resourceMetadata, passedOver } = snapshot.context;
  const left = (resourceMetadata?.authorizationServers ?? []).filter(
    (issuer) => !passedOver.some((one) => one.issuer === issuer),
  );
  const at = soon(snapshot);
  const [first = null] = left;
  // Of one alone, nobody asks whether it is bound.
  const bound = (left.length > 1 || passedOver.length > 0 ? left : []).map((issuer) => [
    `${letterOf(around, issuer)}, which is bound`,
    { at, issuer, isBound: true },
  ]);
  return {
    [first === null ? 'nothing' : `${letterOf(around, first)}, which comes first`]: {
      at,
      issuer: first,
      isBound: false,
    },
    ...Object.fromEntries(bound),
  };
}

function grants(around: Around, snapshot: Snapshot) {
  const at = soon(snapshot);
  return {
    'a grant': { at, grant: grantFor(around, snapshot, true) },
    ...(around.setting.grantsLess && {
      'a grant to read only': { at, grant: { ...grantFor(around, snapshot, true), granted: ['read'] } },
    }),
    ...(around.setting.ages && {
      'a grant that cannot be renewed': { at, grant: grantFor(around, snapshot, false) },
    }),
  };
}

const hostSettings = ({ setting: { strategy, ceiling } }: Around) => ({
  strategy,
  limits: { floor: [], ceiling },
});

/** What kind of client a sibling would have used. */
const siblingKind = ({ setting }: Around): RegistrationKind =>
  setting.strategy === 'direct' ? 'pre-registered' : 'dynamic';

const redirectOf = ({ setting }: Around, kind: RegistrationKind): string | null =>
  setting.strategy === 'code' && kind === 'dynamic' ? REDIRECTS[0] : null;

function memory(around: Around, snapshot: Snapshot, way: Memory): MemoryReport | undefined {
  const { issuers } = around;
  const at = soon(snapshot);
  const nothing: MemoryReport = {
    at,
    ...hostSettings(around),
    binding: null,
    grant: null,
    login: null,
  };
  const found = grantFound(around, snapshot, issuers.a, way);
  switch (way) {
    case 'nothing':
      return nothing;
    case 'a login under way':
    case 'an answered login':
      return { ...nothing, login: loginFound(around, snapshot, way === 'an answered login') };
    case 'a login under way that was shown': {
      const login = loginFound(around, snapshot, false);
      const { presented } = snapshot.context;
      return presented === null
        ? undefined
        : { ...nothing, login: { ...login, pending: { ...login.pending, key: presented } } };
    }
    case 'a grant and a login under way':
    case 'a grant and an answered login': {
      const grant = grantFound(around, snapshot, issuers.a, 'a grant') ?? null;
      const binding = grant && bindingAt(snapshot, issuers.a, 'dynamic');
      return {
        ...nothing,
        grant,
        binding,
        login: loginFound(around, snapshot, way === 'a grant and an answered login'),
      };
    }
    default: {
      const binding = bindingAt(snapshot, issuers.a, kindFound(around, snapshot, issuers.a));
      return found && { ...nothing, binding, grant: found, at: timeOf(snapshot, found, way) };
    }
  }
}

function loginFound(
  around: Around,
  snapshot: Snapshot,
  answered: boolean,
): NonNullable<MemoryReport['login']> {
  const pending = pendingElsewhere(around, snapshot);
  const { a } = around.issuers;
  return {
    pending,
    server: serverFacts(a, 'full'),
    registration: registrationAt(a, 'dynamic', pending.redirectUri),
    answered,
  };
}

function finding(around: Around, snapshot: Snapshot, way: Finding): Bound | undefined {
  const { setting, issuers } = around;
  const issuer = issuerOf(around, snapshot);
  const nothing: Bound = {
    at: soon(snapshot),
    ...hostSettings(around),
    binding: null,
    registration: null,
    grant: null,
    grantElsewhere: null,
    preRegisteredElsewhere: null,
    credentialWithoutIssuer: false,
    metadataDocument: setting.servers.includes('takes documents') ? DOCUMENT : null,
    mayRegister: true,
  };
  switch (way) {
    case 'nothing':
      return nothing;
    case 'nothing and no way to register':
      return { ...nothing, metadataDocument: null, mayRegister: false };
    case 'a registration and no way to another':
      return {
        ...nothing,
        mayRegister: false,
        registration: registrationAt(issuer, 'dynamic', redirectOf(around, 'dynamic')),
      };
    case 'a registration':
      return { ...nothing, registration: registrationAt(issuer, 'dynamic', redirectOf(around, 'dynamic')) };
    case 'a client of the host’s own':
      return { ...nothing, registration: registrationAt(issuer, 'pre-registered', null, OWN_CLIENT) };
    case 'credentials of another issuer': {
      // They decide, and nothing else is recalled.
      const binding = bindingAt(snapshot, issuer, kindFound(around, snapshot, issuer));
      const preRegisteredElsewhere = issuer === issuers.a ? issuers.b : issuers.a;
      return { ...nothing, binding, preRegisteredElsewhere };
    }
    case 'credentials of nobody':
      return { ...nothing, credentialWithoutIssuer: true };
    default: {
      const grant = grantFound(around, snapshot, issuer, way);
      if (!grant) return undefined;
      const kind = kindFound(around, snapshot, issuer);
      const registration = registrationAt(issuer, kind, redirectOf(around, kind), grant.clientId);
      const binding = bindingAt(snapshot, issuer, kind);
      const found = { ...nothing, at: timeOf(snapshot, grant, way), binding, grant };
      // Its secret has expired, and the host has none and wants none.
      const isLost = way === 'a grant without its client' || way === 'a grant that is due without its client';
      return isLost ? { ...found, metadataDocument: null, mayRegister: false } : { ...found, registration };
    }
  }
}

/** How a client was registered whose grant is found. */
const kindFound = (around: Around, snapshot: Snapshot, issuer: string): RegistrationKind =>
  knownAt(snapshot, issuer) ? (snapshot.context.binding?.kind ?? siblingKind(around)) : siblingKind(around);

/** The grant that the chart knows, as it is; else one that a sibling left. Nothing where there cannot be such a one. */
function grantFound(around: Around, snapshot: Snapshot, issuer: string, way: Memory | Finding) {
  const known = knownAt(snapshot, issuer);
  const clientId = siblingKind(around) === 'pre-registered' ? OWN_CLIENT : `client of ${issuer}`;
  const left = {
    ...newGrant(snapshot, issuer, known?.requested ?? ['read']),
    ...(around.setting.grantsLess && { granted: [] }),
    clientId: known?.clientId ?? clientId,
  };
  switch (way) {
    case 'a grant':
    case 'a grant that is due':
    case 'a grant that is due without its client':
      return known ?? left;
    case 'a newer grant':
      return known && left;
    case 'a grant that cannot be renewed':
    case 'a grant without its client':
      return { ...left, renewable: false };
    default:
      return undefined;
  }
}

const timeOf = (snapshot: Snapshot, grant: NonNullable<Bound['grant']>, way: Memory | Finding): number =>
  way.startsWith('a grant that is due') || way === 'a grant without its client'
    ? whenDue(snapshot, grant)
    : soon(snapshot);
