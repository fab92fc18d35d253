// Reads the recorded exchanges: what was minted where, what was sent to whom. What it returns is never printed.

import { z } from 'zod';
import { urlOf } from '../../protocol/url.ts';
import type { Exchange, Place } from '../exchanges.ts';

/** What a server gives to a client in JSON. */
const MINTED = ['access_token', 'refresh_token', 'id_token', 'client_secret', 'registration_access_token'];
/** What a client makes up itself, to be known by. */
const OWN = ['state', 'code_verifier', 'client_secret'];
/** Shorter cookie values are flags, not secrets. */
const MIN_SECRET = 16;

/** User agent of requests that check a claim. */
export const CHECKER = 'story-checker';
/** User agents that are not the client: of the checks, and of the resource when it looks up keys. */
const OTHERS = [CHECKER, 'playground-resource'];

/** The requests of the client and of its browser. */
export function ofClient(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.filter(({ headers }) => !OTHERS.includes(headers['user-agent'] ?? ''));
}

/** Whether the browser made this request: it alone is at these pages. */
export function isOfBrowser({ path }: Exchange): boolean {
  return /^\/(authorize|interaction)(\/|$)/.test(path);
}

export function at(place: Place, exchanges: readonly Exchange[]): readonly Exchange[] {
  return ofClient(exchanges).filter((exchange) => exchange.at === place);
}

/** Requests at token endpoints that were answered with tokens. */
export function grants(
  type: 'authorization_code' | 'refresh_token',
  exchanges: readonly Exchange[],
): readonly Exchange[] {
  return exchanges.filter(
    ({ path, body, status }) =>
      path === '/token' && status === 200 && new URLSearchParams(body).get('grant_type') === type,
  );
}

/** Queries of the authorization requests, as sent. */
export function authorizationRequests(exchanges: readonly Exchange[]): readonly URLSearchParams[] {
  return exchanges.filter(({ path }) => path === '/authorize').map(({ query }) => new URLSearchParams(query));
}

export function scopesOf(request: URLSearchParams | undefined): readonly string[] {
  return (request?.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
}

/** Tokens of this kind, oldest first, that these exchanges gave out. */
export function issued(
  kind: 'access_token' | 'refresh_token',
  exchanges: readonly Exchange[],
): readonly string[] {
  return exchanges.flatMap((exchange) => jsonValues(exchange, [kind]));
}

/** Everything that these exchanges gave to a client to use: ids, secrets, tokens, codes, cookies. */
export function minted(exchanges: readonly Exchange[]): ReadonlySet<string> {
  const ids = exchanges
    .filter(({ path }) => path === '/register')
    .flatMap((one) => jsonValues(one, ['client_id']));
  return new Set([...ids, ...mintedSecrets(exchanges)]);
}

/** Everything in these exchanges that nobody else may see. */
export function secrets(exchanges: readonly Exchange[]): ReadonlySet<string> {
  const own = exchanges.flatMap(({ query, body }) =>
    [...new URLSearchParams(query), ...new URLSearchParams(body)].flatMap(([name, value]) =>
      OWN.includes(name) ? [value] : [],
    ),
  );
  return new Set([...own, ...mintedSecrets(exchanges)]);
}

/** Those of the values that are in these requests, in whatever way a request can carry them. */
export function carried(values: Iterable<string>, exchanges: readonly Exchange[]): readonly string[] {
  return carriedIn(values, exchanges.map(requestText).join('\n'));
}

export function carriedIn(values: Iterable<string>, text: string): readonly string[] {
  return [...values].filter((value) => text.includes(value));
}

function mintedSecrets(exchanges: readonly Exchange[]): readonly string[] {
  return exchanges.flatMap((exchange) => [
    ...jsonValues(exchange, MINTED),
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

/** A whole request, as sent and with its encodings undone. */
function requestText({ path, query, headers, body }: Exchange): string {
  const sent = [path, query, ...Object.values(headers), body];
  const basic = /^Basic (.+)$/i.exec(headers['authorization'] ?? '')?.[1];
  if (basic !== undefined) sent.push(Buffer.from(basic, 'base64').toString('utf8'));
  return [...sent, ...sent.map(formDecoded)].join('\n');
}

function formDecoded(text: string): string {
  return [...new URLSearchParams(text)].flat().join('\n');
}
