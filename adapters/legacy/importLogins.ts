// Writes found logins into our store, each under the issuer that it is known to be of; nothing is written over.
import { redirectUriAt } from '../../actors/userAgents/callbackServer.ts';
import { AuthError, type Failure, refuse } from '../../contract/errors.ts';
import type { RegistrationKind, SessionId } from '../../contract/facts.ts';
import { judgeAddress } from '../../protocol/address.ts';
import { shown } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';
import { judgeIssuer } from '../../protocol/wellKnown.ts';
import {
  type BindingRecord,
  boundAt,
  type ClientRecord,
  type GrantRecord,
  type Key,
  keys,
  Records,
} from '../../stores/records.ts';
import type { Store } from '../../stores/store.ts';
import type { FoundClient, FoundLogin, FoundTokens } from './found.ts';

export interface ImportOptions {
  /** Which server issued what does not say it itself: a person's word. Without it such logins are not imported. */
  readonly issuer?: string;
  /** As in `engine.session`. */
  readonly subject?: string;
  readonly label?: string;
  /** The host's own client metadata document. Any other client counts as registered dynamically. */
  readonly metadataUrl?: string;
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  /** Epoch milliseconds; instead of the system's clock. */
  readonly now?: () => number;
}

/** What became of one login. Holds no secret. */
export type ImportOutcome = Pick<FoundLogin, 'from' | 'resource' | 'older'> &
  (
    | { readonly outcome: 'imported'; readonly issuer: string; readonly clientId: string }
    /** The store was left as it is. */
    | { readonly outcome: 'kept'; readonly why: string }
    | { readonly outcome: 'not-imported'; readonly failure: Failure }
  );

/**
 * Imports what `readMcpRemote` or `readSdkRecords` found. Never writes over a record, so it may be run again, also
 * after it was broken off. The first of several logins of one session is the one that counts.
 * @returns what became of each, in order: never throws an AuthError.
 */
export async function importLogins(
  store: Store,
  logins: readonly FoundLogin[],
  options: ImportOptions = {},
): Promise<readonly ImportOutcome[]> {
  const records = new Records(store);
  const outcomes: ImportOutcome[] = [];
  for (const login of logins) {
    const { from, resource, older } = login;
    const found = { from, resource, ...(older && { older }) };
    try {
      outcomes.push({ ...found, ...(await importOne(records, judge(login, options), options)) });
    } catch (thrown) {
      if (!(thrown instanceof AuthError)) throw thrown;
      outcomes.push({ ...found, outcome: 'not-imported', failure: thrown.toFailure() });
    }
  }
  return outcomes;
}

/** A login that may be imported: whole, renewable, and of one issuer. */
interface Judged {
  readonly session: SessionId;
  readonly issuer: string;
  readonly client: FoundClient;
  readonly tokens: FoundTokens & { readonly refreshToken: string };
  readonly audience: string;
}

/** @throws AuthError `address_refused`, `interaction_required`, and what `issuerOf` throws. */
function judge(found: FoundLogin, { issuer: named, subject = '', label = '' }: ImportOptions): Judged {
  const { client, tokens } = found;
  const verdict = judgeAddress(found.resource, found.resource);
  if (!verdict.ok) {
    return refuse(
      'address_refused',
      'storing',
      `The resource cannot be used: ${verdict.reason}; name another.`,
    );
  }
  const { refreshToken } = tokens ?? {};
  if (!tokens) return useless('It holds no tokens');
  if (!client) return useless('It does not say to which client the tokens were issued');
  // Nobody knows how long the access token is good for, so it is never sent: a refresh decides.
  if (refreshToken === undefined) return useless('It cannot be renewed');
  // As the engine names its sessions.
  const { href } = verdict.url;
  const resource = href === `${found.resource}/` ? found.resource : href;
  const issuer = issuerOf(client, tokens, named, resource);
  const session = { resource, subject, label };
  return {
    session,
    issuer,
    client,
    tokens: { ...tokens, refreshToken },
    audience: found.audience ?? resource,
  };
}

function useless(why: string): never {
  return refuse('interaction_required', 'storing', `${why}; log in again.`);
}

/**
 * The one issuer of client and tokens (BIND-10): what each says itself, else what a person says, and never two.
 * @throws AuthError `credential_without_issuer`, `issuer_mismatch`, `address_refused`
 */
function issuerOf(
  client: FoundClient,
  tokens: FoundTokens,
  named: string | undefined,
  resource: string,
): string {
  const [issuer, other] = new Set(
    [client.issuer, tokens.issuer, named].filter((issuer) => issuer !== undefined),
  );
  if (issuer !== undefined && other !== undefined) {
    return refuse(
      'issuer_mismatch',
      'storing',
      `It is said to be of ${shown(issuer)} and of ${shown(other)}; nothing of it was imported.`,
      { issuer, otherIssuer: other },
    );
  }
  const isKnown = named !== undefined || (client.issuer !== undefined && tokens.issuer !== undefined);
  if (issuer === undefined || !isKnown) {
    return refuse(
      'credential_without_issuer',
      'storing',
      'It does not say which server issued it; name the issuer, if you know it.',
    );
  }
  for (const verdict of [judgeIssuer(issuer), judgeAddress(issuer, resource)]) {
    if (verdict.ok) continue;
    const message = `Its issuer ${shown(issuer)} cannot be used: ${verdict.reason}; log in again.`;
    refuse('address_refused', 'storing', message, { issuer });
  }
  return issuer;
}

type Written =
  | { readonly outcome: 'imported'; readonly issuer: string; readonly clientId: string }
  | { readonly outcome: 'kept'; readonly why: string };

/**
 * Binding, grant, registration, each over nothing only. The binding comes first: broken off after it, a resource is
 * bound and nobody is logged in, which is how a sign-in begins; and the next run goes on, also with newer tokens.
 */
async function importOne(records: Records, login: Judged, options: ImportOptions): Promise<Written> {
  const { session, issuer, client } = login;
  const grantKey = keys.grant(issuer, client.clientId, session);
  const binding = (await records.read(keys.binding(session)))?.value;
  const grant = (await records.read(grantKey))?.value;
  const why = ownRecords(login, grantKey, binding, grant);
  if (why !== undefined) return kept(why);

  const imported = { outcome: 'imported', issuer, clientId: client.clientId } as const;
  const isHere = binding !== undefined && grant !== undefined;
  const done = isHere ? kept('it was imported before') : imported;
  if (options.dryRun) return done;
  const made = recordsOf(login, grantKey, options);
  const isLost =
    (!binding && !(await records.write(keys.binding(session), made.binding, undefined))) ||
    (!grant && !(await records.write(grantKey, made.grant, undefined)));
  if (isLost) return kept('somebody else has just written there');
  await importRegistration(records, issuer, made.grant.client);
  return done;
}

const kept = (why: string): Written => ({ outcome: 'kept', why });

/** Why the store's own records stay; nothing when there are none, or they are what would be written. */
function ownRecords(
  { issuer, tokens }: Judged,
  grantKey: Key<'grant'>,
  binding: BindingRecord | undefined,
  grant: GrantRecord | undefined,
): string | undefined {
  if (binding && binding.current !== issuer)
    return `the store has bound the resource to ${shown(binding.current)}`;
  if (binding && boundAt(binding, issuer)?.grantKey !== grantKey)
    return 'the store has a login there, of another client';
  const isSame = grant === undefined || grant.refreshToken === tokens.refreshToken;
  return isSame ? undefined : 'the store has a login of its own there';
}

function recordsOf(
  { session, issuer, client, tokens, audience }: Judged,
  grantKey: Key<'grant'>,
  { metadataUrl, now = Date.now }: ImportOptions,
): { readonly binding: BindingRecord; readonly grant: GrantRecord } {
  const { issuer: _, ...registered } = client;
  // BIND-7: how it was obtained, not its look. By hand or not, its secret is here and not with the host.
  const kind: RegistrationKind = client.clientId === metadataUrl ? 'metadata-document' : 'dynamic';
  const { accessToken, refreshToken, granted = [] } = tokens;
  const at = now();
  const bound = { kind, clientId: client.clientId, grantKey, scopes: [...granted], boundAt: at };
  return {
    binding: { v: 1, session, current: issuer, servers: { [issuer]: bound } },
    grant: {
      v: 1,
      session,
      issuer,
      client: { ...registered, kind, redirectUris: [...client.redirectUris] },
      resource: audience,
      // Kept for sign-out, which revokes it. Its lifetime counts from an unknown time: it counts as run out.
      accessToken,
      expiresAt: at,
      refreshAt: at,
      refreshToken,
      requested: [...granted],
      granted: [...granted],
    },
  };
}

/**
 * A registration is of use where our user agent can receive at one of its redirect URIs; any other would send people
 * to a port where nobody listens. The grant does not need it: it carries its client. One that is there stays.
 */
async function importRegistration(records: Records, issuer: string, client: ClientRecord): Promise<void> {
  if (client.kind !== 'dynamic' || !client.redirectUris.some(isReceived)) return;
  const record = { v: 1, issuer, client } as const;
  await records.write(keys.registration(issuer, 'loopback'), record, undefined);
}

/** Where `loopbackUserAgent()` can listen: any port, at its usual host and path. */
function isReceived(redirectUri: string): boolean {
  const port = Number(urlOf(redirectUri)?.port ?? 0);
  return port > 0 && redirectUri === redirectUriAt({ host: '127.0.0.1', path: '/callback', port });
}
