// What is written into a store: eight kinds of records, their keys, and typed access to them.
import * as z from 'zod/mini';
import { AuthError, refuse } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import { readObject } from '../protocol/json.ts';
import type { Store } from './store.ts';

const text = z.string();
const texts = z.array(text);
const time = z.number();
/** The last moment that a Date can hold. Epoch milliseconds. @see ECMAScript §21.4.1.1 */
const LAST = 8.64e15;
/** When a token runs out, as far as anybody knows: what no clock can show is not known (S17). */
const end = z.catch(z.optional(z.number().check(z.gte(0), z.lte(LAST))), undefined);

const session = z.object({ resource: text, subject: text, label: text });
const kind = z.enum(['pre-registered', 'metadata-document', 'dynamic']);
const authMethod = z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']);

const server = z.object({
  issuer: text,
  authorizationEndpoint: z.optional(text),
  tokenEndpoint: text,
  registrationEndpoint: z.optional(text),
  revocationEndpoint: z.optional(text),
  deviceAuthorizationEndpoint: z.optional(text),
  pushedAuthorizationRequestEndpoint: z.optional(text),
  requiresPush: z.optional(z.boolean()),
  scopesSupported: texts,
  authMethods: texts,
  dpopAlgorithms: z.optional(texts),
  pkce: z.enum(['S256', 'unknown']),
  sendsIssuer: z.boolean(),
  acceptsMetadataDocuments: z.boolean(),
});

/** A client with what it needs to authenticate. Secrets of pre-registered clients stay with the host. */
const client = z.object({
  kind,
  clientId: text,
  clientSecret: z.optional(text),
  secretExpiresAt: z.optional(time),
  authMethod,
  redirectUris: texts,
});

/** The private JWK that a login is bound to. Judged where it is used: an unreadable one spoils only its grant. */
const dpopKey = z.record(text, z.unknown());

const registration = z.object({ v: z.literal(1), issuer: text, client });

const grant = z.object({
  v: z.literal(1),
  session,
  issuer: text,
  client,
  /** The `resource` parameter that it was asked for with, byte for byte. */
  resource: text,
  accessToken: text,
  /** Absent: Bearer. */
  tokenType: z.optional(z.literal('DPoP')),
  /** Used at the token endpoint wherever it is there, and at the resource where the token is bound to it. */
  dpopKey: z.optional(dpopKey),
  refreshToken: z.optional(text),
  /** Refresh tokens of logins that this one replaced: they live on at the server until sign-out revokes them. */
  superseded: z.optional(texts),
  expiresAt: end,
  refreshAt: end,
  requested: texts,
  granted: texts,
});

const pending = z.object({
  v: z.literal(1),
  session,
  server,
  client,
  redirectUri: text,
  resource: text,
  state: text,
  verifier: text,
  dpopKey: z.optional(dpopKey),
  url: text,
  requested: texts,
  expiresAt: time,
  /** The whole URL that came back. */
  response: z.optional(text),
  /** Written before the code is sent: a code is sent once, whatever happens (T26). */
  spent: z.optional(z.literal(true)),
});

/** A device authorization that a person is to approve elsewhere. @see RFC 8628 §3.2 */
const device = z.object({
  v: z.literal(1),
  session,
  server,
  client,
  resource: text,
  deviceCode: text,
  userCode: text,
  verificationUri: text,
  verificationUriComplete: z.optional(text),
  /** Milliseconds between two polls. */
  interval: time,
  requested: texts,
  expiresAt: time,
});

/** One server that a resource was bound to. Outlives the grant, so that its scopes and client are found again. */
const bound = z.object({
  kind,
  clientId: text,
  grantKey: text,
  /** Grants of clients that this one replaced; kept for sign-out. */
  formerGrantKeys: z.optional(texts),
  scopes: texts,
  boundAt: time,
});

const binding = z.object({
  v: z.literal(1),
  session,
  current: text,
  servers: z.record(text, bound),
});

/** The one issuer of a client whose credentials came without one. */
const pin = z.object({ v: z.literal(1), clientId: text, issuer: text });

/** Which request a session has under way, and which engine made it. */
const login = z.object({ v: z.literal(1), pendingKey: text, holder: z.optional(text) });

/**
 * Something that only one may do at a time is being done: a refresh token is spent, a client registered. Written before
 * anything is sent, and gone when the outcome is stored. Whoever finds one waits, and never sends that token again.
 */
const spend = z.object({
  v: z.literal(1),
  /** Names the engine that does it. */
  holder: text,
  /** The version of the record that it replaces; empty where there is none. */
  version: text,
});

/** What a binding says of one issuer; never of a name that it inherits. */
export function boundAt(binding: BindingRecord | undefined, issuer: string): BoundRecord | undefined {
  return binding && Object.hasOwn(binding.servers, issuer) ? binding.servers[issuer] : undefined;
}

/** Every grant that a session has at some server. */
export function grantKeysOf(binding: BindingRecord | undefined): readonly string[] {
  const all = Object.values(binding?.servers ?? {});
  return all.flatMap(({ grantKey, formerGrantKeys = [] }) => [grantKey, ...formerGrantKeys]);
}

export type ClientRecord = z.infer<typeof client>;
export type RegistrationRecord = z.infer<typeof registration>;
export type GrantRecord = z.infer<typeof grant>;
export type PendingRecord = z.infer<typeof pending>;
export type DeviceRecord = z.infer<typeof device>;
export type BindingRecord = z.infer<typeof binding>;
type BoundRecord = z.infer<typeof bound>;
type LoginRecord = z.infer<typeof login>;
type PinRecord = z.infer<typeof pin>;
type SpendRecord = z.infer<typeof spend>;

interface RecordTypes {
  registration: RegistrationRecord;
  grant: GrantRecord;
  pending: PendingRecord;
  binding: BindingRecord;
  login: LoginRecord;
  device: DeviceRecord;
  pin: PinRecord;
  spend: SpendRecord;
}
type Kind = keyof RecordTypes;

const schemas = { registration, grant, pending, device, binding, login, pin, spend };

const key = (of: Kind, ...parts: readonly string[]): string => `${of}:${JSON.stringify(parts)}`;

export const keys = {
  /** By issuer, and by the user agent, which decides the redirect URIs. */
  registration: (issuer: string, userAgent: string): string => key('registration', issuer, userAgent),
  grant: (issuer: string, clientId: string, of: SessionId): string =>
    key('grant', issuer, clientId, of.resource, of.subject, of.label),
  /** @param digest of the `state`, so that the key may be shown. */
  pending: (digest: string): string => key('pending', digest),
  device: (digest: string): string => key('device', digest),
  pin: (clientId: string): string => key('pin', clientId),
  /** @param of the key of the record that is replaced, and what else tells one from another. */
  spend: (...of: readonly string[]): string => key('spend', ...of),
  binding: (of: SessionId): string => key('binding', of.resource, of.subject, of.label),
  login: (of: SessionId): string => key('login', of.resource, of.subject, of.label),
};

export interface Versioned<Value> {
  readonly version: string;
  readonly value: Value;
}

/** How often a lost race is run again before it is reported. */
const RACES = 8;

/** Typed access to a store. Corrupt records are set aside and count as absent; newer ones are left alone. */
export class Records {
  readonly #store: Store;
  readonly #onSetAside: (key: string) => void;

  constructor(store: Store, onSetAside: (key: string) => void = () => {}) {
    this.#store = store;
    this.#onSetAside = onSetAside;
  }

  /** @throws AuthError `record_newer`, `store_failed` */
  async read<Of extends Kind>(of: Of, at: string): Promise<Versioned<RecordTypes[Of]> | undefined> {
    const stored = await this.#get(at);
    if (!stored) return undefined;
    const object = readObject(stored.text);
    if (object && typeof object['v'] === 'number' && object['v'] > 1) refuseNewer(at);
    const parsed = z.safeParse(schemas[of], object);
    if (parsed.success) return { version: stored.version, value: parsed.data as RecordTypes[Of] };
    await this.#store.setAside(at, stored.version);
    this.#onSetAside(at);
    return undefined;
  }

  async #get(at: string): ReturnType<Store['get']> {
    try {
      return await this.#store.get(at);
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'record_corrupt') throw error;
      this.#onSetAside(at); // The home did it already.
      return undefined;
    }
  }

  /**
   * Writes over the version that was read (`undefined`: over nothing).
   * @returns the new version, or nothing when somebody else was faster.
   */
  write<Of extends Kind>(
    _of: Of,
    at: string,
    value: RecordTypes[Of],
    expected: string | undefined,
  ): Promise<string | undefined> {
    return this.#store.put(at, JSON.stringify(value), expected);
  }

  /**
   * Reads, changes and writes until nobody came in between.
   * @param change returns the new value, or nothing to leave it as it is.
   * @throws AuthError `store_conflict`
   */
  async update<Of extends Kind>(
    of: Of,
    at: string,
    change: (value: RecordTypes[Of] | undefined) => RecordTypes[Of] | undefined,
  ): Promise<Versioned<RecordTypes[Of]> | undefined> {
    for (let race = 0; race < RACES; race += 1) {
      const before = await this.read(of, at);
      const value = change(before?.value);
      if (!value) return before;
      const version = await this.write(of, at, value, before?.version);
      if (version !== undefined) return { version, value };
    }
    return refuse(
      'store_conflict',
      'storing',
      'The store is written to from too many sides at once; try again.',
    );
  }

  /** Deletes this version; false when the record has moved on. */
  remove(at: string, version: string): Promise<boolean> {
    return this.#store.delete(at, version);
  }

  /** Deletes whatever is there: for what a person wants forgotten. */
  async forget(at: string): Promise<void> {
    for (let race = 0; race < RACES; race += 1) {
      const stored = await this.#get(at);
      if (!stored || (await this.#store.delete(at, stored.version))) return;
    }
    refuse('store_conflict', 'storing', 'A record to be deleted is written to again and again; try again.');
  }

  /** Ends when one of these records may have changed, or with the signal, or never: homes need not tell. */
  async changed(at: readonly string[], signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const ends: (() => void)[] = [];
    await new Promise<void>((resolve) => {
      const stop = (): void => resolve();
      signal.addEventListener('abort', stop, { once: true });
      // Nothing is left on the signal: it may outlive ten thousand changes (C12).
      ends.push(() => signal.removeEventListener('abort', stop));
      for (const key of at) ends.push(this.#store.watch?.(key, resolve) ?? (() => {}));
    });
    for (const end of ends) end();
  }

  /** Keys of all bindings: one for each session that ever logged in. */
  bindings(): Promise<readonly string[]> {
    return this.#store.list('binding:');
  }
}

function refuseNewer(at: string): never {
  refuse(
    'record_newer',
    'storing',
    `The record ${at} was written by a newer version of authchart; update this one, the record was left alone.`,
  );
}
