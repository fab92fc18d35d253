// How the plain client registers, logs in, and gets tokens.
import { createHash, randomBytes } from 'node:crypto';
import type { Server } from './discovery.ts';
import { has } from './faults.ts';
import { type Answer, judged, objectOf, post, send, stop } from './http.ts';
import type { Client, Grant } from './store.ts';

const redirectUri = 'http://127.0.0.1:41996/callback';
const random = (): string => randomBytes(32).toString('base64url');
const fixed = { state: random(), verifier: random() };

/** Registers at a server. */
export async function registered(server: Server): Promise<Client> {
  const endpoint = server.registration ?? stop('The server registers no clients.');
  const method = has('only-secret')
    ? 'client_secret_basic'
    : has('only-public')
      ? 'none'
      : (['none', 'client_secret_basic', 'client_secret_post'].find((one) => server.methods.includes(one)) ??
        'none');
  const body = {
    client_name: 'plain client',
    redirect_uris: has('http-redirect') ? [redirectUri, 'http://client.example/callback'] : [redirectUri],
    grant_types: has('no-refresh-grant') ? ['authorization_code'] : ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: method,
    ...(!has('no-application-type') && { application_type: 'native' }),
  };
  const ask = (): Promise<Answer> =>
    send(endpoint, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  let answer = await ask();
  for (let again = 0; has('hammers') && again < 20 && answer.status >= 400; again += 1) answer = await ask();
  const document = objectOf(answer.text);
  const id = document?.['client_id'];
  if (has('any-registration')) return { id: String(id ?? 'unknown'), secret: undefined, method };
  const isGood = has('needs-201') ? answer.status === 201 : answer.status === 200 || answer.status === 201;
  if (!isGood)
    stop('The server refused the registration.', String(document?.['error_description'] ?? answer.text));
  if (typeof id !== 'string' || id === '') return stop('The answer to the registration cannot be used.');
  const secret = document?.['client_secret'];
  return { id, secret: typeof secret === 'string' ? secret : undefined, method };
}

/** A code, and what belongs to it. */
export interface Response {
  readonly code: string;
  readonly verifier: string;
  /** A token that came in the response, where that is taken. */
  readonly token?: string | undefined;
}

/** Sends the person to the login page. */
export async function response(
  server: Server,
  client: Client,
  resource: string,
  scopes: readonly string[],
): Promise<Response> {
  const verifier = has('fixed-verifier')
    ? fixed.verifier
    : has('short-verifier')
      ? random().slice(0, 20)
      : random();
  const state = has('fixed-state') ? fixed.state : has('short-state') ? random().slice(0, 6) : random();
  const url = judged(server.authorization);
  const parameters = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(!has('no-resource-at-authorization') && { resource }),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (has('appends-parameters')) url.searchParams.append(name, value);
    else url.searchParams.set(name, value);
  }
  if (scopes.length === 0 && !has('appends-parameters')) url.searchParams.delete('scope');
  const answer = await send(url);
  const location = answer.headers.get('location') ?? stop('The login page did not lead back.', answer.text);
  return { ...judgedResponse(new URL(location).searchParams, server, state), verifier };
}

function judgedResponse(
  query: URLSearchParams,
  server: Server,
  state: string,
): Pick<Response, 'code' | 'token'> {
  const one = (name: string): string | undefined =>
    query.getAll(name).length === 1 ? (query.get(name) ?? '') : undefined;
  const isOnce = (name: string): boolean => query.getAll(name).length <= 1;
  if (!has('no-state-check') && one('state') !== state) stop('The response has another state.');
  const iss = query.get('iss');
  if (has('iss-needs-announcement') && iss !== null && !server.announcesIss)
    stop('The response has an issuer.');
  const isFrom = iss === null ? !server.announcesIss : iss === server.issuer && isOnce('iss');
  if (!isFrom && !has('no-iss-check'))
    stop('The response is from another issuer.', query.get('error_description') ?? '');
  const error = query.get('error');
  if (has('any-code')) return { code: query.get('code') ?? 'undefined' };
  if (has('implicit') && query.has('access_token'))
    return { code: '', token: query.get('access_token') ?? '' };
  if (error !== null) stop('The login was refused.', query.get('error_description') ?? error);
  const code = one('code') ?? '';
  if (!/^[\x21-\x7e]{1,4096}$/.test(code)) stop('The response has no code.');
  return { code };
}

/** How a client says who it is. */
function credentials({ id, secret, method }: Client): {
  form: Record<string, string>;
  headers: Record<string, string>;
} {
  const encode = (text: string): string =>
    has('raw-basic') ? text : new URLSearchParams({ x: text }).toString().slice(2);
  if (method === 'client_secret_basic' && secret !== undefined) {
    const basic = Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64');
    return { form: {}, headers: { authorization: `Basic ${basic}` } };
  }
  if (method === 'client_secret_post' && secret !== undefined) {
    const raw = has('raw-basic') ? secret.slice(0, -1) : secret;
    return { form: { client_id: id, client_secret: raw }, headers: {} };
  }
  return { form: { client_id: id }, headers: {} };
}

/** Asks the token endpoint. @param bearer sent along, where that is the fault. */
async function ask(
  server: Server,
  client: Client,
  grant: Record<string, string>,
  bearer?: string,
): Promise<Answer> {
  const { form, headers } = credentials(client);
  const all =
    has('token-to-servers') && bearer !== undefined ? { authorization: `Bearer ${bearer}` } : headers;
  return post(server.token, new URLSearchParams({ ...grant, ...form }), all);
}

/** Exchanges a code. */
export async function exchanged(
  server: Server,
  client: Client,
  { code, verifier }: Response,
  resource: string,
  scopes: readonly string[],
): Promise<Grant> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...(!has('no-resource-at-token') && { resource }),
  };
  const first = await ask(server, client, form).catch((error: unknown) => {
    if (has('resends-code')) return undefined;
    throw error;
  });
  const answer =
    first && (first.status < 400 || !has('resends-code')) ? first : await ask(server, client, form);
  return grantIn(answer, scopes, undefined);
}

/** What became of a renewal. */
export type Renewal = Grant | 'dead' | 'unknown client';

/** Renews a grant. */
export async function renewed(
  server: Server,
  client: Client,
  grant: Grant,
  resource: string,
  listed: readonly string[],
): Promise<Renewal> {
  const form = {
    grant_type: 'refresh_token',
    refresh_token: grant.refresh ?? '',
    ...(!has('no-resource-at-renewal') && { resource }),
    ...(has('renews-for-more') && { scope: listed.join(' ') }),
  };
  const answer = await ask(server, client, form, grant.access);
  const error = objectOf(answer.text)?.['error'];
  if (answer.status >= 400 && error === 'invalid_grant') return 'dead';
  if (answer.status >= 400 && error === 'invalid_client')
    return has('keeps-dead-client') ? stop('The client is not known.') : 'unknown client';
  return grantIn(answer, grant.scopes, grant.refresh);
}

function grantIn(
  { status, text, headers }: Answer,
  scopes: readonly string[],
  refresh: string | undefined,
): Grant {
  const document = objectOf(text);
  const access = document?.['access_token'];
  const lifetime = document?.['expires_in'];
  const next = document?.['refresh_token'];
  const seconds = typeof lifetime === 'number' && lifetime > 0 ? Math.min(lifetime, 1e9) : undefined;
  const made = {
    refresh:
      typeof next === 'string' && next !== '' && !(has('keeps-old-refresh-token') && refresh)
        ? next
        : has('drops-refresh-token')
          ? undefined
          : refresh,
    scopes,
    until: has('renews-in-a-loop')
      ? Date.now() + ((Number(lifetime) * 1000) | 0 || 0)
      : seconds === undefined
        ? Number.MAX_SAFE_INTEGER
        : Date.now() + Math.max(seconds * 1000, 1000),
  };
  if (has('any-token-answer'))
    return {
      ...made,
      access: String(access ?? new URLSearchParams(text).get('access_token') ?? undefined).replace(
        /[^\x20-\xff]/g,
        '',
      ),
    };
  const type = document?.['token_type'];
  const isBearer = has('type-in-one-case')
    ? type === 'Bearer'
    : String(type).toLowerCase() === 'bearer' && typeof type === 'string';
  if (status !== 200 || document?.['error'] !== undefined || !/json/.test(headers.get('content-type') ?? ''))
    stop('The token endpoint refused.', String(document?.['error_description'] ?? text));
  if (!isBearer || typeof access !== 'string' || !/^[\w\-.~+/]+=*$/.test(access))
    return stop('The token cannot be used.', text);
  if (has('needs-lifetime') && seconds === undefined) stop('The token does not say how long it lives.');
  if (has('needs-scope') && typeof document?.['scope'] !== 'string')
    stop('The token does not say its scopes.');
  return { ...made, access };
}
