// Reads the recorded exchanges: what each server has issued, and what was sent to it. Do not print what it returns.

import { z } from 'zod';
import { urlOf } from '../../protocol/url.ts';
import type { Exchange, Place } from '../exchanges.ts';

/** The values that a server issues in JSON. */
const ISSUED = ['access_token', 'refresh_token', 'id_token', 'client_secret', 'registration_access_token'];
/** The secrets that a client makes or has itself. */
const OWN = ['state', 'code_verifier', 'client_secret'];
/** Shorter cookie values are flags, not secrets. */
const MIN_SECRET = 16;

/** The `User-Agent` of requests that check a claim. */
export const CHECKER = 'story-checker';
/** The user agents that are not the client: those of the checks, and of the resource when it reads keys. */
const OTHERS = [CHECKER, 'playground-resource'];

/** The requests of the client and of its browser. */
export function ofClient(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.filter(({ headers }) => !OTHERS.includes(headers['user-agent'] ?? ''));
}

/** Whether the browser sent this request. Only a browser visits these pages. */
export function isOfBrowser({ path }: Exchange): boolean {
  return /^\/(authorize|interaction)(\/|$)/.test(path);
}

/** The requests of the client and its browser to one server. */
export function at(place: Place, exchanges: readonly Exchange[]): readonly Exchange[] {
  return ofClient(exchanges).filter((exchange) => exchange.at === place);
}

/** The token requests of this grant type that were answered with tokens. */
export function grants(
  type: 'authorization_code' | 'refresh_token',
  exchanges: readonly Exchange[],
): readonly Exchange[] {
  return exchanges.filter(
    ({ path, body, status }) =>
      path === '/token' && status === 200 && new URLSearchParams(body).get('grant_type') === type,
  );
}

/** The queries of the authorization requests. */
export function authorizationRequests(exchanges: readonly Exchange[]): readonly URLSearchParams[] {
  return exchanges.filter(({ path }) => path === '/authorize').map(({ query }) => new URLSearchParams(query));
}

/** The scopes that an authorization request asks for. */
export function scopesOf(request: URLSearchParams | undefined): readonly string[] {
  return (request?.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
}

/** The tokens of this kind that these exchanges issued, oldest first. */
export function issued(
  kind: 'access_token' | 'refresh_token',
  exchanges: readonly Exchange[],
): readonly string[] {
  return exchanges.flatMap((exchange) => jsonValues(exchange, [kind]));
}

/** All values that these exchanges issued: ids, secrets, tokens, codes, cookies. */
export function issuedValues(exchanges: readonly Exchange[]): ReadonlySet<string> {
  const ids = exchanges
    .filter(({ path }) => path === '/register')
    .flatMap((one) => jsonValues(one, ['client_id']));
  return new Set([...ids, ...issuedSecrets(exchanges)]);
}

/** All secrets in these exchanges. */
export function secrets(exchanges: readonly Exchange[]): ReadonlySet<string> {
  const own = exchanges.flatMap(({ query, body }) =>
    [...new URLSearchParams(query), ...new URLSearchParams(body)].flatMap(([name, value]) =>
      OWN.includes(name) ? [value] : [],
    ),
  );
  return new Set([...own, ...issuedSecrets(exchanges)]);
}

/** Those of the values that are in these requests, in any encoding. */
export function foundIn(values: Iterable<string>, exchanges: readonly Exchange[]): readonly string[] {
  return foundInText(values, exchanges.map(requestText).join('\n'));
}

/** Those of the values that are in a text. */
export function foundInText(values: Iterable<string>, text: string): readonly string[] {
  return [...values].filter((value) => text.includes(value));
}

function issuedSecrets(exchanges: readonly Exchange[]): readonly string[] {
  return exchanges.flatMap((exchange) => [
    ...jsonValues(exchange, ISSUED),
    ...codeIn(exchange),
    ...cookiesIn(exchange),
  ]);
}

function jsonValues(
  { responseHeaders, responseBody }: Exchange,
  names: readonly string[],
): readonly string[] {
  if (!responseHeaders['content-type']?.startsWith('application/json')) return [];
  const body = z.record(z.string(), z.unknown()).safeParse(JSON.parse(responseBody)).data ?? {};
  return names.flatMap((name) => (typeof body[name] === 'string' ? [body[name]] : []));
}

function codeIn({ responseHeaders }: Exchange): readonly string[] {
  const { location = '' } = responseHeaders;
  return urlOf(location)?.searchParams.getAll('code') ?? [];
}

function cookiesIn({ responseHeaders }: Exchange): readonly string[] {
  const lines = (responseHeaders['set-cookie'] ?? '').split('\n');
  const values = lines.map((line) => line.slice(line.indexOf('=') + 1).split(';', 1)[0] ?? '');
  return values.filter((value) => value.length >= MIN_SECRET);
}

/** A whole request as it was sent, and decoded. */
function requestText({ path, query, headers, body }: Exchange): string {
  const sent = [path, query, ...Object.values(headers), body];
  const basic = /^Basic (.+)$/i.exec(headers['authorization'] ?? '')?.[1];
  if (basic !== undefined) sent.push(Buffer.from(basic, 'base64').toString('utf8'));
  return [...sent, ...sent.map(formDecoded)].join('\n');
}

function formDecoded(text: string): string {
  return [...new URLSearchParams(text)].flat().join('\n');
}
