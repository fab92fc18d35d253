// What is written into a store: eight kinds of records, as they are judged when they are read.
import * as z from 'zod/mini';
import { LONGEST_RETRY_AFTER } from '../protocol/retryAfter.ts';
import { isKey, type Key, type RecordKind } from './recordKeys.ts';

const text = z.string();
const texts = z.array(text);
const time = z.number();
/** The last moment that a Date can hold. Epoch milliseconds. @see ECMAScript §21.4.1.1 */
const LAST = 8.64e15;
/** When a token runs out, as far as anybody knows: what no clock can show is not known (S17). */
const end = z.catch(z.optional(z.number().check(z.gte(0), z.lte(LAST))), undefined);

// A record that names a record of another kind is corrupt: following it would set that one aside, or delete it.
const grantKey = z.custom<Key<'grant'>>((value) => isKey('grant', value));
const pendingKey = z.custom<Key<'pending'>>((value) => isKey('pending', value));

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
  grantTypes: z.optional(texts),
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
  /** Its server takes no refresh that does not name the scopes. */
  refreshNamesScope: z.optional(z.literal(true)),
});

/** The private JWK that a login is bound to. Judged where it is used: an unreadable one spoils only its grant. */
const dpopKey = z.record(text, z.unknown());

/** Where a server lets its clients manage their own registration, and with what. @see RFC 7592 §3 */
const management = z.object({ uri: text, token: text });

const registration = z.object({
  v: z.literal(1),
  issuer: text,
  client,
  /** Absent: its server does not manage registrations, or it was made by an older version. */
  management: z.optional(management),
  /** A person was awaited in vain with this client, and no login has succeeded with it since (REG-10). */
  awaitedInVain: z.optional(z.literal(true)),
});

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
  /** Its renewal was broken off: it brings nothing new, and lasts as long as its access token does. */
  givenUp: z.optional(z.literal(true)),
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
  /** Records of older versions do not tell. */
  createdAt: z.optional(time),
  /** The whole URL that came back. */
  response: z.optional(text),
  /** Written before the code is sent: a code is sent once, whatever happens (T26). */
  spent: z.optional(z.literal(true)),
  /** The engine that sends the code. */
  spentBy: z.optional(text),
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
  /** The method that the server accepted last, of a client that the host keeps. */
  authMethod: z.optional(authMethod),
  /** The same of what the server demands in refreshes; dynamic registrations have records of their own. */
  refreshNamesScope: z.optional(z.literal(true)),
  grantKey,
  /** Grants of clients that this one replaced; kept for sign-out. */
  formerGrantKeys: z.optional(z.array(grantKey)),
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

/** Why a login ended: for those who wait for it in other engines. It holds nothing of what a server said. */
const ended = z.object({
  code: text,
  phase: text,
  recovery: text,
  message: text,
  issuer: z.optional(text),
  otherIssuer: z.optional(text),
  /** When the server wants to be asked again, in milliseconds. A wait that nobody would wait is none. */
  retryAfter: z.catch(z.optional(z.number().check(z.gte(0), z.lte(LONGEST_RETRY_AFTER))), undefined),
});

/**
 * Which request a session has under way, and which engine holds it: made it, or took it over. No holder: its engine was
 * ended in good order. Stays, with why it ended, after a login that brought no grant.
 */
const login = z.object({
  v: z.literal(1),
  pendingKey,
  holder: z.optional(text),
  /** Its holder has taken it over from an engine that is gone, and has perhaps led nobody anywhere. */
  inherited: z.optional(z.literal(true)),
  /** Its holder is a page that is left for the authorization server, and ends with that. */
  leaves: z.optional(z.literal(true)),
  /** The engine that asks its holder whether it is still there. The holder takes the question away. */
  asked: z.optional(text),
  ended: z.optional(ended),
});

/**
 * Something that only one may do at a time is being done: a refresh token is spent, a client registered, a login
 * begun. Written before anything is sent, and gone when the outcome is stored. Whoever finds one waits, and never sends
 * that token again.
 */
const spend = z.object({
  v: z.literal(1),
  /** Names the engine that does it. */
  holder: text,
  /** The version of the record that it replaces; empty where there is none. */
  version: text,
});

/** What is in the records of each kind. */
export const schemas = {
  registration,
  grant,
  pending,
  device,
  binding,
  login,
  pin,
  spend,
} satisfies Readonly<Record<RecordKind, z.core.$ZodType>>;

/** What is in a record, by its kind. */
export type RecordValues = { readonly [Of in RecordKind]: z.infer<(typeof schemas)[Of]> };

/**
 * By which member a part of a record is known: when it changes, the part is another one, and what a newer version has
 * noted about the former one says nothing about it.
 */
export const identities: ReadonlyMap<z.core.$ZodType, string> = new Map<z.core.$ZodType, string>([
  [client, 'clientId'],
  [server, 'issuer'],
  [bound, 'clientId'],
]);

/** A client as a record holds it, with its secret. */
export type ClientRecord = z.infer<typeof client>;
/** Where and with what a registration is managed. */
export type ManagementRecord = z.infer<typeof management>;
/** A client that was registered at one issuer. */
export type RegistrationRecord = RecordValues['registration'];
/** The tokens of one session at one issuer, and the client that they were issued to. */
export type GrantRecord = RecordValues['grant'];
/** An authorization request that a person was, or will be, sent away with. */
export type PendingRecord = RecordValues['pending'];
/** A login that a person approves at another device. */
export type LoginRecord = z.infer<typeof login>;
/** A device authorization that a person is to approve elsewhere. */
export type DeviceRecord = RecordValues['device'];
/** Which server a resource is bound to, and was bound to before. */
export type BindingRecord = RecordValues['binding'];
/** Who replaces a record just now. */
export type SpendRecord = RecordValues['spend'];
/** What a binding says of one server. */
export type BoundRecord = z.infer<typeof bound>;

/** What a binding says of one issuer; never of a name that it inherits. */
export function boundAt(binding: BindingRecord | undefined, issuer: string): BoundRecord | undefined {
  return binding && Object.hasOwn(binding.servers, issuer) ? binding.servers[issuer] : undefined;
}

/** Every grant that a session has at some server. */
export function grantKeysOf(binding: BindingRecord | undefined): readonly Key<'grant'>[] {
  const all = Object.values(binding?.servers ?? {});
  return all.flatMap(({ grantKey, formerGrantKeys = [] }) => [grantKey, ...formerGrantKeys]);
}
