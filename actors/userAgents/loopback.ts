// The user agent of desktop and command-line apps: it opens the person's browser, and listens on loopback.

import { AuthError, failure } from '../../contract/errors.ts';
import { must, object, oneOf, optional, type Shape } from '../../protocol/options.ts';
import { callback } from '../../protocol/optionValues.ts';
import { urlOf } from '../../protocol/url.ts';
import { orCancelled, throwIfCancelled, untilEither } from '../tools/waiting.ts';
import { pageAddress } from './addresses.ts';
import { createListeners } from './callbackListeners.ts';
import { donePath, type LoopbackHost } from './callbackServer.ts';
import { causedBy } from './hostFault.ts';
import { openBrowser } from './openBrowser.ts';
import type { AuthorizationRequest, UserAgent } from './userAgent.ts';

/** How `loopbackUserAgent` opens the browser, and where it listens. */
export interface LoopbackOptions {
  /** Opens the URL for the person. Default: in their browser. */
  readonly open?: (url: string, signal: AbortSignal) => Promise<void>;
  /** Shows the URL when it could not be opened. The login then goes on. Without it the login fails. */
  readonly show?: (url: string, issuer: string) => void;
  /** The address to listen at. Default `127.0.0.1`. */
  readonly host?: LoopbackHost;
  /** The path of the redirect URI. Default `/callback`. */
  readonly path?: string;
  /** The only port to use: for a client that is registered with it. Default: the port of last time, or any free one. */
  readonly port?: number;
}

/**
 * A user agent that opens the person's browser, and receives the response on a port of loopback. All logins that run
 * at the same time share one port. Each response goes to the request with the same `state`. Where a server registers no
 * literal loopback address, the redirect URI names the same port of `localhost`.
 * Another program of this machine may take the port first, or send requests to it. `state` and PKCE protect the login
 * from both.
 * @throws AuthError `config_invalid` for an option that cannot be used.
 * Its methods throw `user_agent_failed` (no port, no browser), `address_refused` and `cancelled`.
 * @example
 * import { createAuthEngine } from 'authchart';
 * import { defaultFolder, fileStore, loopbackUserAgent } from 'authchart/node';
 * const userAgent = loopbackUserAgent({ show: (url) => console.error(`Open this page in a browser:\n${url}`) });
 * const engine = createAuthEngine({ client: { name: 'my tool' }, store: fileStore({ folder: defaultFolder(process.env) }), userAgent });
 * await engine.session({ resource: 'https://mcp.example.com/mcp' }).login();
 * @see RFC 8252 §7.3, §8.3
 */
export function loopbackUserAgent(options: LoopbackOptions = {}): UserAgent {
  object(loopbackShape)(options, '');
  const { host = '127.0.0.1', path = '/callback', port } = options;
  const closing = new AbortController();
  const listeners = createListeners({ host, path, port, closing: closing.signal });
  return {
    name: 'loopback',

    async reserve(wanted, signal) {
      throwIfCancelled(signal, closing.signal);
      const redirectUri = await listeners.choose(wanted);
      if (signal.aborted) await listeners.release(redirectUri);
      throwIfCancelled(signal, closing.signal);
      return redirectUri;
    },

    atLocalhost: (redirectUri) => listeners.atLocalhost(redirectUri),

    async hold(redirectUri, signal) {
      throwIfCancelled(signal, closing.signal);
      const listener = await listeners.takeOver(redirectUri);
      if (signal.aborted && listener !== undefined) await listeners.release(redirectUri);
      throwIfCancelled(signal, closing.signal);
      return listener !== undefined;
    },

    async present(given) {
      const request = { ...given, url: pageAddress(given.url) };
      throwIfCancelled(request.signal, closing.signal);
      const listener = await listeners.at(request.redirectUri);
      throwIfCancelled(request.signal, closing.signal);
      // Without a listener another process holds the redirect URI. It gets the response and completes the login.
      if (listener !== undefined) listeners.expect(listener, request.state, request.signal);
      try {
        await untilEither(request.signal, closing.signal, (signal) =>
          openOrShow({ ...request, signal }, options),
        );
      } catch (thrown) {
        listener?.inbox.forget(request.state);
        throw thrown;
      }
    },

    async receive(request) {
      throwIfCancelled(request.signal, closing.signal);
      const listener = await listeners.at(request.redirectUri);
      return untilEither(request.signal, closing.signal, (signal) =>
        // After a restart another process may have the port. It then gets the response and completes the login.
        listener === undefined
          ? orCancelled(new Promise<never>(() => {}), signal)
          : listeners.receive(listener, request.state, signal),
      );
    },

    release: (redirectUri) => listeners.release(redirectUri),

    async dispose() {
      closing.abort();
      listeners.closeAll();
    },
  };
}

/** Opens the URL in the browser, or shows it when that fails. */
async function openOrShow(
  { url, issuer, signal }: AuthorizationRequest,
  options: LoopbackOptions,
): Promise<void> {
  const { open = openInBrowser, show } = options;
  try {
    await orCancelled(open(url, signal), signal);
  } catch (thrown) {
    throwIfCancelled(signal);
    if (show !== undefined) return show(url, issuer);
    if (thrown instanceof AuthError) throw thrown;
    const message =
      'The browser could not be opened: `open` of loopbackUserAgent failed; give it a `show` that prints the URL.';
    throw causedBy(thrown, new AuthError(failure('user_agent_failed', 'authorizing', message)));
  }
}

function openInBrowser(url: string, signal: AbortSignal): Promise<void> {
  return openBrowser(url, { signal });
}

function isPath(value: unknown): boolean {
  const base = 'http://127.0.0.1';
  return (
    typeof value === 'string' &&
    value !== donePath &&
    !/[?#]/.test(value) &&
    urlOf(value, base)?.href === base + value
  );
}

/** Port 80 would not stand in the redirect URI. */
function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536 && value !== 80;
}

/** Judges for the options of `loopbackUserAgent`. */
export const loopbackShape: Shape<LoopbackOptions> = {
  open: optional(callback),
  show: optional(callback),
  host: optional(oneOf<LoopbackHost>({ '127.0.0.1': true, '::1': true })),
  path: optional(must('the path of a redirect URI, such as "/callback"', isPath)),
  port: optional(must('a port from 1 to 65535, and not 80', isPort)),
};
