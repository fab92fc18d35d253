// How each report comes about on the stage: what lies in the store, how servers answer, what the host does.
import type { Pending, Registration } from '../../../contract/facts.ts';
import type { Bound, Memory, Work } from '../../../contract/work.ts';
import {
  type BindingRecord,
  boundAt,
  type GrantRecord,
  grantKeysOf,
  keys,
  type PendingRecord,
} from '../../../stores/records.ts';
import type { Answer, Received } from '../../support/world.ts';
import type { Letter, ServerKind } from '../setting.ts';
import type { Snapshot } from '../step.ts';
import { type Around, letterOf, OWN_CLIENT } from '../stimuli/around.ts';
import { grantFor, issuerOf } from '../stimuli/facts.ts';
import type { Source } from '../stimuli/stimulus.ts';
import { refused, registered, serverDocument, tokens } from './documents.ts';
import { callbackOf, type Fixture, putBound, putChoice, putLogin, putMemory } from './fixture.ts';
import type { HostBehaviour } from './host.ts';

/** What is known when a report is to come about. */
export interface Situation extends Fixture {
  readonly around: Around;
  readonly snapshot: Snapshot;
  readonly way: string;
  /** What the actor is to report; nothing when it is to fail. */
  readonly output: unknown;
}

export interface Arrangement {
  readonly arrange?: () => Promise<void>;
  readonly host?: HostBehaviour;
  readonly storeIsAway?: true;
  readonly answer?: (request: Received) => Answer;
  /** Every request that it makes, as `a POST /token`, in any order. */
  readonly sends: readonly string[];
}

export const arrangements: Readonly<
  Record<Source, (situation: Situation) => Arrangement | Promise<Arrangement>>
> = {
  recallSession: (situation) => ({
    ...quiet(situation),
    arrange: ifPlanned<Memory>(situation, (memory) => putMemory(situation, memory)),
  }),
  probeResource: ({ way }) => ({ answer: () => probeAnswers[way] ?? {}, sends: ['resource GET /mcp'] }),
  fetchResourceMetadata: (situation) => ({
    answer: () => resourceAnswer(situation),
    sends: situation.way === 'absent' ? [RESOURCE_METADATA, ROOT_METADATA] : [RESOURCE_METADATA],
  }),
  chooseServer: (situation) => ({
    ...quiet(situation),
    arrange: ifPlanned<Work['chooseServer']['output']>(situation, ({ issuer, isBound }) =>
      putChoice(situation, isBound ? issuer : null),
    ),
  }),
  fetchServerMetadata: (situation) => {
    const issuer = situation.snapshot.context.candidate?.issuer ?? '';
    const at = letterOf(situation.around, issuer);
    const places = situation.way === 'absent' ? [SERVER_METADATA, OPENID_METADATA] : [SERVER_METADATA];
    return {
      answer: () => serverAnswer(situation, issuer),
      sends: places.map((place) => `${at} GET ${place}`),
    };
  },
  recallBinding: (situation) => ({
    ...quiet(situation),
    arrange: ifPlanned<Bound>(situation, (bound) =>
      putBound(situation, issuerOf(situation.around, situation.snapshot), bound),
    ),
    host: hostOf(situation),
  }),
  reserveRedirect: (situation) => {
    const { way } = situation;
    const isTaken = way === 'no listener' || way === 'the login of a sibling';
    return {
      arrange: ifPlanned<Work['reserveRedirect']['output']>(situation, ({ login }) =>
        putLogin(situation, login && siblingLogin(situation, login)),
      ),
      host: { redirect: way === 'another URI' ? 1 : 0, ...(isTaken && { fails: true }) },
      sends: [],
    };
  },
  registerClient: (situation) =>
    asked(situation, 'POST /register', {
      'a client': registered,
      refused: () => refused('unapproved_software_statement'),
    }),
  findLogin: (situation) => ({
    ...quiet(situation),
    arrange: ifPlanned<Work['findLogin']['output']>(situation, ({ login }) =>
      putLogin(situation, login && siblingLogin(situation, login)),
    ),
  }),
  takeOverLogin: (situation) => ({
    ...quiet(situation),
    arrange: () => joined(situation),
    ...(situation.way === 'its holder has gone' && { host: { isHeldFor: 1 } }),
  }),
  prepareAuthorization: (situation) => ({
    ...quiet(situation),
    arrange: async () => {
      const made = situation.output as Work['prepareAuthorization']['output'] | undefined;
      await putLogin(situation, made?.isJoined ? siblingLogin(situation, made) : null);
      if (situation.way === 'finished elsewhere') await plantGrant(situation);
    },
  }),
  pushAuthorization: (situation) =>
    asked(situation, 'POST /par', {
      taken: () => ({ status: 201, body: { request_uri: 'urn:example:request', expires_in: 60 } }),
      refused: () => refused('invalid_request'),
    }),
  presentAuthorization: (situation) => ({
    arrange: () => joined(situation),
    ...(situation.way === 'no browser' && { host: { fails: true } }),
    sends: [],
  }),
  awaitResponse: (situation) => ({
    arrange: () => joined(situation),
    ...(situation.way === 'no listener' && { host: { fails: true } }),
    sends: [],
  }),
  validateResponse: (situation) => ({
    arrange: () => (situation.way === 'finished elsewhere' ? joined(situation) : respond(situation)),
    sends: [],
  }),
  exchangeCode: (situation) =>
    situation.way === 'spent elsewhere'
      ? { arrange: () => spend(situation, 'finished elsewhere'), sends: [] }
      : asked(situation, 'POST /token', { ...issuing, refused: () => refused('invalid_scope') }),
  requestDirectGrant: (situation) =>
    asked(situation, 'POST /token', { ...issuing, refused: () => refused('invalid_scope') }),
  requestDeviceCode: (situation) =>
    asked(situation, 'POST /device', {
      'a code': () => ({ body: deviceCode(issuerOf(situation.around, situation.snapshot)) }),
      refused: () => refused('unauthorized_client'),
    }),
  presentDeviceCode: ({ way }) => ({ ...(way === 'no screen' && { host: { fails: true } }), sends: [] }),
  pollDeviceGrant: (situation) =>
    situation.way === 'no store'
      ? quiet(situation)
      : asked(situation, 'POST /token', {
          ...issuing,
          denied: () => refused('access_denied'),
          'timed out': () => refused('expired_token'),
        }),
  confirmStepUp: ({ way }) => ({
    host: way === 'no word of the host' ? { fails: true } : way === 'no' ? { deniesStepUps: true } : {},
    sends: [],
  }),
  discardAuthorization: (situation) => ({
    ...quiet(situation),
    ...(situation.way === 'no release' && { host: { fails: true } }),
  }),
  refreshGrant: (situation) =>
    asked(situation, 'POST /token', {
      'new tokens': () => tokens(true),
      'grant refused': () => refused('invalid_grant'),
      'no sense': () => ({ body: { access_token: 7 } }),
    }),
  revokeGrants: async (situation) => ({
    ...quiet(situation),
    answer: revocationAnswer(situation),
    sends: await revocations(situation),
  }),
  forgetSession: (situation) => ({
    ...quiet(situation),
    arrange: ifPlanned<Work['forgetSession']['output']>(situation, ({ issuers: [issuer = ''] }) =>
      putMemory(situation, { binding: { issuer, kind: 'dynamic', scopes: [] }, grant: null, login: null }),
    ),
  }),
  unregisterClients: (situation) => quiet(situation),
  waitUntil: (situation) => quiet(situation),
  gatherChallenges: (situation) => quiet(situation),
};

const RESOURCE_METADATA = 'resource GET /.well-known/oauth-protected-resource/mcp';
const ROOT_METADATA = 'resource GET /.well-known/oauth-protected-resource';
const SERVER_METADATA = '/.well-known/oauth-authorization-server';
const OPENID_METADATA = '/.well-known/openid-configuration';

/** Work that sends nothing; it fails where the store is away. */
const quiet = ({ way }: Situation): Arrangement => ({
  ...(way === 'no store' && { storeIsAway: true }),
  sends: [],
});

/** What the store is made to say, where the actor is to report something of it. */
const ifPlanned =
  <Output>({ output }: Situation, plant: (output: Output) => Promise<void>) =>
  async (): Promise<void> => {
    if (output !== undefined) await plant(output as Output);
  };

/** One request to the server of the flow, answered by the way; an outage and a forgotten client look alike anywhere. */
function asked(
  { around, snapshot, way }: Situation,
  line: string,
  answers: Readonly<Record<string, (request: Received) => Answer>>,
): Arrangement {
  const answer = answers[way] ?? common[way];
  return { ...(answer && { answer }), sends: [`${letterOf(around, issuerOf(around, snapshot))} ${line}`] };
}

const common: Readonly<Record<string, () => Answer>> = {
  'an outage': () => ({ status: 503 }),
  'client unknown': () => refused('invalid_client', 401),
};

const issuing: Readonly<Record<string, () => Answer>> = {
  'a grant': () => tokens(true),
  'a grant to read only': () => tokens(true, 'read'),
  'a grant that cannot be renewed': () => tokens(false),
};

const probeAnswers: Readonly<Record<string, Answer>> = {
  'a challenge': { status: 401, headers: { 'www-authenticate': 'Bearer scope="read"' } },
  'no challenge': { status: 404 },
  'an outage': { cut: true },
  'a redirect': { status: 302, headers: { location: '/elsewhere' } },
};

function resourceAnswer({ around, way }: Situation): Answer {
  if (way === 'an outage') return { status: 503 };
  if (way === 'absent') return { status: 404 };
  const isOther = way === 'of another resource';
  const [servers = '', offer] = (isOther ? 'a' : way).split(', with ');
  const letters = servers.split(' and ') as readonly Letter[];
  const resource = isOther ? 'https://other.example/mcp' : around.resource;
  const authorization_servers = letters.map((letter) => around.issuers[letter]);
  return { body: { resource, authorization_servers, ...(offer && { scopes_supported: offer.split(' ') }) } };
}

function serverAnswer({ way }: Situation, issuer: string): Answer {
  if (way === 'an outage') return { status: 503 };
  if (way === 'absent') return { status: 404 };
  if (way === 'of another issuer') return { body: serverDocument('https://other.example', 'full') };
  return { body: serverDocument(issuer, way as ServerKind) };
}

const deviceCode = (issuer: string) => ({
  device_code: `device-code-of-${issuer}`,
  user_code: 'ABCD-EFGH',
  verification_uri: `${issuer}/activate`,
  expires_in: 600,
  interval: 1,
});

/** What the host has by its own hand while bindings are looked up. */
function hostOf({ output, around, snapshot, way }: Situation): HostBehaviour {
  const bound = output as Bound | undefined;
  if (way === 'credentials of nobody') return { ownClientAt: '' };
  return {
    ...(bound?.registration?.clientId === OWN_CLIENT && { ownClientAt: issuerOf(around, snapshot) }),
    ...(bound && !bound.mayRegister && { mayNotRegister: true }),
  };
}

/** A login of a sibling at the server of the flow, with the client of the flow. */
function siblingLogin(
  { snapshot }: Situation,
  { pending, registration }: { readonly pending: Pending; readonly registration: Registration },
): Memory['login'] {
  const { server } = snapshot.context;
  return server && { pending, server, registration, answered: false };
}

/** A sibling has got a grant for all that is wanted, since the chart looked. */
async function plantGrant(situation: Situation): Promise<void> {
  const { around, snapshot } = situation;
  const grant = grantFor(around, snapshot, true);
  const issuer = issuerOf(around, snapshot);
  await putMemory(situation, {
    binding: { issuer, kind: 'dynamic', scopes: grant.requested },
    grant,
    login: null,
  });
}

/** What has become of a login that goes on elsewhere, too. */
async function joined(situation: Situation): Promise<void> {
  const { way } = situation;
  if (way === 'finished elsewhere' || way === 'its code was being spent') await spend(situation, way);
}

/** The answer that came back, as the next judgement wants it. */
async function respond(situation: Situation): Promise<void> {
  const { store, snapshot, way, around } = situation;
  const key = snapshot.context.pending?.key ?? '';
  const pending = await store.read<PendingRecord>(key);
  if (!pending) return;
  const params = responses(way, pending.state, pending.server.issuer, around);
  await store.put(key, { ...pending, response: callbackOf(pending.redirectUri, params) });
}

function responses(
  way: string,
  state: string,
  iss: string,
  { issuers }: Around,
): Readonly<Record<string, string>> {
  switch (way) {
    case 'of another login':
      return { code: 'code', state: 'another', iss };
    case 'of another issuer':
      return { code: 'code', state, iss: iss === issuers.a ? issuers.b : issuers.a };
    case 'denied':
      return { error: 'access_denied', state, iss };
    case 'an outage':
      return { error: 'temporarily_unavailable', state, iss };
    case 'client unknown':
      return { error: 'unauthorized_client', state, iss };
    default:
      return { code: 'code', state, iss };
  }
}

/** A sibling was faster: it has spent the code, and then its request goes. */
async function spend({ store, snapshot }: Situation, way: string): Promise<void> {
  const key = snapshot.context.pending?.key ?? '';
  const pending = await store.read<PendingRecord>(key);
  if (!pending) return;
  await store.put(key, way === 'finished elsewhere' ? undefined : { ...pending, spent: true });
}

/** Every grant that the session has is revoked where it was issued. */
async function revocations({ store, session, around, way }: Situation): Promise<readonly string[]> {
  if (way === 'no store') return [];
  const binding = await store.read<BindingRecord>(keys.binding(session));
  const lines: string[] = [];
  for (const key of grantKeysOf(binding)) {
    const grant = await store.read<GrantRecord>(key);
    if (!grant || !boundAt(binding, grant.issuer)) continue;
    const at = letterOf(around, grant.issuer);
    const count = 1 + (grant.refreshToken === undefined ? 0 : 1) + (grant.superseded?.length ?? 0);
    lines.push(`${at} GET ${SERVER_METADATA}`, ...Array.from({ length: count }, () => `${at} POST /revoke`));
  }
  return lines;
}

const revocationAnswer =
  ({ around }: Situation) =>
  ({ at, method }: Received): Answer =>
    method === 'GET' ? { body: serverDocument(around.issuers[at === 'b' ? 'b' : 'a'], 'full') } : {};
