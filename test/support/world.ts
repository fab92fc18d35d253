// A scripted world on loopback: one resource and two authorization servers that do as they are told, over real HTTP.
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Place = 'resource' | 'a' | 'b';

/** A request as it arrived, whole: it holds secrets. */
export interface Received {
  readonly at: Place;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as a form, for token requests. */
  readonly form: URLSearchParams;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON, texts as they are. */
  readonly body?: unknown;
  /** The connection is cut instead. */
  readonly cut?: true;
}

/** Says how to answer; nothing: as a correct server would. */
export type Script = (request: Received, world: World) => Answer | undefined | Promise<Answer | undefined>;

type Json = Record<string, unknown>;

const RESOURCE_METADATA = '/.well-known/oauth-protected-resource';

interface Issued {
  readonly issuer: 'a' | 'b';
  readonly scope: string;
}

/** Start it with `startWorld`. Documents and scripts may be changed at any time. */
export class World {
  /** Everything that arrived, oldest first. */
  readonly received: Received[] = [];
  /** The same with what was answered, in the order of the answers. */
  readonly exchanges: { readonly request: Received; readonly answer: Answer }[] = [];
  /** Answers by `place METHOD /path`, looked at first: `a POST /token`. */
  readonly scripts = new Map<string, Script>();
  readonly origins: Record<Place, string>;
  /** The documents that a correct server would serve; change members to make it another. */
  readonly documents: { resource: Json; a: Json; b: Json };
  /** Further resources by path, each with its metadata: see `addResource`. */
  readonly resources = new Map<string, Json>();
  /** Where the challenges of `/mcp` point; null: nowhere. */
  pointer: string | null;
  /** Scopes that a token needs at the resource, by the text of the request's body; null: none. */
  needs: (request: Received) => string | null = () => null;
  /** Seconds that access tokens live, as servers say. Undefined: they say nothing. */
  expiresIn: number | undefined = 300;
  readonly accessTokens = new Map<string, Issued>();
  readonly refreshTokens = new Map<string, Issued & { readonly clientId: string }>();
  readonly codes = new Map<string, Issued & { readonly challenge: string; readonly clientId: string }>();
  readonly #servers: readonly Server[];

  constructor(servers: Record<Place, Server>) {
    this.#servers = Object.values(servers);
    const originOf = (place: Place) => `http://127.0.0.1:${(servers[place].address() as AddressInfo).port}`;
    this.origins = { resource: originOf('resource'), a: originOf('a'), b: originOf('b') };
    this.documents = {
      resource: {
        resource: `${this.origins.resource}/mcp`,
        authorization_servers: [this.origins.a],
        scopes_supported: ['read'],
      },
      a: serverDocument(this.origins.a),
      b: serverDocument(this.origins.b),
    };
    this.pointer = `${this.origins.resource}${RESOURCE_METADATA}/mcp`;
  }

  get resource(): string {
    return `${this.origins.resource}/mcp`;
  }

  /** The resource now names this server, and takes the tokens of no other. */
  moveTo(place: 'a' | 'b'): void {
    this.documents.resource['authorization_servers'] = [this.origins[place]];
  }

  /** Another resource at this path, which names these servers; @returns its URL. */
  addResource(path: `/${string}`, ...places: readonly ('a' | 'b')[]): string {
    const resource = `${this.origins.resource}${path}`;
    const servers = places.map((place) => this.origins[place]);
    this.resources.set(path, { resource, authorization_servers: servers });
    return resource;
  }

  /** What arrived, one `place METHOD /path` for each request, or `METHOD /path` of one place. */
  lines(at?: Place): readonly string[] {
    const all = at === undefined ? this.received : this.requests(at);
    return all.map((one) => `${at === undefined ? `${one.at} ` : ''}${one.method} ${one.path}`);
  }

  /** Answers one kind of request by a script: `world.script('a POST /token', () => ({ status: 503 }))`. */
  script(of: `${Place} ${string} /${string}`, script: Script): void {
    this.scripts.set(of, script);
  }

  /** What arrived at one place, or all that has this method and path there. */
  requests(at: Place, method?: string, path?: string): readonly Received[] {
    return this.received.filter(
      (one) =>
        one.at === at &&
        (method === undefined || one.method === method) &&
        (path === undefined || one.path === path),
    );
  }

  /** Every access token issued so far, or by one server, is refused from now on; refresh tokens still work. */
  expireAccessTokens(by?: 'a' | 'b'): void {
    for (const [token, { issuer }] of this.accessTokens)
      if (by === undefined || by === issuer) this.accessTokens.delete(token);
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  async answer(request: Received): Promise<Answer> {
    const scripted = await this.scripts.get(`${request.at} ${request.method} ${request.path}`)?.(
      request,
      this,
    );
    return scripted ?? this.correctly(request);
  }

  /** What a correct server answers: for scripts that only add to it. */
  correctly(request: Received): Answer {
    return request.at === 'resource' ? this.#asResource(request) : this.#asServer(request.at, request);
  }

  #asResource(request: Received): Answer {
    const { path } = request;
    const isMetadata = path.startsWith(`${RESOURCE_METADATA}/`);
    const document = this.#resourceAt(isMetadata ? path.slice(RESOURCE_METADATA.length) : path);
    if (!document) return { status: 404 };
    if (isMetadata) return { body: document };
    const pointer = path === '/mcp' ? this.pointer : `${this.origins.resource}${RESOURCE_METADATA}${path}`;
    const metadata = pointer === null ? 'realm="world"' : `resource_metadata="${pointer}"`;
    const token = /^Bearer (.+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    const issued = token === undefined ? undefined : this.accessTokens.get(token);
    const responsible = document['authorization_servers'] as readonly string[];
    if (!issued || !responsible.includes(String(this.documents[issued.issuer]['issuer']))) {
      const error = token === undefined ? '' : ', error="invalid_token"';
      return { status: 401, headers: { 'www-authenticate': `Bearer ${metadata}${error}` } };
    }
    const needed = this.needs(request);
    if (needed !== null && !needed.split(' ').every((scope) => issued.scope.split(' ').includes(scope))) {
      const challenge = `Bearer error="insufficient_scope", scope="${needed}", ${metadata}`;
      return { status: 403, headers: { 'www-authenticate': challenge } };
    }
    return { body: { ok: true } };
  }

  #resourceAt(path: string): Json | undefined {
    return path === '/mcp' ? this.documents.resource : this.resources.get(path);
  }

  #asServer(at: 'a' | 'b', request: Received): Answer {
    switch (`${request.method} ${request.path}`) {
      case 'GET /.well-known/oauth-authorization-server':
        return { body: this.documents[at] };
      case 'POST /register':
        return {
          status: 201,
          body: { ...JSON.parse(request.body), client_id: `client-${at}-${randomUUID()}` },
        };
      case 'GET /authorize':
        return this.#authorize(at, request.query);
      case 'POST /token':
        return this.#issue(at, request.form);
      case 'POST /revoke':
        return {};
      default:
        return { status: 404 };
    }
  }

  #authorize(at: 'a' | 'b', query: URLSearchParams): Answer {
    const code = `code-${at}-${randomUUID()}`;
    this.codes.set(code, {
      issuer: at,
      scope: query.get('scope') ?? '',
      challenge: query.get('code_challenge') ?? '',
      clientId: query.get('client_id') ?? '',
    });
    const location = new URL(query.get('redirect_uri') ?? '');
    location.searchParams.set('code', code);
    location.searchParams.set('state', query.get('state') ?? '');
    location.searchParams.set('iss', String(this.documents[at]['issuer']));
    return { status: 302, headers: { location: location.href } };
  }

  #issue(at: 'a' | 'b', form: URLSearchParams): Answer {
    const source = form.get('grant_type') === 'refresh_token' ? this.refreshTokens : this.codes;
    const name = form.get('grant_type') === 'refresh_token' ? 'refresh_token' : 'code';
    const spent = source.get(form.get(name) ?? '');
    source.delete(form.get(name) ?? '');
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (spent?.issuer !== at || ('challenge' in spent && spent.challenge !== verifier)) {
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    return { body: this.mint(at, spent.scope, spent.clientId) };
  }

  /** A server that grants every token request as it comes, and gives no refresh token. */
  issueDirectly(at: 'a' | 'b'): void {
    this.script(`${at} POST /token`, ({ form }) => {
      const { refresh_token: _, ...body } = this.mint(at, form.get('scope') ?? '', '');
      return { body };
    });
  }

  /** A token answer whose tokens this world knows. */
  mint(issuer: 'a' | 'b', scope: string, clientId: string): Json {
    const access = `access-${issuer}-${randomUUID()}`;
    const refresh = `refresh-${issuer}-${randomUUID()}`;
    this.accessTokens.set(access, { issuer, scope });
    this.refreshTokens.set(refresh, { issuer, scope, clientId });
    return {
      access_token: access,
      token_type: 'Bearer',
      refresh_token: refresh,
      ...(this.expiresIn !== undefined && { expires_in: this.expiresIn }),
      ...(scope !== '' && { scope }),
    };
  }
}

function serverDocument(issuer: string): Json {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    revocation_endpoint: `${issuer}/revoke`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    authorization_response_iss_parameter_supported: true,
  };
}

/** Starts the three servers on ephemeral ports of 127.0.0.1. Close it at the end of the test. */
export async function startWorld(): Promise<World> {
  const box: { world?: World } = {};
  const start = (at: Place): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((request, response) => {
        void read(at, request).then(async (received) => {
          if (!box.world) return;
          box.world.received.push(received);
          const answer = await box.world.answer(received);
          box.world.exchanges.push({ request: received, answer });
          const { status = 200, headers = {}, body, cut } = answer;
          if (cut) return void request.socket.destroy();
          const isText = typeof body === 'string';
          const type = body === undefined || isText ? {} : { 'content-type': 'application/json' };
          response.writeHead(status, { ...type, ...headers });
          response.end(body === undefined || isText ? (body ?? '') : JSON.stringify(body));
        });
      });
      // Clients close idle connections: on a busy machine a request would meet one that the server is just closing.
      server.keepAliveTimeout = 0;
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
  const [resource, a, b] = await Promise.all([start('resource'), start('a'), start('b')]);
  box.world = new World({ resource, a, b });
  return box.world;
}

async function read(at: Place, request: IncomingMessage): Promise<Received> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const url = new URL(request.url ?? '/', 'http://world.invalid');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    at,
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
    form: new URLSearchParams(body),
  };
}
