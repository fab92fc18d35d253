// The names of servers and sessions on the page: short, and the same everywhere.
import { urlOf } from '../../protocol/url.ts';
import type { SessionId } from './messages.ts';

/** How many colours there are. When there are more servers, colours repeat, and the letters differ. */
const COLOURS = 6;

/** How the page calls an authorization server. */
export interface ServerName {
  /** `A`, `B`, …, in the order in which the servers were first named. */
  readonly letter: string;
  /** `127.0.0.1:4001`, and the path if it has one. */
  readonly place: string;
  readonly colour: number;
}

/** The name of an authorization server. @param servers All issuers, in the order of their letters. */
export function serverName(servers: readonly string[], issuer: string): ServerName {
  const at = Math.max(servers.indexOf(issuer), 0);
  return { letter: letterOf(at), place: placeOf(issuer), colour: at % COLOURS };
}

/** `A (127.0.0.1:4001)`. */
export function inWords(servers: readonly string[], issuer: string): string {
  const { letter, place } = serverName(servers, issuer);
  return `${letter} (${place})`;
}

const LETTERS = 26;
const letterOf = (at: number): string =>
  String.fromCharCode('A'.charCodeAt(0) + (at % LETTERS)) + (at < LETTERS ? '' : Math.floor(at / LETTERS));

/** The host of a URL, and the path if it has one. */
export function placeOf(url: string): string {
  const { host, pathname } = urlOf(url) ?? { host: url, pathname: '/' };
  return pathname === '/' ? host : host + pathname;
}

/** The server that a request went to. Of several at one origin it is the one whose path is in the URL. */
export function serverOf(servers: readonly string[], url: string): string | undefined {
  const { origin, pathname } = urlOf(url) ?? {};
  const here = servers.filter((issuer) => origin !== undefined && urlOf(issuer)?.origin === origin);
  const isOf = (issuer: string): boolean => {
    const { pathname: path = '/' } = urlOf(issuer) ?? {};
    // RFC 8414 §3.1 puts the path of an issuer at the end.
    return path !== '/' && (`${pathname}/`.startsWith(`${path}/`) || pathname?.endsWith(path) === true);
  };
  return here.find(isOf) ?? here[0];
}

/** The name of a session: its subject and label, else its resource. */
export function sessionName({ resource, subject, label }: SessionId): string {
  return [subject, label].filter((one) => one !== '').join(' · ') || placeOf(resource);
}

/** The path of a URL; all of it when it cannot be read. */
export const pathOf = (url: string): string => urlOf(url)?.pathname ?? url;
