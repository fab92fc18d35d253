// A gateway to one MCP server for many people. Each person has a grant of their own, which all replicas use.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  AuthError,
  createAuthEngine,
  type EngineOptions,
  hostUserAgent,
  type Session,
  type Store,
} from '../../index.ts';

/** The options of the gateway, with those of its engine. */
export interface GatewayOptions extends Omit<EngineOptions, 'client' | 'store' | 'userAgent'> {
  /** The MCP server. */
  readonly resource: string;
  /** The public origin of the gateway. It is the same for all replicas. */
  readonly origin: string;
  readonly store: Store;
}

/** A gateway. */
export interface Gateway {
  readonly listener: RequestListener;
  /** Tells the balancer that no more requests are wanted here. Those under way are finished. */
  retire(): void;
  close(): Promise<void>;
}

/** Makes a gateway. */
export function createGateway({ resource, origin, store, ...options }: GatewayOptions): Gateway {
  const engine = createAuthEngine({
    ...options,
    client: { name: 'Gateway example' },
    store,
    // The route of the login redirects the browser.
    userAgent: hostUserAgent({ redirectUri: `${origin}/callback`, present: () => {} }),
  });
  const sessionOf = (person: string): Session => engine.session({ resource, subject: person });
  let isRetired = false;

  /** Starts a login, or joins it. @returns the address of the login page; nothing when the person is logged in already. */
  async function loginUrl(person: string, scopes: readonly string[]): Promise<string | undefined> {
    const login = sessionOf(person).login({ scopes });
    // It ends when the person has finished, long after this request.
    login.catch(() => {});
    const url = await sessionOf(person).loginUrl();
    if (url === undefined) await login;
    return url;
  }

  const routes: Readonly<Record<string, Route>> = {
    async 'POST /mcp'(person, request, response) {
      const { 'content-type': type = 'application/json', accept = 'application/json' } = request.headers;
      const answer = await sessionOf(person).fetch(resource, {
        method: 'POST',
        headers: { 'content-type': type, accept },
        body: await text(request),
      });
      // The challenge of the server is for the gateway. The person gets the address of the login.
      const login = loginFor(answer);
      if (login !== undefined) return send(response, answer.status, { login: `${origin}${login}` });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(await answer.text());
    },
    async 'GET /login'(person, request, response) {
      const scope = new URL(request.url ?? '', origin).searchParams.get('scope');
      const scopes = scope ? scope.split(' ') : [];
      response.writeHead(303, { location: (await loginUrl(person, scopes)) ?? origin }).end();
    },
    async 'GET /callback'(person, request, response) {
      // The login may have started in another replica. It must belong to the person of this browser.
      await engine.complete(new URL(request.url ?? '', origin), { subject: person });
      send(response, 200, { loggedIn: person });
    },
    async 'POST /logout'(person, _request, response) {
      await sessionOf(person).logout();
      send(response, 200, { loggedOut: person });
    },
  };

  /** For the balancer: whether this replica can do its work, which needs the store. */
  async function ready(response: ServerResponse): Promise<void> {
    if (!isRetired) await store.get('ready');
    send(response, isRetired ? 503 : 200, { ready: !isRetired });
  }

  return {
    listener: (request, response) => {
      const { pathname } = new URL(request.url ?? '', origin);
      const route = routes[`${request.method} ${pathname}`];
      const person = personOf(request);
      const done = (work: Promise<void>): void => void work.catch((thrown) => fail(response, thrown));
      if (pathname === '/ready') return done(ready(response));
      if (!route) return send(response, 404, {});
      if (person === undefined) return send(response, 403, { error: 'no person cookie' });
      done(route(person, request, response));
    },
    retire() {
      isRetired = true;
    },
    close: () => engine.dispose(),
  };
}

type Route = (person: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Replace this by your own authentication: this one believes the cookie. */
function personOf({ headers: { cookie = '' } }: IncomingMessage): string | undefined {
  return /(?:^|; )person=([a-z0-9]{1,20})(?:;|$)/.exec(cookie)?.[1];
}

/** Where a person goes whom the server refuses: to log in, or to agree to more scopes. Nothing for other answers. */
function loginFor({ status, headers }: Response): string | undefined {
  if (status === 401) return '/login';
  const challenge = headers.get('www-authenticate') ?? '';
  if (status !== 403 || !challenge.includes('insufficient_scope')) return undefined;
  const scope = /scope="([^"]*)"/.exec(challenge)?.[1] ?? '';
  return `/login?scope=${encodeURIComponent(scope)}`;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** What helps later is a 503, so that clients come again. Only messages of AuthErrors are sent: they hold no secret. */
function fail(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) return void response.destroy();
  if (thrown instanceof AuthError) {
    const { code, recovery, message } = thrown;
    send(response, recovery === 'retry-later' ? 503 : 403, { error: code, message });
  } else if (thrown instanceof TypeError) send(response, 502, { error: 'resource_unreachable' });
  else send(response, 500, { error: 'internal' });
}
