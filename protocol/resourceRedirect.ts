// Following a redirect of the resource by hand: where to, with which method, and what stays behind. (Fetch Standard)
import { urlOf } from './url.ts';

/** As many as fetch follows. */
const MAX_REDIRECTS = 20;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether a status may lead elsewhere. @see RFC 9110 §15.4 */
export const isRedirect = (status: number): boolean => redirects.has(status);

/** Headers that describe a body, and go with it. @see Fetch Standard, request-body-header name */
export const bodyHeaders: readonly string[] = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
];

/** Headers that another origin does not get (TOK-1, TOK-2). */
export const credentialHeaders: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'dpop',
];

/** The request that was answered. */
export interface RedirectedRequest {
  readonly url: URL;
  /** As it was sent. */
  readonly method: string;
  /** Whether its body can be read again. */
  readonly canRepeat: boolean;
  /** How many redirects were followed before. */
  readonly followed: number;
}

/** `stop`: the answer is the caller's. */
export type RedirectVerdict =
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'follow';
      readonly to: URL;
      readonly method: string;
      /** The body stays behind, and the headers that describe it. */
      readonly dropsBody: boolean;
      /** It leads to another origin: no credentials go there. */
      readonly leavesOrigin: boolean;
    };

const STOP: RedirectVerdict = { kind: 'stop' };

/**
 * Judges an answer to a request whose redirects are followed by hand: at most 20, to http and https only, and none whose
 * body would have to be read again and cannot.
 * @param location the `Location` header.
 * @see Fetch Standard, HTTP-redirect fetch, steps 4 to 13
 */
export function judgeRedirect(
  status: number,
  location: string | null,
  { url, method, canRepeat, followed }: RedirectedRequest,
): RedirectVerdict {
  if (!redirects.has(status) || location === null || followed >= MAX_REDIRECTS) return STOP;
  const to = urlOf(location, url);
  if (!to || (to.protocol !== 'http:' && to.protocol !== 'https:')) return STOP;
  const dropsBody = becomesGet(status, method);
  if (!dropsBody && !canRepeat) return STOP;
  return {
    kind: 'follow',
    to,
    method: dropsBody ? 'GET' : method,
    dropsBody,
    leavesOrigin: to.origin !== url.origin,
  };
}

/** @see Fetch Standard, HTTP-redirect fetch, step 12 */
function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}
