// Text from strangers: made fit to be shown, kept apart from secrets, read as an error code.
import { urlOf } from './url.ts';

/** Controls, format and bidi characters, lone surrogates, private use, line breaks, and what is drawn as nothing. */
const unshowable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * Untrusted text for people: what could move a cursor, start a line, or turn text around becomes `\u{…}`.
 * @param max longest result, in characters, not counting the `…` that says that it was cut.
 */
export function shown(text: string, max = 200): string {
  let out = '';
  for (const character of text) {
    const piece = unshowable.test(character) ? `\\u{${codeOf(character)}}` : character;
    if (out.length + piece.length > max) return `${out}…`;
    out += piece;
  }
  return out;
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}

/** So many characters in a row are a leak: fewer occur by chance. */
const OVERLAP = 8;

/** So much of a text is looked at, and passed on, in characters: nobody is shown more. */
const LONGEST = 2_000;

/**
 * The beginning of the text, or nothing when it repeats 8 or more characters in a row of a secret; of a shorter
 * secret, all of it. Sees through percent-encoding and base64, in time linear in the lengths of the secrets.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string | undefined {
  const known = piecesOf(secrets);
  const beginning = text.slice(0, LONGEST);
  return readings(beginning).some((reading) => repeats(reading, known)) ? undefined : beginning;
}

/** The error code of a server, or `unreadable_error` when it repeats what was sent and may not be shown (L05). */
export function codeWithout(code: string, secrets: readonly (string | undefined)[]): string {
  const known = secrets.filter((one) => one !== undefined);
  return withoutSecrets(code, known) === undefined ? 'unreadable_error' : code;
}

/** What to look for, by length. */
function piecesOf(secrets: readonly string[]): ReadonlyMap<number, ReadonlySet<string>> {
  const pieces = new Map<number, Set<string>>();
  for (const secret of secrets) {
    const length = Math.min(OVERLAP, secret.length);
    if (length === 0) continue;
    const same = pieces.get(length) ?? new Set<string>();
    for (let at = 0; at + length <= secret.length; at += 1) same.add(secret.slice(at, at + length));
    pieces.set(length, same);
  }
  return pieces;
}

function repeats(text: string, known: ReadonlyMap<number, ReadonlySet<string>>): boolean {
  for (const [length, pieces] of known) {
    for (let at = 0; at + length <= text.length; at += 1) {
      if (pieces.has(text.slice(at, at + length))) return true;
    }
  }
  return false;
}

/** The text as it stands, and as its encodings may be read; base64 from each place where a group may start. */
export function readings(text: string): readonly string[] {
  const percent = text.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const runs = (percent.match(/[\w+/-]+/g) ?? []).filter((run) => run.length >= OVERLAP);
  return [text, percent, ...runs.flatMap((run) => [0, 1, 2, 3].map((start) => fromBase64(run, start)))];
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextets = new Map([...alphabet].map((character, value) => [character, value]));
sextets.set('-', 62).set('_', 63);

/** Bytes as characters, of both base64 alphabets. @see RFC 4648 §4, §5 */
function fromBase64(run: string, start: number): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (let at = start; at < run.length; at += 1) {
    bits = ((bits << 6) | (sextets.get(run.charAt(at)) ?? 0)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += String.fromCharCode((bits >> held) & 0xff);
  }
  return out;
}

/** An OAuth error code of up to 64 characters; nothing for anything else. @see RFC 6749 §5.2 */
export function oauthErrorCode(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(value) ? value : undefined;
}

/** A URL for people: origin and path. A query may hold a key. */
export function placeOf(url: string): string {
  const read = urlOf(url);
  if (!read) return 'an address that is not a URL';
  const { origin, pathname } = read;
  return shown(origin + (pathname === '/' && !url.endsWith('/') ? '' : pathname), 500);
}

/**
 * Whether it can be sent as a secret: not empty, and without control characters. What was read from a file often ends in a
 * line break, which no server expects.
 * @see RFC 6749 appendix A.2
 */
export function isSecretText(value: unknown): value is string {
  return typeof value === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(value);
}

/** What a header may hold, without the blanks around it. @see RFC 9110 §5.5 */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e](?:[\x20-\x7e]{0,8190}[\x21-\x7e])?$/.test(value);
}
