// The servers of a run of chaos, in a process of their own: one resource, and one authorization server that can be down.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Breach, Ledger, type Page } from './ledger.ts';
import { userOf } from './tokens.ts';

/** What its parent may ask for. */
export type WorldOrder =
  | { readonly do: 'seed'; readonly from: number; readonly to: number; readonly now: number }
  | { readonly do: 'down'; readonly how: '503' | 'cut'; readonly lasts: number }
  | { readonly do: 'revoke'; readonly users: readonly string[] }
  | { readonly do: 'count' };

/** What it tells its parent. */
export type WorldNews =
  | { readonly kind: 'ready'; readonly resource: string; readonly issuer: string }
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'breach'; readonly breach: Breach }
  | {
      readonly kind: 'done';
      readonly users?: readonly string[];
      readonly renewals: number;
      readonly calls: number;
    };

/** How long the token endpoint takes at most, in milliseconds: a replica may be killed meanwhile. */
const SLOWEST = 40;

const tell = (news: WorldNews): void => void process.send?.(news);
const ledger = new Ledger((breach) => tell({ kind: 'breach', breach }));
let down: '503' | 'cut' | undefined;

const resources = await listen(resource);
const servers = await listen(server);
const RESOURCE = `${resources}/mcp`;

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<string> {
  const listener: Server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  listener.keepAliveTimeout = 0;
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function resource(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url?.startsWith('/.well-known/oauth-protected-resource')) {
    const document = { resource: RESOURCE, authorization_servers: [servers], scopes_supported: ['read'] };
    return send(response, 200, document);
  }
  const metadata = `resource_metadata="${resources}/.well-known/oauth-protected-resource/mcp"`;
  const { user, id, needs } = JSON.parse((await text(request)) || '{}');
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const found = token === undefined ? undefined : ledger.call(token, String(user));
  if (!found) {
    const error = token === undefined ? '' : ', error="invalid_token"';
    return send(response, 401, {}, { 'www-authenticate': `Bearer ${metadata}${error}` });
  }
  if (!found.scope.split(' ').includes(needs)) {
    const challenge = `Bearer error="insufficient_scope", scope="${needs}", ${metadata}`;
    return send(response, 403, {}, { 'www-authenticate': challenge });
  }
  send(response, 200, { owner: found.owner, id });
}

async function server(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (down === 'cut') return void request.socket.destroy();
  if (down === '503') return send(response, 503, { error: 'temporarily_unavailable' });
  const { pathname, searchParams } = new URL(request.url ?? '', servers);
  switch (`${request.method} ${pathname}`) {
    case 'GET /.well-known/oauth-authorization-server':
      return send(response, 200, metadataOf(servers));
    case 'POST /register':
      return send(response, 201, { ...JSON.parse(await text(request)), client_id: `client-${randomUUID()}` });
    case 'GET /authorize':
      return authorize(request, response, searchParams);
    case 'POST /token':
      return issue(new URLSearchParams(await text(request)), response);
    case 'POST /revoke':
      ledger.signOut(new URLSearchParams(await text(request)).get('token') ?? '');
      return send(response, 200, {});
    default:
      return send(response, 404, {});
  }
}

/** Whoever comes here consents. Who they are, and what they want, they say in headers. */
function authorize({ headers }: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
  const about = (name: string): string => query.get(name) ?? '';
  const { code, page } = ledger.page(
    String(headers['x-person']),
    about('scope'),
    about('code_challenge'),
    String(headers['x-reason']),
  );
  tell({ kind: 'page', page });
  const location = new URL(about('redirect_uri'));
  location.search = new URLSearchParams({ code, state: about('state'), iss: servers }).toString();
  response.writeHead(302, { location: location.href }).end();
}

/** Slow before and after: what the server has done, its client may never hear of. */
async function issue(form: URLSearchParams, response: ServerResponse): Promise<void> {
  await sleep(Math.random() * SLOWEST);
  const refresh = form.get('refresh_token');
  const tokens =
    refresh === null
      ? ledger.exchange(form.get('code') ?? '', form.get('code_verifier') ?? '')
      : ledger.refresh(refresh);
  await sleep(Math.random() * SLOWEST);
  send(response, tokens ? 200 : 400, tokens ?? { error: 'invalid_grant' });
}

function metadataOf(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: `${issuer}/register`,
    revocation_endpoint: `${issuer}/revoke`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
  };
}

function obey(order: WorldOrder): readonly string[] | undefined {
  switch (order.do) {
    case 'seed': {
      const users = Array.from({ length: order.to - order.from }, (_, index) => userOf(order.from + index));
      ledger.seed(users, 'read', order.now);
      return undefined;
    }
    case 'down':
      down = order.how;
      setTimeout(() => {
        down = undefined;
      }, order.lasts);
      return undefined;
    case 'revoke':
      return ledger.revoke(order.users);
    case 'count':
      return undefined;
  }
}

process.on('message', (order: WorldOrder) => {
  const users = obey(order);
  tell({ kind: 'done', ...(users && { users }), renewals: ledger.renewals, calls: ledger.calls });
});
process.on('disconnect', () => process.exit(0));
tell({ kind: 'ready', resource: RESOURCE, issuer: servers });
