// The user agent of tests and machines: follows the redirects itself, for servers that ask no person anything.

import type { CookieJar } from 'tough-cookie';
import { AuthError, refuse } from '../../contract/errors.ts';
import { Part } from '../../contract/part.ts';
import { sameText, stateOf } from '../../protocol/authorizationResponse.ts';
import { connectionFailure } from '../../protocol/connection.ts';
import { must, object, optional, type Shape } from '../../protocol/options.ts';
import { callback, redirectUri } from '../../protocol/optionValues.ts';
import { urlOf } from '../../protocol/url.ts';
import { throwIfCancelled, untilEither } from '../tools/waiting.ts';
import {
  localhostWithoutListener,
  pageAddress,
  redirectUriWithoutListener,
  responseAt,
} from './addresses.ts';
import { createInbox } from './inbox.ts';
import type { AuthorizationRequest, UserAgent } from './userAgent.ts';

/** How `headlessUserAgent` follows redirects. */
export interface HeadlessOptions {
  /** Never requested. Default: the one that the registration has, else `http://127.0.0.1/callback`. */
  readonly redirectUri?: string;
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** How many redirects to follow at most. The last one, to the redirect URI, does not count. Default 20. */
  readonly maxHops?: number;
}

/** Judges for the options of `headlessUserAgent`. */
export const headlessShape: Shape<HeadlessOptions> = {
  redirectUri: optional(redirectUri),
  fetch: optional(callback),
  maxHops: optional(
    must('a whole number, 0 or more', (value) => Number.isSafeInteger(value) && Number(value) >= 0),
  ),
};

/** Loaded with the first cookie: most servers that ask no person anything set none. */
const jars = new Part(() => import('tough-cookie'));

/** For all requests of one login together, in milliseconds. */
const deadline = 10_000;

/** The statuses that make a browser follow a redirect after a GET. @see RFC 9110 §15.4 */
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * A user agent that needs no person: it follows the redirects of the server, with the cookies of this login alone,
 * until one leads to the redirect URI. It works only where the server shows no page.
 * @throws AuthError `config_invalid` for an option that cannot be used.
 * Its methods throw AuthError `user_agent_failed` when the server shows a page, `redirect_refused` after too many
 * redirects, `address_refused` for a redirect to an address that is neither https nor http to loopback,
 * `response_not_ours` when the response has another `state`, `timed_out` after 10 s, `unreachable`,
 * `certificate_untrusted`, `certificate_invalid`, `cancelled`.
 * @example
 * import { createAuthEngine, memoryStore } from 'authchart';
 * import { headlessUserAgent } from 'authchart/node';
 * const userAgent = headlessUserAgent();
 * const engine = createAuthEngine({ client: { name: 'smoke test' }, store: memoryStore(), userAgent });
 * await engine.session({ resource: 'http://127.0.0.1:3000/mcp' }).login();
 * @see OAuth 2.1 draft 13 §4.1.2
 */
export function headlessUserAgent(options: HeadlessOptions = {}): UserAgent {
  object(headlessShape)(options, '');
  const closing = new AbortController();
  const inbox = createInbox();
  return {
    name: 'headless',

    async reserve(wanted, signal) {
      throwIfCancelled(signal, closing.signal);
      return wanted[0] ?? options.redirectUri ?? redirectUriWithoutListener;
    },

    ...(options.redirectUri === undefined && { atLocalhost: localhostWithoutListener }),

    async present(request) {
      throwIfCancelled(request.signal, closing.signal);
      const response = await untilEither(request.signal, closing.signal, (signal) =>
        followInTime({ ...request, signal }, options),
      );
      const state = stateOf(response);
      if (state === undefined || !sameText(state, request.state)) {
        refuse('response_not_ours', 'authorizing', 'The authorization server answered with another state.', {
          issuer: request.issuer,
        });
      }
      inbox.expect(request.state, request.signal);
      inbox.deliver(request.state, response);
    },

    receive: ({ state, signal }) =>
      untilEither(signal, closing.signal, (until) => inbox.receive(state, until)),

    async release() {},

    async dispose() {
      closing.abort();
    },
  };
}

async function followInTime(request: AuthorizationRequest, options: HeadlessOptions): Promise<string> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), deadline);
  const { issuer } = request;
  try {
    return await untilEither(request.signal, late.signal, (signal) =>
      followRedirects({ ...request, signal }, options),
    );
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

async function followRedirects(request: AuthorizationRequest, options: HeadlessOptions): Promise<string> {
  const cookies = new Cookies();
  const maxHops = options.maxHops ?? 20;
  let at = pageAddress(request.url);
  for (let hop = 0; hop <= maxHops; hop += 1) {
    const location = await redirectOf(at, request, cookies, options.fetch ?? fetch);
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

/** The cookies of one login. */
class Cookies {
  #jar: CookieJar | undefined;

  /** The `cookie` header of a request; empty where there is none. */
  async for(url: string): Promise<string> {
    return (await this.#jar?.getCookieString(url)) ?? '';
  }

  /** @param lines `set-cookie` headers of an answer. */
  async take(lines: readonly string[], url: string): Promise<void> {
    if (lines.length === 0) return;
    const { CookieJar } = jars.atHand ?? (await jars.load('authorizing'));
    this.#jar ??= new CookieJar();
    for (const line of lines) await this.#jar.setCookie(line, url, { ignoreError: true });
  }
}

/** Sends one GET. Returns where it redirects to, as the server wrote it. */
async function redirectOf(
  at: string,
  { issuer, signal }: AuthorizationRequest,
  cookies: Cookies,
  send: typeof fetch,
): Promise<string> {
  const cookie = await cookies.for(at);
  const headers = { accept: '*/*', ...(cookie !== '' && { cookie }) };
  const answer = await send(at, { redirect: 'manual', headers, signal }).catch((thrown: unknown) => {
    const failed = connectionFailure(thrown, new URL(at).host, 'authorizing');
    throw failed ? new AuthError({ ...failed, issuer }) : thrown;
  });
  await answer.body?.cancel();
  await cookies.take(answer.headers.getSetCookie(), at);
  const location = answer.headers.get('location');
  if (location !== null && redirectStatuses.has(answer.status)) return location;
  refuse(
    'user_agent_failed',
    'authorizing',
    `The server asks for a person: ${new URL(at).origin} answered ${answer.status} and did not redirect. Log in with a browser.`,
    { issuer, status: answer.status, recovery: 'ask-user' },
  );
}

/** The absolute URL; an empty text, which is no URL, when there is none. */
function resolve(location: string, base: string): string {
  return urlOf(location, base)?.href ?? '';
}
