// Facts as actors would report them, made to fit the state that they are reported in.
import type {
  Binding,
  Grant,
  Pending,
  Registration,
  RegistrationKind,
  ServerMetadata,
} from '../../../contract/facts.ts';
import type { ServerKind } from '../setting.ts';
import type { Snapshot } from '../step.ts';
import { type Around, BEAT, LOGIN_LIFE, REDIRECTS, TOKEN_LIFE } from './around.ts';

/** When the next report is made. Epoch milliseconds, like all times. */
export const soon = ({ context }: Snapshot): number => context.at + BEAT;

/** The server that the flow speaks to. */
export const issuerOf = ({ issuers }: Around, { context }: Snapshot): string =>
  context.server?.issuer ?? issuers.a;

/** What an invoked actor was given; one that was restored keeps it in its snapshot. */
export function inputOf(child: unknown): Input {
  const { options, getSnapshot } = (child ?? {}) as Invoked;
  return options?.input ?? getSnapshot?.call(child).input ?? {};
}

type Input = Readonly<Record<string, unknown>>;
interface Invoked {
  readonly options?: { readonly input?: Input };
  readonly getSnapshot?: () => { readonly input?: Input };
}

export function serverFacts(issuer: string, kind: ServerKind): ServerMetadata {
  const isPoor = kind === 'poor';
  return {
    issuer,
    ...(!isPoor && {
      authorizationEndpoint: `${issuer}/authorize`,
      registrationEndpoint: `${issuer}/register`,
      deviceAuthorizationEndpoint: `${issuer}/device`,
      pushedAuthorizationRequestEndpoint: `${issuer}/par`,
    }),
    tokenEndpoint: `${issuer}/token`,
    revocationEndpoint: `${issuer}/revoke`,
    requiresPush: kind === 'wants pushes',
    scopesSupported: [],
    authMethods: ['none'],
    pkce: 'S256',
    sendsIssuer: true,
    acceptsMetadataDocuments: kind === 'takes documents',
    dpopAlgorithms: [],
  };
}

export function registrationAt(
  issuer: string,
  kind: RegistrationKind,
  redirectUri: string | null,
  clientId = `client of ${issuer}`,
): Registration {
  const redirectUris = redirectUri === null ? [] : [redirectUri];
  return { key: `registration:${issuer}`, kind, issuer, clientId, authMethod: 'none', redirectUris };
}

/** What a request is called that nobody has shown: a new one is not the one before it. */
const newKey = ({ context }: Snapshot, key: string): string =>
  context.presented === key ? `${key} again` : key;

/** A new request at the server of the flow, for the scopes that its actor was told to ask for: not the one that was shown. */
export function pendingFor(around: Around, snapshot: Snapshot): Pending {
  const issuer = issuerOf(around, snapshot);
  const redirectUri = snapshot.context.strategy === 'device' ? null : snapshot.context.redirectUri;
  const requested = requestedIn(snapshot);
  const key = newKey(snapshot, `pending:${issuer}`);
  return { key, issuer, redirectUri, expiresAt: soon(snapshot) + LOGIN_LIFE, requested };
}

/** A login that a sibling has under way at the server of the flow, for all that is wanted now. */
export function loginOfSibling(
  around: Around,
  snapshot: Snapshot,
): { pending: Pending; registration: Registration } {
  const [redirectUri] = REDIRECTS;
  const pending = { ...pendingFor(around, snapshot), redirectUri };
  const key = newKey(snapshot, `pending:sibling at ${pending.issuer}`);
  const registration =
    snapshot.context.registration ?? registrationAt(pending.issuer, 'dynamic', redirectUri);
  return { pending: { ...pending, key }, registration };
}

/** A login that another process left under way, at the first server. */
export function pendingElsewhere({ issuers, setting }: Around, snapshot: Snapshot): Pending {
  const [redirectUri] = REDIRECTS;
  return {
    key: newKey(snapshot, 'pending:old'),
    issuer: issuers.a,
    redirectUri,
    expiresAt: soon(snapshot) + LOGIN_LIFE,
    // For all that anybody logs in for.
    requested: ['read', ...setting.loginScopes.filter((scope) => scope !== '')],
  };
}

/** A grant that was just issued for what its actor was told to ask for. */
export function grantFor(around: Around, snapshot: Snapshot, renewable: boolean): Grant {
  const issuer = issuerOf(around, snapshot);
  return { ...newGrant(snapshot, issuer, requestedIn(snapshot)), renewable };
}

/** A grant that nobody knew of: as a sibling would have left it in the store. */
export function newGrant(snapshot: Snapshot, issuer: string, requested: readonly string[]): Grant {
  const expiresAt = soon(snapshot) + TOKEN_LIFE;
  return {
    key: `grant:${issuer}`,
    version: nextVersion(snapshot),
    issuer,
    clientId: `client of ${issuer}`,
    renewable: true,
    requested,
    granted: requested,
    expiresAt,
    refreshAt: expiresAt - TOKEN_LIFE / 10,
  };
}

/** The grant that the chart knows at this issuer, if it knows one. */
export function knownAt(snapshot: Snapshot, issuer: string): Grant | undefined {
  const { grant } = snapshot.context;
  return grant?.issuer === issuer ? grant : undefined;
}

/** What the binding at this issuer says: what the chart knows of it, or what a sibling has left. */
export function bindingAt(snapshot: Snapshot, issuer: string, kind: RegistrationKind): Binding {
  const { binding } = snapshot.context;
  const isKnown = knownAt(snapshot, issuer) !== undefined && binding?.issuer === issuer;
  return isKnown ? { ...binding, kind } : { issuer, kind, scopes: ['read'] };
}

/** When the grant is due: soon, if it is already; else later than any pause. */
export function whenDue(snapshot: Snapshot, { refreshAt = 0 }: Grant): number {
  const now = soon(snapshot);
  return now >= refreshAt ? now : Math.max(refreshAt, snapshot.context.retryAt ?? 0);
}

/** Versions count up: a new one is not the one that was refused. */
function nextVersion({ context }: Snapshot): string {
  const known = [context.grant?.version, context.refused?.version];
  const highest = Math.max(0, ...known.map((version) => Number(version?.replace(/^v/, '') ?? 0) || 0));
  return `v${highest + 1}`;
}

function requestedIn(snapshot: Snapshot): readonly string[] {
  for (const child of Object.values(snapshot.children)) {
    const { scopes, pending } = inputOf(child) as {
      readonly scopes?: readonly string[];
      readonly pending?: Pending;
    };
    if (scopes ?? pending) return scopes ?? pending?.requested ?? [];
  }
  return [];
}
