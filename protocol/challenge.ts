// Reading WWW-Authenticate: several challenges in one line, from a stranger, in linear time. (RFC 9110 §11)

import type { Challenge } from '../contract/facts.ts';
import { readAddress } from './address.ts';
import { oauthErrorCode } from './text.ts';

/** Longer headers are not read at all, in characters. */
const MAX_HEADER = 16 * 1024;
/** Longest address of resource metadata, in characters. */
const MAX_RESOURCE_METADATA = 2 * 1024;

/**
 * Reads what a 4xx answer of the resource says about authorization; any other status says nothing.
 * Among several challenges it takes the first Bearer that names metadata or an error, else the first Bearer,
 * else the same of DPoP. A challenge with a repeated parameter or broken syntax is not used.
 * @param header all WWW-Authenticate lines, joined by commas.
 * @returns only the status when there is nothing to use. Never throws.
 * @see RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1
 */
export function readChallenge(status: number, header: string | null | undefined): Challenge {
  if (!header || header.length > MAX_HEADER || status < 400 || status > 499) return { status };
  const usable = parseChallenges(header).filter((one) => one.sound);
  const chosen = choose(usable, 'bearer') ?? choose(usable, 'dpop');
  return { status, ...chosen };
}

/**
 * Whether a 401 of the resource only asks for a nonce in the DPoP proof. Never throws.
 * @param header all WWW-Authenticate lines, joined by commas.
 * @see RFC 9449 §9
 */
export function demandsNonce(header: string | null): boolean {
  if (!header || header.length > MAX_HEADER) return false;
  const usable = parseChallenges(header).filter((one) => one.sound && one.scheme === 'dpop');
  return usable.some((one) => one.params.get('error') === 'use_dpop_nonce');
}

function choose(usable: readonly Parsed[], scheme: 'bearer' | 'dpop'): Omit<Challenge, 'status'> | undefined {
  const ours = usable.filter((one) => one.scheme === scheme).map((one) => meaning(scheme, one.params));
  return ours.find((one) => one.resourceMetadata !== undefined || one.error !== undefined) ?? ours[0];
}

function meaning(scheme: 'bearer' | 'dpop', params: ReadonlyMap<string, string>): Omit<Challenge, 'status'> {
  const error = oauthErrorCode(params.get('error'));
  const resourceMetadata = readResourceMetadata(params.get('resource_metadata'));
  const scopes = readScopes(params.get('scope'));
  return {
    scheme,
    ...(error !== undefined && { error }),
    ...(resourceMetadata !== undefined && { resourceMetadata }),
    ...(scopes !== undefined && { scopes }),
  };
}

function readResourceMetadata(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= MAX_RESOURCE_METADATA && readAddress(text).ok
    ? text
    : undefined;
}

/** Most scopes that are believed of one text, and of one list. */
const MAX_SCOPES = 100;
const MAX_LISTED_SCOPES = 1000;
/** RFC 6749 §3.3, and a length at which it still is a name. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/** The scopes of a space-separated text: legal, unlike, in order, at most 100; nothing when none is. @see RFC 6749 §3.3 */
export function readScopes(text: unknown): readonly string[] | undefined {
  return typeof text === 'string' ? legalScopes(text.split(' '), MAX_SCOPES) : undefined;
}

/** The same of a list, `scopes_supported`: at most 1,000. @see RFC 8414 §2, RFC 9728 §2 */
export function readScopeList(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? legalScopes(value, MAX_LISTED_SCOPES) : undefined;
}

function legalScopes(candidates: readonly unknown[], max: number): readonly string[] | undefined {
  const legal = new Set<string>();
  for (const one of candidates) {
    if (legal.size === max) break;
    if (typeof one === 'string' && scopeToken.test(one)) legal.add(one);
  }
  return legal.size > 0 ? [...legal] : undefined;
}

interface Parsed {
  /** Lower case. */
  readonly scheme: string;
  /** By name in lower case. */
  readonly params: Map<string, string>;
  /** False once anything in it was repeated or broken. */
  sound: boolean;
}

/**
 * Splits a header into its challenges. Each element of the list either starts a challenge (`scheme …`) or belongs
 * to the one before (`name = value`). What cannot be read spoils that one up to the next comma outside quotes.
 */
function parseChallenges(header: string): readonly Parsed[] {
  const found: Parsed[] = [];
  let current: Parsed | undefined;
  let at = 0;
  while (at < header.length) {
    at = skip(header, at, ', \t');
    if (at === header.length) break;
    let name = tokenAt(header, at);
    let next = skip(header, at + name.length, blanks);
    if (name !== '' && header[next] !== '=') {
      current = { scheme: name.toLowerCase(), params: new Map(), sound: true };
      found.push(current);
      if (endsElement(header, next)) {
        at = next;
        continue;
      }
      if (next === at + name.length) {
        at = spoil(current, header, next); // `Bearer@x`: a blank belongs behind a scheme.
        continue;
      }
      const token68 = skipToken68(header, next);
      if (endsElement(header, token68)) current = undefined; // Where a token stands, no parameters may follow.
      at = next;
      name = tokenAt(header, at);
      next = skip(header, at + name.length, blanks);
    }
    at =
      name !== '' && header[next] === '='
        ? readParam(current, name, header, next + 1)
        : spoil(current, header, at);
  }
  return found;
}

/** Reads the value behind `name =` into the challenge; @returns where the element ends. */
function readParam(into: Parsed | undefined, name: string, header: string, from: number): number {
  const at = skip(header, from, blanks);
  const value = header[at] === '"' ? quotedAt(header, at) : unquotedAt(header, at);
  if (value === undefined) return spoil(into, header, at);
  const end = skip(header, value.end, blanks);
  if (!endsElement(header, end)) return spoil(into, header, at);
  if (into !== undefined) {
    // RFC 6750 §3: no attribute more than once. Which of two is meant, nobody can say.
    if (into.params.has(name.toLowerCase())) into.sound = false;
    into.params.set(name.toLowerCase(), value.text);
  }
  return end;
}

interface Value {
  readonly text: string;
  readonly end: number;
}

/** A quoted-string, unescaped once; nothing when it does not end. @see RFC 9110 §5.6.4 */
function quotedAt(header: string, open: number): Value | undefined {
  const pieces: string[] = [];
  let start = open + 1;
  for (let at = start; at < header.length; at += 1) {
    if (header[at] === '"') {
      pieces.push(header.slice(start, at));
      return { text: pieces.join(''), end: at + 1 };
    }
    if (header[at] !== '\\') continue;
    pieces.push(header.slice(start, at));
    start = at + 1;
    at += 1;
  }
  return undefined;
}

/**
 * A token, or a URL that someone forgot to quote: the official TypeScript SDK of MCP reads those too, so servers
 * that send them go unnoticed. Neither holds a blank, a comma, a quote, or a backslash.
 */
function unquotedAt(header: string, from: number): Value | undefined {
  let end = from;
  while (/[!#-+\--[\]-~]/.test(header.charAt(end))) end += 1;
  return end > from ? { text: header.slice(from, end), end } : undefined;
}

/** Marks the challenge as not to be used; @returns the end of the element, past everything quoted. */
function spoil(one: Parsed | undefined, header: string, from: number): number {
  if (one !== undefined) one.sound = false;
  return elementEnd(header, from);
}

function elementEnd(header: string, from: number): number {
  let at = from;
  while (at < header.length && header[at] !== ',') {
    at = header[at] === '"' ? (quotedAt(header, at)?.end ?? header.length) : at + 1;
  }
  return at;
}

const blanks = ' \t';

function skip(header: string, from: number, what: string): number {
  let at = from;
  while (at < header.length && what.includes(header.charAt(at))) at += 1;
  return at;
}

/** @see RFC 9110 §5.6.2 */
function tokenAt(header: string, from: number): string {
  let at = from;
  while (/[!#$%&'*+\-.^`|~\w]/.test(header.charAt(at))) at += 1;
  return header.slice(from, at);
}

/** @see RFC 9110 §11.2 */
function skipToken68(header: string, from: number): number {
  let at = from;
  while (/[\w\-.~+/]/.test(header.charAt(at))) at += 1;
  return skip(header, skip(header, at, '='), blanks);
}

function endsElement(header: string, at: number): boolean {
  return at === header.length || header[at] === ',';
}
