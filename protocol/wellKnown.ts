// Where metadata lives, and whose it is: well-known addresses, resource identifiers, issuers.
import { type AddressVerdict, readAddress } from './address.ts';

const RESOURCE = '/.well-known/oauth-protected-resource';
const SERVER = '/.well-known/oauth-authorization-server';
const OPENID = '/.well-known/openid-configuration';

/**
 * Where to look for the metadata of a resource, in this order: its own place, then the root (DISC-3).
 * A query belongs to the identifier and is kept in its own place; only a lone slash after the host is dropped,
 * so `/mcp` and `/mcp/` have different places. Empty when `resource` is no usable URL.
 * @see RFC 9728 §3.1
 */
export function resourceMetadataUrls(resource: string): readonly string[] {
  const verdict = readAddress(resource);
  if (!verdict.ok) return [];
  const { origin, pathname, search } = verdict.url;
  const path = pathname === '/' ? '' : pathname;
  return [...new Set([`${origin}${RESOURCE}${path}${search}`, `${origin}${RESOURCE}`])];
}

/**
 * The address that a challenge points to, as it is meant: a resource behind a proxy often does not know that people reach
 * it by https, and at which port. A pointer by plain http to the host of a resource with https means that resource; it is
 * asked there, and never by http. Any other pointer stays as it is.
 * @see RFC 9728 §5.1, §7.7
 */
export function meantPointer(pointer: string, resource: string): string {
  const named = readAddress(pointer);
  const ours = readAddress(resource);
  if (!named.ok || !ours.ok) return pointer;
  const isProxied = named.url.protocol === 'http:' && ours.url.protocol === 'https:';
  if (!isProxied || named.url.hostname !== ours.url.hostname) return pointer;
  return `${ours.url.origin}${named.url.pathname}${named.url.search}`;
}

/**
 * Where to look for the metadata of an authorization server, in this order (DISC-6, DISC-7). Whatever is found has to name
 * the issuer.
 * A slash at the end of the path is dropped. Empty when `issuer` is none.
 * @see RFC 8414 §3.1, §5, OpenID Connect Discovery 1.0 §4.1
 */
export function serverMetadataUrls(issuer: string): readonly string[] {
  const verdict = judgeIssuer(issuer);
  if (!verdict.ok) return [];
  const { origin, pathname } = verdict.url;
  const path = pathname.replace(/\/$/, '');
  if (path === '') return [`${origin}${SERVER}`, `${origin}${OPENID}`];
  const specified = [`${origin}${SERVER}${path}`, `${origin}${OPENID}${path}`, `${origin}${path}${OPENID}`];
  // No specification has the last one; servers have it that took the rule of OpenID Connect for the other document, too.
  return [...specified, `${origin}${path}${SERVER}`];
}

/** True when a document was found at the resource identifier's own well-known place (DISC-4). @see RFC 9728 §3.3 */
export function isOwnWellKnown(documentUrl: string, resourceIdentifier: string): boolean {
  const [own] = resourceMetadataUrls(resourceIdentifier);
  const found = readAddress(documentUrl);
  return found.ok && found.url.href === own;
}

/**
 * Whether an identifier speaks of a resource. `exact`: the same URL once parsed; `/mcp` and `/mcp/` differ.
 * `parent`: same origin, no query, and its path is a prefix in whole segments.
 * @see RFC 9728 §3.3
 */
export function identifies(identifier: string, resource: string): 'exact' | 'parent' | 'no' {
  const named = readAddress(identifier);
  const ours = readAddress(resource);
  // The identifier travels as it was written: dots in it could mean another path to the next reader.
  if (!named.ok || !ours.ok || hasDotSegment(pathOf(identifier))) return 'no';
  if (named.url.href === ours.url.href) return 'exact';
  if (named.url.origin !== ours.url.origin || identifier.includes('?')) return 'no';
  const parent = named.url.pathname;
  const path = ours.url.pathname;
  if (path !== parent && !path.startsWith(parent.endsWith('/') ? parent : `${parent}/`)) return 'no';
  // `/a/..%2Fb` is below `/a` only for those who do not decode it.
  return hasDotSegment(path) ? 'no' : 'parent';
}

/**
 * Judges an issuer identifier by its text alone: an http or https URL without query, fragment, or user, whose path
 * every reader takes alike: no dot segments, no encoded dots, no `//`, no `;`.
 * @see RFC 8414 §2
 */
export function judgeIssuer(text: string): AddressVerdict {
  const verdict = readAddress(text);
  if (!verdict.ok) return verdict;
  if (text.includes('?')) return { ok: false, reason: 'it has a query' };
  const path = pathOf(text);
  if (/%2e/i.test(path) || hasDotSegment(path)) return { ok: false, reason: 'its path has dot segments' };
  if (path.includes('//')) return { ok: false, reason: 'its path has an empty segment' };
  // Path parameters are dropped by some servers and not by others: `/a/..;/b`.
  if (path.includes(';')) return { ok: false, reason: 'its path has parameters' };
  return verdict;
}

/** Whether two issuers differ by one slash at the end, and by nothing else. They are two issuers all the same. @see RFC 8414 §2 */
export function isSameButSlash(one: string, other: string): boolean {
  return one === `${other}/` || other === `${one}/`;
}

/** The path of a readable address as it was written, before a parser resolved anything. */
function pathOf(text: string): string {
  return /^https?:\/\/[^/?]+([^?]*)/i.exec(text)?.[1] ?? '';
}

function hasDotSegment(path: string): boolean {
  const segments = path.replace(/%2e/gi, '.').split(/\/|%2f|%5c/i);
  return segments.some((segment) => segment === '.' || segment === '..');
}
