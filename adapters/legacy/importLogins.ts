// Writes found logins into our store, each under the issuer that it is from. No record is overwritten.
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

/** How `importLogins` imports. */
export interface ImportOptions {
  /** The issuer of logins whose records do not name one, as a person says. Without it such logins are not imported. */
  readonly issuer?: string;
  /** The subject of the sessions, as in `engine.session`. Default none. */
  readonly subject?: string;
  /** The label of the sessions, as in `engine.session`. Default none. */
  readonly label?: string;
  /** The URL of the host's own client metadata document. Any other client counts as registered dynamically. */
  readonly metadataUrl?: string;
  /** Write nothing, and return what would be done. Default false. */
  readonly dryRun?: boolean;
  /** Gives the time in epoch milliseconds. Default: the system clock. */
  readonly now?: () => number;
}

/** The outcome for one login. Holds no secret. */
export type ImportOutcome = Pick<FoundLogin, 'from' | 'resource' | 'older'> &
  (
    | { readonly outcome: 'imported'; readonly issuer: string; readonly clientId: string }
    /** Nothing was written: the store has records of its own there. */
    | { readonly outcome: 'kept'; readonly why: string }
    | { readonly outcome: 'not-imported'; readonly failure: Failure }
  );

/** What `importLogins` of `authchart/node` does: it says how. */
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

/** A login that may be imported: complete, renewable, and from one issuer. */
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
      `The resource cannot be used: ${verdict.reason}. Name another one.`,
    );
  }
  const { refreshToken } = tokens ?? {};
  if (!tokens) return incomplete('It holds no tokens');
  if (!client) return incomplete('It does not say to which client the tokens were issued');
  // It is not known when the access token expires, so it is never sent. The first use refreshes it.
  if (refreshToken === undefined) return incomplete('It has no refresh token');
  // The same spelling that the engine uses for its sessions.
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

function incomplete(why: string): never {
  return refuse('interaction_required', 'storing', `${why}. Log in again.`);
}

/**
 * The issuer of both client and tokens (BIND-10): what each record says, else what the person says. All must agree.
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
      `Two servers are named for it, ${shown(issuer)} and ${shown(other)}. It was not imported. Log in again.`,
      { issuer, otherIssuer: other },
    );
  }
  const isKnown = named !== undefined || (client.issuer !== undefined && tokens.issuer !== undefined);
  if (issuer === undefined || !isKnown) {
    return refuse(
      'credential_without_issuer',
      'storing',
      'It does not say which server issued it. Name the issuer if you know it, or log in again.',
    );
  }
  for (const verdict of [judgeIssuer(issuer), judgeAddress(issuer, resource)]) {
    if (verdict.ok) continue;
    const message = `Its issuer ${shown(issuer)} cannot be used: ${verdict.reason}. Log in again.`;
    refuse('address_refused', 'storing', message, { issuer });
  }
  return issuer;
}

type Written =
  | { readonly outcome: 'imported'; readonly issuer: string; readonly clientId: string }
  | { readonly outcome: 'kept'; readonly why: string };

/**
 * Writes binding, grant and registration, each only where there is none. The binding comes first. When the import is
 * interrupted after it, the resource is bound and nobody is logged in, as at the beginning of a login. The next run
 * then goes on, also with newer tokens.
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

/** Why the records of the store stay; nothing when there are none, or they are the same as those to write. */
function ownRecords(
  { issuer, tokens }: Judged,
  grantKey: Key<'grant'>,
  binding: BindingRecord | undefined,
  grant: GrantRecord | undefined,
): string | undefined {
  if (binding && binding.current !== issuer)
    return `the store binds the resource to ${shown(binding.current)}`;
  if (binding && boundAt(binding, issuer)?.grantKey !== grantKey)
    return 'the store already has a login there, of another client';
  const isSame = grant === undefined || grant.refreshToken === tokens.refreshToken;
  return isSame ? undefined : 'the store already has another login there';
}

function recordsOf(
  { session, issuer, client, tokens, audience }: Judged,
  grantKey: Key<'grant'>,
  { metadataUrl, now = Date.now }: ImportOptions,
): { readonly binding: BindingRecord; readonly grant: GrantRecord } {
  const { issuer: _, ...registered } = client;
  // BIND-7: the kind says how the registration was obtained. A client that was registered by hand counts as dynamic,
  // too, since its secret is in these records and not in the options of the host.
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
      // Kept so that sign-out can revoke it. It counts as expired, since the start of its lifetime is not known.
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
 * Imports a registration if our user agent can receive at one of its redirect URIs. With any other, people would be
 * redirected to a port where nothing listens. The grant does not need it, since it has its client with it. A
 * registration that is in the store stays.
 */
async function importRegistration(records: Records, issuer: string, client: ClientRecord): Promise<void> {
  if (client.kind !== 'dynamic' || !client.redirectUris.some(isReceived)) return;
  const record = { v: 1, issuer, client } as const;
  await records.write(keys.registration(issuer, 'loopback'), record, undefined);
}

/** Whether `loopbackUserAgent()` can listen there: at any port of its default host and path. */
function isReceived(redirectUri: string): boolean {
  const port = Number(urlOf(redirectUri)?.port ?? 0);
  return port > 0 && redirectUri === redirectUriAt({ host: '127.0.0.1', path: '/callback', port });
}
