// A gateway to one MCP server for many people: each is logged in there by a grant of their own, in any replica.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { AuthError, createAuthEngine, hostUserAgent, type Session, type Store } from '../../index.ts';

export interface GatewayOptions {
  /** The MCP server. */
  readonly resource: string;
  /** Where people reach the gateway, whichever replica answers. */
  readonly origin: string;
  readonly store: Store;
}

export interface Gateway {
  readonly listener: RequestListener;
  close(): Promise<void>;
}

export function createGateway({ resource, origin, store }: GatewayOptions): Gateway {
  /** Whose browser is waiting to be led to an authorization server. */
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

  /** Where the person has to go, or nothing when they are logged in already. */
  async function loginUrl(person: string): Promise<string | undefined> {
    const led = new Promise<string | undefined>((resolve, reject) => {
      waiting.set(person, resolve);
      sessionOf(person)
        .login()
        .then(() => resolve(undefined), reject);
    });
    return led.finally(() => waiting.delete(person));
  }

  const routes: Readonly<Record<string, Route>> = {
    async 'POST /mcp'(person, request, response) {
      const { 'content-type': type = 'application/json', accept = 'application/json' } = request.headers;
      const answer = await sessionOf(person).fetch(resource, {
        method: 'POST',
        headers: { 'content-type': type, accept },
        body: await text(request),
      });
      // What the server says about tokens is the gateway's business; a person is told where to log in.
      if (answer.status === 401) return send(response, 401, { login: `${origin}/login` });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(await answer.text());
    },
    async 'GET /login'(person, _request, response) {
      response.writeHead(303, { location: (await loginUrl(person)) ?? origin }).end();
    },
    async 'GET /callback'(person, request, response) {
      // The login may have been begun in another replica; it has to be of the person whose browser this is.
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
      if (person === undefined) return send(response, 403, { error: 'who are you?' });
      route(person, request, response).catch((thrown: unknown) => fail(response, thrown));
    },
    close: () => engine.dispose(),
  };
}

type Route = (person: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** In the place of a login of your own: it believes everybody. */
function personOf({ headers: { cookie = '' } }: IncomingMessage): string | undefined {
  return /(?:^|; )person=([a-z]{1,20})(?:;|$)/.exec(cookie)?.[1];
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Only what is ours is told: its sentences hold no secret. */
function fail(response: ServerResponse, thrown: unknown): void {
  if (thrown instanceof AuthError) {
    const { code, recovery, message } = thrown;
    send(response, recovery === 'retry-later' ? 503 : 403, { error: code, message });
  } else send(response, 500, { error: 'internal' });
}
