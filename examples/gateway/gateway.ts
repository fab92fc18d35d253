// A gateway to one MCP server for many people. Each person has a grant of their own, which all replicas use.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { AuthError, createAuthEngine, hostUserAgent, type Session, type Store } from '../../index.ts';

/** The options of the gateway. */
export interface GatewayOptions {
  /** The MCP server. */
  readonly resource: string;
  /** The public origin of the gateway. It is the same for all replicas. */
  readonly origin: string;
  readonly store: Store;
}

/** A gateway. */
export interface Gateway {
  readonly listener: RequestListener;
  close(): Promise<void>;
}

/** Makes a gateway. */
export function createGateway({ resource, origin, store }: GatewayOptions): Gateway {
  /** The people whose browsers wait for the address of the login page, each with a function that gets it. */
  const waiting = new Map<string, (url: string) => void>();
  const engine = createAuthEngine({
    client: { name: 'Gateway example' },
    store,
    userAgent: hostUserAgent({
      redirectUri: `${origin}/callback`,
      present: ({ session, url }) => waiting.get(session.subject)?.(url),
    }),
  });
  const sessionOf = (person: string): Session => engine.session({ resource, subject: person });

  /** Starts a login. @returns the address of the login page; nothing when the person is logged in already. */
  async function loginUrl(person: string): Promise<string | undefined> {
    const address = new Promise<string | undefined>((resolve, reject) => {
      waiting.set(person, resolve);
      sessionOf(person)
        .login()
        .then(() => resolve(undefined), reject);
    });
    return address.finally(() => waiting.delete(person));
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
      if (answer.status === 401) return send(response, 401, { login: `${origin}/login` });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(await answer.text());
    },
    async 'GET /login'(person, _request, response) {
      response.writeHead(303, { location: (await loginUrl(person)) ?? origin }).end();
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

  return {
    listener: (request, response) => {
      const { pathname } = new URL(request.url ?? '', origin);
      const route = routes[`${request.method} ${pathname}`];
      const person = personOf(request);
      if (!route) return send(response, 404, {});
      if (person === undefined) return send(response, 403, { error: 'no person cookie' });
      route(person, request, response).catch((thrown: unknown) => fail(response, thrown));
    },
    close: () => engine.dispose(),
  };
}

type Route = (person: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Replace this by your own authentication: this one believes the cookie. */
function personOf({ headers: { cookie = '' } }: IncomingMessage): string | undefined {
  return /(?:^|; )person=([a-z]{1,20})(?:;|$)/.exec(cookie)?.[1];
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Only messages of AuthErrors are sent: they hold no secret. */
function fail(response: ServerResponse, thrown: unknown): void {
  if (thrown instanceof AuthError) {
    const { code, recovery, message } = thrown;
    send(response, recovery === 'retry-later' ? 503 : 403, { error: code, message });
  } else send(response, 500, { error: 'internal' });
}
