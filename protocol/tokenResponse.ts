// Judging the answer of a token endpoint: tokens that may go into a header, a lifetime, scopes; or an error.
import { readScopes } from './challenge.ts';
import { own, readObject } from './json.ts';
import { oauthErrorCode } from './text.ts';

/** Tokens: for the store, never for the chart. */
export interface TokenAnswer {
  readonly accessToken: string;
  /** The access token is bound to the key of the proof that was sent. @see RFC 9449 §5 */
  readonly bound?: true;
  readonly refreshToken?: string;
  /** Seconds; absent when the server did not say anything usable. */
  readonly expiresIn?: number;
  /** Absent when the server did not say: then it granted what was asked for (RFC 6749 §5.1). */
  readonly granted?: readonly string[];
}

/** What the answer of a token endpoint is: tokens, an error of the server, or something that is not believed. */
export type TokenVerdict =
  | { readonly kind: 'tokens'; readonly tokens: TokenAnswer }
  | { readonly kind: 'error'; readonly error: string; readonly description?: string }
  | { readonly kind: 'invalid'; readonly why: string };

/** Longest token that is believed: header lines of many servers end at 16 KiB. */
const MAX_TOKEN = 12 * 1024;
/** What may follow `Bearer `: nothing that ends or splits a header. @see RFC 6750 §2.1, OAuth 2.1 draft 13 §12.12 */
const tokenText = /^[\x21-\x7e]+$/;
/** A refresh token travels in a form only. @see RFC 6749 appendix A.17 */
const refreshTokenText = /^[\x20-\x7e]+$/;
/** Ten years, in seconds: a longer lifetime is not meant. */
const MAX_LIFETIME = 315_360_000;

/**
 * @param proved whether a DPoP proof was sent: only then may the token be bound to a key.
 * @see RFC 6749 §5.1, §5.2, RFC 9449 §5
 */
export function judgeTokenResponse(status: number, text: string, proved = false): TokenVerdict {
  const document = readObject(text);
  if (!document) return { kind: 'invalid', why: 'it is not a JSON object' };
  // An error is an error, whatever the status and whatever stands beside it.
  const error = own(document, 'error');
  if (error !== undefined && error !== null) return readError(error, own(document, 'error_description'));
  if (!isSuccess(status)) return { kind: 'invalid', why: 'it has no error code' };

  const accessToken = own(document, 'access_token');
  if (!isToken(accessToken, tokenText)) return { kind: 'invalid', why: 'it has no usable access_token' };
  const type = own(document, 'token_type');
  if (typeof type !== 'string') return { kind: 'invalid', why: 'it has no token_type' };
  const bound = proved && type.toLowerCase() === 'dpop';
  if (!bound && type.toLowerCase() !== 'bearer') {
    return { kind: 'invalid', why: `its token_type is not Bearer${proved ? ' or DPoP' : ''}` };
  }
  return { kind: 'tokens', tokens: { accessToken, ...(bound && { bound }), ...readRest(document) } };
}

/** RFC 6749 §5.1 has 200 for it. Servers of frameworks that answer every POST with 201 do so here, too. */
function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function readRest(document: Readonly<Record<string, unknown>>): Omit<TokenAnswer, 'accessToken' | 'bound'> {
  const refreshToken = own(document, 'refresh_token');
  const expiresIn = readLifetime(own(document, 'expires_in'));
  const scope = own(document, 'scope');
  // STEP-6: an empty text was said, too: nothing was granted. Only silence means what was asked for.
  const granted = typeof scope === 'string' ? (readScopes(scope) ?? []) : undefined;
  return {
    ...(isToken(refreshToken, refreshTokenText) && { refreshToken }),
    ...(expiresIn !== undefined && { expiresIn }),
    ...(granted !== undefined && { granted }),
  };
}

function readError(error: unknown, description: unknown): TokenVerdict {
  return {
    kind: 'error',
    error: oauthErrorCode(error) ?? 'unreadable_error',
    ...(typeof description === 'string' && { description }),
  };
}

function isToken(value: unknown, legal: RegExp): value is string {
  return typeof value === 'string' && value.length <= MAX_TOKEN && legal.test(value);
}

/**
 * Some servers send the number as a text of digits; that is read, "3600abc" is not. No token is dead on arrival:
 * 0 says nothing, as in golang/oauth2, and the resource's 401 decides (TOK-8).
 */
function readLifetime(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return undefined;
  return Math.min(seconds, MAX_LIFETIME);
}
