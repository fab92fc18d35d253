// What a test world may be told when it is made, and the judges of it.
import type { ClientAuthMethod } from '../../contract/facts.ts';
import {
  invalid,
  type Judge,
  list,
  membersOf,
  must,
  object,
  oneOf,
  optional,
  type Shape,
} from '../../protocol/options.ts';
import { callback } from '../../protocol/optionValues.ts';
import type { TestRequest } from './record.ts';

/** A client that was registered at a server by hand. */
export interface TestClient {
  readonly clientId: string;
  /** Default: none, and the client is public. */
  readonly clientSecret?: string;
  /** How it authenticates itself. Default: `client_secret_basic` with a secret, else `none`. */
  readonly authMethod?: Extract<ClientAuthMethod, 'none' | 'client_secret_basic' | 'client_secret_post'>;
  /** Where its answers may be sent. A loopback address stands for all of its ports. Default: none. */
  readonly redirectUris?: readonly string[];
  /** Grants that it may ask for. Default: code and refresh token; with a secret also client credentials. */
  readonly grantTypes?: readonly string[];
}

/** An authorization server of a world. */
export interface TestServerOptions {
  /** The path of its issuer, such as `/tenant`. Default: none. */
  readonly path?: string;
  /** Which of the two well-known documents it has. Default `oauth`. @see RFC 8414 §3, OpenID Connect Discovery 1.0 §4 */
  readonly metadata?: 'oauth' | 'openid';
  /** Whether clients may register themselves. Default true. @see RFC 7591 */
  readonly registration?: boolean;
  /** Whether a client id may be the URL of a document: see `publish`. Default true. */
  readonly metadataDocuments?: boolean;
  /** Clients that were registered by hand. Default none. */
  readonly clients?: readonly TestClient[];
  /** Whether a refresh token works once, always, or is not issued. Default `rotate`. @see RFC 9700 §4.14.2 */
  readonly refreshTokens?: 'rotate' | 'keep' | 'none';
  /** Whether its responses say who sent them. Default true. @see RFC 9207 */
  readonly sendsIssuer?: boolean;
  /** Whether it refuses requests without `resource`, which MCP asks of all clients. Default true. @see RFC 8707 */
  readonly requiresResource?: boolean;
}

/** A protected resource of a world. */
export interface TestResourceOptions {
  /** Names of the servers that it lists, the one in charge first. Default: the first server of the world. */
  readonly servers?: readonly string[];
  /** The path of its URL. Default `/mcp`. */
  readonly path?: string;
  /** The scopes that it lists. Default: those of the world. */
  readonly scopes?: readonly string[];
  /** The scopes that each request to it needs. Default: the first that it lists. */
  readonly needs?: readonly string[];
  /** Answers a request that was allowed: an app of your own, such as an MCP server. Default: `{"ok":true}`. */
  readonly serve?: (request: TestRequest) => Response | Promise<Response>;
}

/** What `createTestWorld` may be told. Every name is yours; it stands in lines and sentences. */
export interface TestWorldOptions {
  /** Authorization servers by name. Default `{ a: {}, b: {} }`. */
  readonly servers?: Readonly<Record<string, TestServerOptions>>;
  /** Resources by name; the first one is `world.resource`. Default `{ resource: {} }`. */
  readonly resources?: Readonly<Record<string, TestResourceOptions>>;
  /** The scopes that servers know. Default `['read', 'write']`. */
  readonly scopes?: readonly string[];
  /** How long access tokens live, in milliseconds. Default 5 minutes. */
  readonly accessTokenLifetime?: number;
  /** Where the clock begins, in epoch milliseconds. Default: now. */
  readonly start?: number;
}

/** The options with their defaults. */
export interface WorldPlan {
  readonly servers: Readonly<Record<string, TestServerOptions>>;
  readonly resources: Readonly<Record<string, TestResourceOptions>>;
  readonly scopes: readonly string[];
  readonly accessTokenLifetime: number;
  readonly start: number | undefined;
}

const text = must('a text that is not empty', (value) => typeof value === 'string' && value !== '');
const yesOrNo = must('true or false', (value) => typeof value === 'boolean');
const path = must(
  'a path such as "/tenant"',
  (value) => typeof value === 'string' && /^\/[\w\-./~]*$/.test(value),
);
const scope = must(
  'a scope: a text without spaces',
  (value) => typeof value === 'string' && /^[!#-[\]-~]+$/.test(value),
);
const scopes = list('scopes', scope);
const milliseconds = must(
  'a number of milliseconds, above 0',
  (value) => Number.isFinite(value) && Number(value) > 0,
);

const client: Shape<TestClient> = {
  clientId: text,
  clientSecret: optional(text),
  authMethod: optional(oneOf({ none: true, client_secret_basic: true, client_secret_post: true })),
  redirectUris: optional(list('redirect URIs', text)),
  grantTypes: optional(list('grant types', text)),
};

const server: Shape<TestServerOptions> = {
  path: optional(path),
  metadata: optional(oneOf({ oauth: true, openid: true })),
  registration: optional(yesOrNo),
  metadataDocuments: optional(yesOrNo),
  clients: optional(list('clients', object(client))),
  refreshTokens: optional(oneOf({ rotate: true, keep: true, none: true })),
  sendsIssuer: optional(yesOrNo),
  requiresResource: optional(yesOrNo),
};

const resource: Shape<TestResourceOptions> = {
  servers: optional(list('names of servers', text)),
  path: optional(path),
  scopes: optional(scopes),
  needs: optional(scopes),
  serve: optional(callback),
};

/** Names stand in host names. */
const nameOfPlace = /^[a-z][a-z0-9-]{0,30}$/;

function named(shape: Judge): Judge {
  return (value, at) => {
    const members = Object.entries(membersOf(value, at));
    if (members.length === 0) invalid(`${at} must have at least one member.`);
    for (const [name, one] of members) {
      if (!nameOfPlace.test(name)) invalid(`${at} must have names of small letters, digits and hyphens.`);
      shape(one, `${at}.${name}`);
    }
  };
}

const shape: Shape<TestWorldOptions> = {
  servers: optional(named(object(server))),
  resources: optional(named(object(resource))),
  scopes: optional(scopes),
  accessTokenLifetime: optional(milliseconds),
  start: optional(milliseconds),
};

/** @throws AuthError `config_invalid` for an option that cannot be used. */
export function planOf(options: TestWorldOptions): WorldPlan {
  object(shape)(options, '');
  const { servers = { a: {}, b: {} }, resources = { resource: {} } } = options;
  for (const [name, { servers: listed = [] }] of Object.entries(resources)) {
    if (Object.hasOwn(servers, name))
      invalid(`${name} is the name of a server and of a resource; rename one.`);
    const stranger = listed.find((one) => !Object.hasOwn(servers, one));
    if (stranger !== undefined) invalid(`resources.${name}.servers names a server that is not there.`);
  }
  return {
    servers,
    resources,
    scopes: options.scopes ?? ['read', 'write'],
    accessTokenLifetime: options.accessTokenLifetime ?? 300_000,
    start: options.start,
  };
}
