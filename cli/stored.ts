// What the store knows about each session, without tokens: for `status` and for results.
import { AuthError, type Failure } from '../contract/errors.ts';
import type { RegistrationKind, SessionId } from '../contract/facts.ts';
import { shown } from '../protocol/text.ts';
import { identifies } from '../protocol/wellKnown.ts';
import { type BindingRecord, keys, type Records } from '../stores/records.ts';
import { shellWord } from './words.ts';

/** One session in the store. Times are ISO 8601. */
export interface StoredSession {
  readonly resource: string;
  readonly subject?: string;
  readonly label?: string;
  /** The authorization server that the resource is bound to. */
  readonly issuer: string;
  readonly registration: RegistrationKind;
  readonly clientId: string;
  /** The servers that the resource was bound to before. */
  readonly before: readonly string[];
  /** Absent when nobody is logged in any more. */
  readonly grant?: {
    readonly scopes: readonly string[];
    /** Absent when the server did not say. */
    readonly expiresAt?: string;
    readonly renewable: boolean;
  };
}

/**
 * Reads all sessions of the store.
 * @param onTrouble Called for each session that cannot be read. The others are read all the same.
 */
export async function storedSessions(
  records: Records,
  onTrouble: (failure: Failure) => void,
): Promise<readonly StoredSession[]> {
  const found: StoredSession[] = [];
  for (const key of [...(await records.bindings())].sort()) {
    try {
      const binding = (await records.read(key))?.value;
      const session = binding && (await sessionIn(records, binding));
      if (session) found.push(session);
    } catch (thrown) {
      if (!(thrown instanceof AuthError)) throw thrown;
      onTrouble(thrown.toFailure());
    }
  }
  return found;
}

/**
 * Reads one session of the store.
 * @returns nothing when the store has none.
 * @throws AuthError `record_newer`, `store_failed`
 */
export async function storedSession(records: Records, id: SessionId): Promise<StoredSession | undefined> {
  const binding = (await records.read(keys.binding(id)))?.value;
  return binding && sessionIn(records, binding);
}

async function sessionIn(records: Records, binding: BindingRecord): Promise<StoredSession | undefined> {
  const { session, current, servers } = binding;
  const bound = servers[current];
  if (!bound) return undefined;
  const grant = (await records.read(bound.grantKey))?.value;
  return {
    resource: session.resource,
    ...(session.subject !== '' && { subject: session.subject }),
    ...(session.label !== '' && { label: session.label }),
    issuer: current,
    registration: bound.kind,
    clientId: bound.clientId,
    before: Object.keys(servers).filter((issuer) => issuer !== current),
    ...(grant?.issuer === current && {
      grant: {
        scopes: grant.granted,
        ...(grant.expiresAt !== undefined && { expiresAt: new Date(grant.expiresAt).toISOString() }),
        renewable: grant.refreshToken !== undefined,
      },
    }),
  };
}

/** Whether a session has this subject and this label. What is undefined matches all. */
export function belongsTo(
  session: StoredSession,
  { subject, label }: { readonly subject?: string; readonly label?: string },
): boolean {
  return (
    (subject === undefined || subject === (session.subject ?? '')) &&
    (label === undefined || label === (session.label ?? ''))
  );
}

/** The resource whose login is used for a URL: the URL itself, else the longest URL above it. */
export function coveringResource(sessions: readonly StoredSession[], url: string): string {
  const covering = sessions.map(({ resource }) => resource).filter((one) => identifies(one, url) !== 'no');
  const exact = covering.find((one) => identifies(one, url) === 'exact');
  return exact ?? covering.sort((a, b) => b.length - a.length)[0] ?? url;
}

/**
 * The flags of the other logins that a person has for a URL; nothing where there are none.
 * @param flags those of the login that was asked for.
 */
export function otherLoginsAt(
  sessions: readonly StoredSession[],
  url: string,
  { subject = '', label = '' }: { readonly subject?: string; readonly label?: string },
): string | undefined {
  const others = sessions.filter(
    (one) =>
      one.grant !== undefined &&
      identifies(one.resource, url) !== 'no' &&
      !belongsTo(one, { subject, label }),
  );
  if (others.length === 0) return undefined;
  return `There are other logins there: ${[...new Set(others.map(flagsOf))].join(', ')}.`;
}

function flagsOf({ subject, label }: StoredSession): string {
  const flags = [
    ...(label === undefined ? [] : [`--label ${shellWord(shown(label))}`]),
    ...(subject === undefined ? [] : [`--subject ${shellWord(shown(subject))}`]),
  ];
  return flags.length === 0 ? 'one without --label' : flags.join(' ');
}
