// Judging an authorization response: the state first, then the issuer, and only then what it says.
import { oauthErrorCode, shown } from './text.ts';

/** What was recorded before the person was sent away (AUTHZ-4). */
export interface ExpectedResponse {
  readonly state: string;
  readonly issuer: string;
  /** Whether the server's metadata promises `iss`. */
  readonly sendsIssuer: boolean;
}

/**
 * The verdict. `code` is a secret. When the state or the issuer is not ours, nothing else of the response may be
 * acted on or shown (AUTHZ-7).
 */
export type ResponseVerdict =
  | { readonly kind: 'code'; readonly code: string; readonly params: URLSearchParams }
  | { readonly kind: 'error'; readonly error: string; readonly said?: string }
  | { readonly kind: 'not-ours' }
  | { readonly kind: 'issuer-missing' }
  | { readonly kind: 'issuer-mismatch'; readonly said: string }
  | { readonly kind: 'malformed'; readonly why: string };

/** Longest code that is believed, in characters. */
const MAX_CODE = 4096;
/** @see RFC 6749 appendix A.11 */
const codeText = /^[\x20-\x7e]+$/;

/**
 * @param url the whole URL that came back.
 * @see RFC 9207 §2.4, RFC 6749 §4.1.2
 */
export function judgeAuthorizationResponse(url: string, expected: ExpectedResponse): ResponseVerdict {
  const params = queryOf(url);
  // AUTHZ-3: a response with another state is somebody else's business, or an attack; ours stays pending.
  const state = onlyOf(params, 'state');
  if (state === undefined || !sameText(state, expected.state)) return { kind: 'not-ours' };
  return judgeIssuer(params, expected) ?? judgeAnswer(params);
}

/** The state of a response (its URL, or only its query), when it has exactly one: to find the request that it answers. */
export function stateOf(url: string): string | undefined {
  return onlyOf(queryOf(url), 'state') || undefined;
}

// AUTHZ-5, AUTHZ-6, AUTHZ-7: four rows, plain comparison, before any other parameter is looked at.
function judgeIssuer(params: URLSearchParams, expected: ExpectedResponse): ResponseVerdict | undefined {
  const issuers = params.getAll('iss');
  if (issuers.length > 1) return { kind: 'malformed', why: 'it names more than one issuer' };
  const [issuer] = issuers;
  if (issuer === undefined) return expected.sendsIssuer ? { kind: 'issuer-missing' } : undefined;
  return issuer === expected.issuer ? undefined : { kind: 'issuer-mismatch', said: shown(issuer) };
}

function judgeAnswer(params: URLSearchParams): ResponseVerdict {
  // RFC 6749 §3.1: parameters must not be repeated. What belongs to implicit flows was never asked for.
  for (const name of ['code', 'error', 'error_description', 'error_uri']) {
    if (params.getAll(name).length > 1) return { kind: 'malformed', why: `it has more than one ${name}` };
  }
  for (const name of ['access_token', 'id_token', 'token_type', 'response']) {
    if (params.has(name)) return { kind: 'malformed', why: `it has a ${name}, which was not asked for` };
  }
  const code = params.get('code');
  const error = params.get('error');
  if (code !== null && error !== null) return { kind: 'malformed', why: 'it has both a code and an error' };
  if (error !== null) return readError(error, params.get('error_description'));
  if (code === null) return { kind: 'malformed', why: 'it has neither a code nor an error' };
  if (code.length > MAX_CODE || !codeText.test(code))
    return { kind: 'malformed', why: 'its code is not a usable text' };
  return { kind: 'code', code, params };
}

function readError(error: string, description: string | null): ResponseVerdict {
  const known = oauthErrorCode(error) ?? 'unreadable_error';
  return { kind: 'error', error: known, ...(description !== null && { said: shown(description) }) };
}

/** Read by hand, so that the query of a request target does as well as a whole URL. */
function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(/^[^?#]*\?([^#]*)/.exec(url)?.[1]);
}

/** The value of a parameter that is given exactly once. */
function onlyOf(params: URLSearchParams, name: string): string | undefined {
  const values = params.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

/** Compares without telling by its time how much was right (L12). */
export function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < b.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
