// The servers of a world with their behaviour: one scripted world that is set back for each scenario.
import { createHash } from 'node:crypto';
import { type Answer, type Place, type Received, startWorld, type World } from '../../support/world.ts';
import {
  EVER_NEW,
  type Forgetting,
  type Metadata,
  type Outage,
  type Response,
  type Server,
} from './behaviours.ts';
import { METADATA, RESOURCE_METADATA } from './recording.ts';

/** `error` of an authorization response. @see RFC 6749 §4.1.2.1 */
type ResponseError = 'unauthorized_client' | 'invalid_scope' | 'access_denied';

interface Behaviour {
  readonly outages: Map<Place, Outage>;
  readonly metadata: Map<Server, Metadata>;
  readonly responses: Map<Server, Response>;
  /** Client ids that their server does not know any more. */
  readonly forgotten: Set<string>;
  /** Which server has registered a client, and for which scopes. */
  readonly registered: Map<string, { readonly at: Server; readonly scopes: readonly string[] }>;
  readonly forgetting: Map<Server, Forgetting>;
  /** Servers that hold clients to the scopes of their registration. */
  readonly holdsToScopes: Set<Server>;
  /** What tools need. */
  readonly needs: Map<string, string>;
  deniesAll: boolean;
  grantsAll: boolean;
  rotates: boolean;
}

/** What tools need at first. */
const beginning = [
  ['edit', 'write'],
  ['purge', 'admin'],
] as const;

const correct = (): Behaviour => ({
  outages: new Map(),
  metadata: new Map(),
  responses: new Map(),
  forgotten: new Set(),
  registered: new Map(),
  forgetting: new Map(),
  holdsToScopes: new Set(),
  needs: new Map(beginning),
  deniesAll: false,
  grantsAll: true,
  rotates: true,
});

const resourceRoutes = ['GET /mcp', 'POST /mcp', `GET ${RESOURCE_METADATA}/mcp`, `GET ${RESOURCE_METADATA}`];
const serverRoutes = [
  `GET ${METADATA}`,
  'GET /.well-known/openid-configuration',
  'POST /register',
  'GET /authorize',
  'POST /token',
  'POST /revoke',
];

/** Start it with `startServers`; set it back before each scenario. */
export class Servers {
  readonly world: World;
  readonly #pristine: World['documents'];
  behaviour = correct();
  #needed = 0;

  constructor(world: World) {
    this.world = world;
    this.#pristine = structuredClone(world.documents);
  }

  /** Everything as it was at the start: no tokens, no records of traffic, correct servers, the resource at A. */
  reset(): void {
    const { world } = this;
    this.behaviour = correct();
    this.#needed = 0;
    for (const list of [world.received, world.exchanges]) list.length = 0;
    for (const known of [world.accessTokens, world.refreshTokens, world.codes]) known.clear();
    Object.assign(world.documents, structuredClone(this.#pristine));
    world.needs = (request) => this.#need(request);
    for (const route of resourceRoutes) this.#script('resource', route);
    for (const route of serverRoutes) for (const at of ['a', 'b'] as const) this.#script(at, route);
  }

  /** Servers are correct again, and tools need what tokens can have. What they revoked or forgot stays so. */
  repair(): void {
    const { forgotten, registered } = this.behaviour;
    this.behaviour = { ...correct(), forgotten, registered };
  }

  moveTo(to: Server | 'both'): void {
    const { documents, origins } = this.world;
    const named = to === 'both' ? [origins.a, origins.b] : [origins[to]];
    // Another document: answers that were given hold the one from before.
    documents.resource = { ...documents.resource, authorization_servers: named };
  }

  /** Nothing that this server issued is honoured any more. */
  revokeAll(at: Server): void {
    this.world.expireAccessTokens(at);
    for (const [token, { issuer }] of this.world.refreshTokens)
      if (issuer === at) this.world.refreshTokens.delete(token);
  }

  forgetClients(at: Server): void {
    for (const [client, home] of this.behaviour.registered)
      if (home.at === at) this.behaviour.forgotten.add(client);
  }

  #script(at: Place, route: string): void {
    const [method = '', path = '/'] = route.split(' ');
    this.world.script(`${at} ${method} /${path.slice(1)}`, (request) => this.#answer(request));
  }

  #answer(request: Received): Answer {
    const outage = this.behaviour.outages.get(request.at);
    if (outage === 'answers 503') return { status: 503 };
    if (outage === 'cuts connections') return { cut: true };
    const answer = this.#answerAsBehaving(request);
    // What was asked for has been done, and nobody hears of it.
    return outage === 'loses its answers' ? { cut: true } : answer;
  }

  #answerAsBehaving(request: Received): Answer {
    const { at, path } = request;
    if (at === 'resource') return this.world.correctly(request);
    switch (path) {
      case METADATA:
        return { body: this.#metadata(at) };
      case '/register':
        return this.#register(request, at);
      case '/authorize':
        return this.#authorize(request, at);
      case '/token':
        return this.#issue(request, at);
      default:
        return this.world.correctly(request);
    }
  }

  #metadata(at: Server): Record<string, unknown> {
    const document = this.world.documents[at];
    switch (this.behaviour.metadata.get(at) ?? 'correct') {
      case 'correct':
        return document;
      case 'of another issuer':
        return { ...document, issuer: this.world.origins[at === 'a' ? 'b' : 'a'] };
      case 'without PKCE': {
        const { code_challenge_methods_supported: _, ...rest } = document;
        return rest;
      }
    }
  }

  #register(request: Received, at: Server): Answer {
    const answer = this.world.correctly(request);
    const { client_id: id } = answer.body as { readonly client_id: string };
    const { scope = '' } = JSON.parse(request.body) as { readonly scope?: string };
    this.behaviour.registered.set(id, { at, scopes: scope.split(' ') });
    return answer;
  }

  #authorize(request: Received, at: Server): Answer {
    const objection = this.#objectionTo(request, at);
    if (objection === 'a page') return { status: 400, body: '<h1>Unknown client</h1>' };
    const answer = this.world.correctly(request);
    const location = new URL(answer.headers?.['location'] ?? '');
    const { searchParams } = location;
    if (objection !== undefined) {
      searchParams.delete('code');
      searchParams.set('error', objection);
    }
    const is = this.behaviour.responses.get(at);
    if (is === 'of another issuer') searchParams.set('iss', this.world.origins[at === 'a' ? 'b' : 'a']);
    if (is === 'without issuer') searchParams.delete('iss');
    if (is === 'with another state') {
      searchParams.set('state', createHash('sha256').update(location.href).digest('base64url'));
    }
    return { ...answer, headers: { location: location.href } };
  }

  #objectionTo({ query }: Received, at: Server): 'a page' | ResponseError | undefined {
    const { forgotten, forgetting, registered, holdsToScopes, deniesAll } = this.behaviour;
    const client = query.get('client_id') ?? '';
    const shows = forgetting.get(at);
    if (forgotten.has(client) && shows === 'by a page') return 'a page';
    if (forgotten.has(client) && shows === 'at the redirect') return 'unauthorized_client';
    const scopes = registered.get(client)?.scopes;
    const asked = (query.get('scope') ?? '').split(' ');
    if (holdsToScopes.has(at) && scopes && asked.some((scope) => !scopes.includes(scope)))
      return 'invalid_scope';
    return deniesAll ? 'access_denied' : undefined;
  }

  #issue(request: Received, at: Server): Answer {
    if (this.behaviour.forgotten.has(request.form.get('client_id') ?? ''))
      return { status: 401, body: { error: 'invalid_client' } };
    const spent = request.form.get('refresh_token') ?? '';
    const before = this.world.refreshTokens.get(spent);
    const answer = this.world.correctly(request);
    if (answer.status !== undefined) return answer;
    const issued = answer.body as { readonly access_token: string; readonly refresh_token: string };
    const scope = this.behaviour.grantsAll ? {} : { scope: 'read' };
    if (!this.behaviour.grantsAll)
      this.world.accessTokens.set(issued.access_token, { issuer: at, ...scope, scope: 'read' });
    if (this.behaviour.rotates || !before) return { body: { ...issued, ...scope } };
    const { refresh_token: unused, ...kept } = issued;
    this.world.refreshTokens.delete(unused);
    this.world.refreshTokens.set(spent, before);
    return { body: { ...kept, ...scope } };
  }

  #need(request: Received): string | null {
    const { params } = JSON.parse(request.body || '{}') as { readonly params?: { readonly name?: string } };
    const scope = this.behaviour.needs.get(params?.name ?? '');
    if (scope !== EVER_NEW) return scope ?? null;
    this.#needed += 1;
    return `more-${this.#needed}`;
  }
}

/** @returns servers that run until `servers.world.close()`. */
export async function startServers(): Promise<Servers> {
  return new Servers(await startWorld());
}
