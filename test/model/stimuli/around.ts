// Whom a walk is about: a resource and two authorization servers, on paper or on the stage, under one setting.
import type { Letter, Setting } from '../setting.ts';

export interface Around {
  readonly setting: Setting;
  /** URL of the resource. */
  readonly resource: string;
  readonly issuers: Readonly<Record<Letter, string>>;
}

/** With addresses that nobody calls. */
export function onPaper(setting: Setting): Around {
  return {
    setting,
    resource: 'https://resource.example/mcp',
    issuers: { a: 'https://a.example', b: 'https://b.example' },
  };
}

/** The letter of an issuer: what stories say. */
export function letterOf({ issuers }: Around, issuer: string): Letter {
  return issuer === issuers.b ? 'b' : 'a';
}

/** Which client a host has by its own hand, and where its metadata document is. */
export const OWN_CLIENT = 'client-of-the-hosts-own';
export const DOCUMENT = 'https://client.example/client.json';
/** Redirect URIs that the user agent may have. */
export const REDIRECTS = ['http://127.0.0.1:1/callback', 'http://127.0.0.1:2/callback'] as const;
/** How long a login may take, and a token lives, in milliseconds. */
export const LOGIN_LIFE = 600_000;
export const TOKEN_LIFE = 300_000;
/**
 * How long each thing takes, in milliseconds: so little that no two happen at one time, and nothing runs out by it.
 * Time passes where a stimulus says so, and nowhere else.
 */
export const BEAT = 2 ** -10;
