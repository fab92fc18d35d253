// The user agent of tests and machines: walks the redirects itself, where a server asks no person anything.

import type { CookieJar } from 'tough-cookie';
import { AuthError, refuse } from '../../contract/errors.ts';
import { sameText, stateOf } from '../../protocol/authorizationResponse.ts';
import { urlOf } from '../../protocol/url.ts';
import { throwIfCancelled } from '../tools/waiting.ts';
import { pageAddress, responseAt, unheardRedirectUri } from './addresses.ts';
import { createInbox } from './inbox.ts';
import type { AuthorizationRequest, UserAgent } from './userAgent.ts';

export interface HeadlessOptions {
  /** Never requested. Default: the one that the registration has, else `http://127.0.0.1/callback`. */
  readonly redirectUri?: string;
  readonly fetch?: typeof fetch;
  /** Redirects to follow at most, the last one not counted. Default 20. */
  readonly maxHops?: number;
}

/** For the whole walk, in milliseconds. */
const deadline = 10_000;

/** Those a browser follows from a GET. @see RFC 9110 §15.4 */
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * A user agent that needs no person: it follows the server's redirects, with the cookies of this one login,
 * until one points at the redirect URI.
 * Its methods throw AuthError `user_agent_failed` when the server shows a page instead, `redirect_refused`
 * after too many hops, `address_refused` for a hop to what is not https or http to loopback,
 * `response_not_ours` when the answer carries another state, `timed_out` after 10 s, `unreachable`,
 * `cancelled`.
 * @see OAuth 2.1 draft 13 §4.1.2
 */
export function headlessUserAgent(options: HeadlessOptions = {}): UserAgent {
  const closing = new AbortController();
  const inbox = createInbox();
  const until = (signal: AbortSignal) => AbortSignal.any([signal, closing.signal]);
  return {
    name: 'headless',

    async reserve(wanted, signal) {
      throwIfCancelled(until(signal));
      return wanted[0] ?? options.redirectUri ?? unheardRedirectUri;
    },

    async present(request) {
      const signal = until(request.signal);
      throwIfCancelled(signal);
      const response = await walkInTime({ ...request, signal }, options);
      const state = stateOf(response);
      if (state === undefined || !sameText(state, request.state)) {
        refuse('response_not_ours', 'authorizing', 'The authorization server answered with another state.', {
          issuer: request.issuer,
        });
      }
      inbox.expect(request.state, signal);
      inbox.deliver(request.state, response);
    },

    receive: ({ state, signal }) => inbox.receive(state, until(signal)),

    async release() {},

    async dispose() {
      closing.abort();
    },
  };
}

async function walkInTime(request: AuthorizationRequest, options: HeadlessOptions): Promise<string> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), deadline);
  const { issuer } = request;
  try {
    return await walk({ ...request, signal: AbortSignal.any([request.signal, late.signal]) }, options);
  } catch (thrown) {
    throwIfCancelled(request.signal);
    if (late.signal.aborted) {
      refuse('timed_out', 'authorizing', 'The authorization server took longer than 10 seconds.', { issuer });
    }
    if (thrown instanceof AuthError) throw thrown;
    refuse('unreachable', 'authorizing', 'The authorization server could not be reached.', { issuer });
  } finally {
    clearTimeout(timer);
  }
}

async function walk(request: AuthorizationRequest, options: HeadlessOptions): Promise<string> {
  const { CookieJar } = await import('tough-cookie');
  const jar = new CookieJar();
  const maxHops = options.maxHops ?? 20;
  let at = pageAddress(request.url);
  for (let hop = 0; hop <= maxHops; hop += 1) {
    const location = await step(at, request, jar, options.fetch ?? fetch);
    const next = resolve(location, at);
    const response = responseAt(request.redirectUri, location) ?? responseAt(request.redirectUri, next);
    if (response !== undefined) return response;
    at = pageAddress(next);
  }
  refuse(
    'redirect_refused',
    'authorizing',
    `The authorization server redirected more than ${maxHops} times.`,
    {
      issuer: request.issuer,
    },
  );
}

/** One GET; gives back where it redirects to, as the server wrote it. */
async function step(
  at: string,
  { issuer, signal }: AuthorizationRequest,
  jar: CookieJar,
  send: typeof fetch,
): Promise<string> {
  const cookie = await jar.getCookieString(at);
  const answer = await send(at, {
    redirect: 'manual',
    headers: { accept: '*/*', ...(cookie !== '' && { cookie }) },
    signal,
  });
  await answer.body?.cancel();
  for (const line of answer.headers.getSetCookie()) await jar.setCookie(line, at, { ignoreError: true });
  const location = answer.headers.get('location');
  if (location !== null && redirectStatuses.has(answer.status)) return location;
  refuse(
    'user_agent_failed',
    'authorizing',
    `The server wants a person: ${new URL(at).origin} answered ${answer.status} and did not redirect. Log in with a browser.`,
    { issuer, status: answer.status, recovery: 'ask-user' },
  );
}

/** An empty text, which is no URL, when it cannot be resolved. */
function resolve(location: string, base: string): string {
  return urlOf(location, base)?.href ?? '';
}
