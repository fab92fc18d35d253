// A gateway's sessions as their records in PostgreSQL: each told by its number, and copied there by the million.
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { SessionId } from '../../contract/facts.ts';
import { digestOf } from '../../stores/listening.ts';
import { printable } from '../../stores/printable.ts';
import {
  type BindingRecord,
  type ClientRecord,
  type GrantRecord,
  type Key,
  keys,
  type RecordKind,
} from '../../stores/records.ts';

/** A record as the store takes it. */
export interface Entry<Of extends RecordKind = RecordKind> {
  readonly key: Key<Of>;
  readonly text: string;
}

const services = ['files', 'mail', 'calendar', 'tickets'];
const people = ['ana', 'josé', '李', 'omar'];
const scopes = ['read', 'write', 'offline_access'];
const client: ClientRecord = {
  kind: 'metadata-document',
  clientId: 'https://gateway.example/client.json',
  authMethod: 'none',
  redirectUris: ['https://gateway.example/callback'],
};

/** Each person has a session at each service. */
function sessionOf(number: number): SessionId {
  const person = Math.floor(number / services.length);
  return {
    resource: `https://${services[number % services.length]}.example/mcp`,
    subject: `${people[person % people.length]}-${person}@example.org`,
    label: '',
  };
}

export function grantOf(number: number): Entry<'grant'> {
  const session = sessionOf(number);
  const issuer = issuerOf(number);
  const grant: GrantRecord = {
    v: 1,
    session,
    issuer,
    client,
    resource: session.resource,
    accessToken: digestOf(`access ${number}`),
    refreshToken: digestOf(`refresh ${number}`),
    expiresAt: 1_800_000_000_000 + number,
    refreshAt: 1_799_999_700_000 + number,
    requested: scopes,
    granted: scopes,
  };
  return { key: keys.grant(issuer, client.clientId, session), text: JSON.stringify(grant) };
}

export function bindingOf(number: number): Entry<'binding'> {
  const session = sessionOf(number);
  const issuer = issuerOf(number);
  const { kind, clientId } = client;
  const grantKey = keys.grant(issuer, clientId, session);
  const bound = { kind, clientId, grantKey, formerGrantKeys: [], scopes, boundAt: 1_799_999_000_000 };
  const binding: BindingRecord = { v: 1, session, current: issuer, servers: { [issuer]: bound } };
  return { key: keys.binding(session), text: JSON.stringify(binding) };
}

const issuerOf = (number: number): string => `https://login.example/${services[number % services.length]}`;

/** Sessions in one piece of the stream. */
const PIECE = 500;

/**
 * The grants and bindings of so many sessions, by one COPY.
 * @param onProgress told now and then how many sessions were sent.
 */
export async function copySessions(
  pool: Pool,
  table: string,
  sessions: number,
  onProgress: (sent: number) => void = () => {},
): Promise<void> {
  const connection = await pool.connect();
  try {
    const rows = connection.query(copyFrom(`COPY ${table} (id, key, version, body) FROM STDIN`));
    await pipeline(Readable.from(pieces(sessions, onProgress)), rows);
  } finally {
    connection.release();
  }
}

function* pieces(sessions: number, onProgress: (sent: number) => void): Generator<string> {
  for (let from = 0; from < sessions; from += PIECE) {
    let piece = '';
    for (let number = from; number < Math.min(from + PIECE, sessions); number += 1) {
      piece += lineOf(grantOf(number)) + lineOf(bindingOf(number));
    }
    yield piece;
    onProgress(Math.min(from + PIECE, sessions));
  }
}

/** A row in the text format of COPY: what is printable has no tab and no line end, but the backslash is its escape. */
function lineOf({ key, text }: Entry): string {
  const name = printable(key);
  const values = [`\\x${digestOf(name)}`, name, randomUUID(), printable(text)];
  return `${values.map((value) => value.replaceAll('\\', '\\\\')).join('\t')}\n`;
}
