// Judging addresses that strangers give us: is this a URL that we may send something to?
import { urlOf } from './url.ts';

/** Whether an address may be used: the parsed URL, or why not. */
export type AddressVerdict =
  | { readonly ok: true; readonly url: URL }
  /** `reason` is a clause for the middle of a sentence: "it is plain http". */
  | { readonly ok: false; readonly reason: string };

/** Longest address that is believed, in characters. */
const MAX_ADDRESS = 8 * 1024;
/** Controls, format characters, lone surrogates, blanks, and the backslash that URL parsers take for a slash. */
const foreign = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\\]/u;
const authorityOf = /^https?:\/\/[^/?#]+/i;

/** True for hosts that are this machine by their name alone. @see RFC 6761 §6.3, RFC 1122 §3.2.1.3 */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost') || host === '[::1]') return true;
  // The URL parser has turned octal, hexadecimal, and short forms of IPv4 into four decimals.
  return /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host) || /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(host);
}

/**
 * Reads an absolute http or https URL that means the same to every parser: no user, no fragment, no blanks.
 * Whether anything may be sent there is for `judgeAddress` to say.
 * @see RFC 3986 §3.2.1, §4.3
 */
export function readAddress(text: string): AddressVerdict {
  if (text.length > MAX_ADDRESS) return { ok: false, reason: 'it is too long' };
  if (foreign.test(text)) return { ok: false, reason: 'it holds characters that do not belong in a URL' };
  const url = urlOf(text);
  if (!url) return { ok: false, reason: 'it is not an absolute URL' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { ok: false, reason: 'it is not an https URL' };
  // The parser forgives missing slashes and empty users; other readers of the same text may not.
  const authority = authorityOf.exec(text)?.[0];
  if (authority === undefined) return { ok: false, reason: 'it is not an absolute URL' };
  if (authority.includes('@')) return { ok: false, reason: 'it names a user before its host' };
  if (text.includes('#')) return { ok: false, reason: 'it has a fragment' };
  return { ok: true, url };
}

/**
 * Judges an address before anything is sent there: https; loopback, there also by plain http, only for a
 * session whose resource is on loopback itself (development).
 * @param resource the protected resource of the session.
 * @see RFC 9728 §7.7, OAuth 2.1 draft 13 §1.5
 */
export function judgeAddress(text: string, resource: string): AddressVerdict {
  const verdict = readAddress(text);
  if (!verdict.ok) return verdict;
  const reason = hostReason(verdict.url, resource);
  return reason === undefined ? verdict : { ok: false, reason };
}

/** Why a host is out of reach: the one place that decides by where a host is. */
function hostReason(url: URL, resource: string): string | undefined {
  if (!isLoopback(url)) return url.protocol === 'http:' ? 'it is plain http' : undefined;
  const home = urlOf(resource);
  return home && isLoopback(home) ? undefined : 'it points to this machine, and the resource is elsewhere';
}

/** True when both have the same scheme, host and port; never for what has no origin. @see RFC 6454 §5 */
export function sameOrigin(a: string | URL, b: string | URL): boolean {
  const origin = urlOf(String(a))?.origin;
  return origin !== undefined && origin !== 'null' && origin === urlOf(String(b))?.origin;
}
