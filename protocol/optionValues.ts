// The kinds of values that options have.
import { isLoopback, readAddress } from './address.ts';
import { invalid, type Judge, list, must } from './options.ts';
import { redirectUriFailure } from './redirectUri.ts';
import { urlOf } from './url.ts';

/** The longest time that timers can wait, in milliseconds; with a longer one they end at once. */
const LONGEST = 2_147_483_647;

/** A time in milliseconds. */
export const duration = must(
  `a number of milliseconds, above 0 and at most ${LONGEST}`,
  (value) => typeof value === 'number' && value > 0 && value <= LONGEST,
);

/** A time in milliseconds, or none at all. */
export const durationOrNone = must(
  `a number of milliseconds, from 0 to ${LONGEST}`,
  (value) => typeof value === 'number' && value >= 0 && value <= LONGEST,
);

/** True or false. */
export const flag = must('true or false', (value) => typeof value === 'boolean');

/** A function of the host's. */
export const callback = must('a function', (value) => typeof value === 'function');

/** Any text, also none. */
export const anyText = must('a text', (value) => typeof value === 'string');

/** Whether it is a text of this kind. */
export const isText = (value: unknown, kind: RegExp): value is string =>
  typeof value === 'string' && kind.test(value);

/** What moves a cursor, starts a line or turns the text around it. Joiners stay: Persian and emoji need them. */
const unfit = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
/** What can be seen at all. */
const visible = /[^\s\p{Default_Ignorable_Code_Point}]/u;

/** A text that people see. */
export const name = must(
  'a text that people can read, without control or text-direction characters',
  (value) => isText(value, visible) && !unfit.test(value),
);

/** An id that a server gave out. @see RFC 6749 appendix A.1 */
export const id = must('a text of printable ASCII characters, not empty', (value) =>
  isText(value, /^[\x20-\x7e]{1,4096}$/),
);

/** A token that is sent in a header. @see RFC 6750 §2.1 */
export const token = must('a token: printable ASCII characters without blanks, not empty', (value) =>
  isText(value, /^[\x21-\x7e]+$/),
);

/** @see RFC 6749 §3.3, and a length at which it still is a name */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/** Scopes, one by one. */
export const scopes = list(
  'scopes',
  must('one scope: printable ASCII characters without blanks, " and \\', (value) =>
    isText(value, scopeToken),
  ),
);

/** Whether something may be sent there: https, or http on loopback (for development). */
const isAddress = (value: unknown): value is string => {
  const verdict = typeof value === 'string' ? readAddress(value) : undefined;
  return verdict?.ok === true && (verdict.url.protocol === 'https:' || isLoopback(verdict.url));
};

/** Where something is sent to. */
export const address = must('an https URL without user name and fragment (http only on loopback)', isAddress);

/** The name of an authorization server. @see RFC 8414 §2 */
export const issuer = must(
  'the https URL of an issuer, without user name, query and fragment (http only on loopback)',
  (value) => isAddress(value) && !value.includes('?'),
);

/** Issuers, one by one. */
export const issuers = list('issuers', issuer);

/** A page for people. */
export const webPage = must(
  'the URL of a web page, https or http',
  (value) => typeof value === 'string' && readAddress(value.replace(/#.*/s, '')).ok,
);

/** Where an authorization server sends the browser afterwards. @see OAuth 2.1 draft 13 §2.3.1, RFC 8252 §7 */
export const redirectUri = must(
  'an https URL, or http on loopback, or of a private-use scheme, without fragment',
  (value) => typeof value === 'string' && redirectUriFailure(value) === undefined,
);

/** What ends a wait. Also one of another realm, or of a library. */
export const signal = must('an AbortSignal', (value) => {
  const members = { aborted: 'boolean', addEventListener: 'function', removeEventListener: 'function' };
  const of: Readonly<Record<string, unknown>> = Object(value);
  return Object.entries(members).every(([name, type]) => typeof of[name] === type);
});

/** A method of HTTP. @see RFC 9110 §9.1 */
export const httpMethod = must('the method of a request, such as "GET"', (value) =>
  isText(value, /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/),
);

/** A URL as a text, or as a URL object: also one of another realm. @returns nothing for anything else. */
export function urlText(value: unknown): string | undefined {
  const text = typeof value === 'object' && value !== null && 'href' in value ? value.href : value;
  return typeof text === 'string' ? text : undefined;
}

/**
 * The whole URL of a request.
 * @throws AuthError `config_invalid`
 */
export function readUrl(value: unknown, path: string): URL {
  return urlOf(urlText(value) ?? '') ?? invalid(`${path} must be a whole URL, as a text or a URL.`);
}

/** The whole URL of a request. */
export const requestUrl: Judge = (value, path) => void readUrl(value, path);

/** A nonce for proofs. @see RFC 9449 §8.1 */
export const nonce = must('the text of a DPoP-Nonce', (value) =>
  isText(value, /^[\x21\x23-\x5b\x5d-\x7e]+$/),
);
