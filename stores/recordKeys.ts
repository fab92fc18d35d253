// The keys of records: each says which kind of record it is of, to people, to the compiler and when it is read.
import { refuse } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import { shown } from '../protocol/text.ts';

/** Every kind of record. Each has a schema of this name, and the keys of its records start with it. */
const kinds = ['registration', 'grant', 'pending', 'device', 'binding', 'login', 'pin', 'spend'] as const;

/** What kind a record is of. */
export type RecordKind = (typeof kinds)[number];

declare const kind: unique symbol;

/** The key of a record of this kind. Plain text becomes one by `keys` only. */
export type Key<Of extends RecordKind = RecordKind> = string & { readonly [kind]: Of };

/** The keys of all records. What tells one record from another of its kind goes into its key. */
export const keys = {
  /** By issuer, and by the user agent, which decides the redirect URIs. */
  registration: (issuer: string, userAgent: string): Key<'registration'> =>
    key('registration', issuer, userAgent),
  /** By issuer and client: a token is of use to no other. */
  grant: (issuer: string, clientId: string, of: SessionId): Key<'grant'> =>
    key('grant', issuer, clientId, of.resource, of.subject, of.label),
  /** @param digest of the `state`, so that the key may be shown. */
  pending: (digest: string): Key<'pending'> => key('pending', digest),
  /** @param digest of the device code, so that the key may be shown. */
  device: (digest: string): Key<'device'> => key('device', digest),
  /** By the client id that came without an issuer. */
  pin: (clientId: string): Key<'pin'> => key('pin', clientId),
  /**
   * @param of the key of the record that is replaced.
   * @param also what else tells one replacement from another.
   */
  spend: (of: Key<'grant' | 'registration' | 'login'>, ...also: readonly string[]): Key<'spend'> =>
    key('spend', of, ...also),
  /** One for each session that ever logged in. */
  binding: (of: SessionId): Key<'binding'> => key('binding', of.resource, of.subject, of.label),
  /** One for each session that has a login under way. */
  login: (of: SessionId): Key<'login'> => key('login', of.resource, of.subject, of.label),
  /**
   * A key that has travelled as plain text, through the chart or in a snapshot.
   * @throws AuthError `internal` when it is not a key of this kind.
   */
  as: <Of extends RecordKind>(of: Of, text: string): Key<Of> =>
    isKey(of, text)
      ? text
      : refuse('internal', 'storing', `${shown(text)} is not the key of a ${of} record; nothing was read.`),
};

/** Whether this is a key of this kind. */
export function isKey<Of extends RecordKind>(of: Of, value: unknown): value is Key<Of> {
  return typeof value === 'string' && value.startsWith(`${of}:`);
}

function key<Of extends RecordKind>(of: Of, ...parts: readonly string[]): Key<Of> {
  return `${of}:${JSON.stringify(parts)}` as Key<Of>;
}

/**
 * The kind of a record.
 * @throws AuthError `internal` when the key was made elsewhere than here.
 */
export function kindOf<Of extends RecordKind>(at: Key<Of>): Of {
  for (const of of kinds) if (isKey(of, at)) return of as Of & typeof of;
  return refuse('internal', 'storing', `${shown(at)} is not the key of a record; nothing was read.`);
}
