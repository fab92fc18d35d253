// The user agent of desktop and command line: the person's own browser, and a listener on loopback.

import { AuthError, refuse } from '../../contract/errors.ts';
import { urlOf } from '../../protocol/url.ts';
import { orCancelled, throwIfCancelled } from '../tools/waiting.ts';
import { pageAddress } from './addresses.ts';
import { createListeners } from './callbackListeners.ts';
import { donePath, type LoopbackHost } from './callbackServer.ts';
import { openBrowser } from './openBrowser.ts';
import type { AuthorizationRequest, UserAgent } from './userAgent.ts';

export interface LoopbackOptions {
  /** Opens the URL in front of the person. Default: their browser. */
  readonly open?: (url: string, signal: AbortSignal) => Promise<void>;
  /** Shows the URL when it could not be opened; the login then goes on. */
  readonly show?: (url: string, issuer: string) => void;
  /** Default `127.0.0.1`. */
  readonly host?: LoopbackHost;
  /** Default `/callback`. */
  readonly path?: string;
  /** For a client that is registered with it. Without it any free port, if possible the one of before. */
  readonly port?: number;
}

/**
 * A user agent that opens the person's browser and receives the answer on a port of loopback. One port is
 * shared by all logins of the moment; each response goes to the request with its `state`.
 * Another local process may take a port before us, or call ours: `state` and PKCE stand against that.
 * @throws AuthError `config_invalid` when the path or the port cannot be one.
 * Its methods throw `user_agent_failed` (no port, no browser), `address_refused` and `cancelled`.
 * @see RFC 8252 §7.3, §8.3
 */
export function loopbackUserAgent(options: LoopbackOptions = {}): UserAgent {
  const { host = '127.0.0.1', path = '/callback', port } = options;
  judgePlace(path, port);
  const closing = new AbortController();
  const until = (signal: AbortSignal) => AbortSignal.any([signal, closing.signal]);
  const listeners = createListeners({ host, path, port, closing: closing.signal });
  return {
    name: 'loopback',

    async reserve(wanted, signal) {
      throwIfCancelled(until(signal));
      const { server } = await listeners.choose(wanted);
      if (signal.aborted) await listeners.letGo(server.redirectUri);
      throwIfCancelled(until(signal));
      return server.redirectUri;
    },

    async hold(redirectUri, signal) {
      throwIfCancelled(until(signal));
      const listener = await listeners.takeOver(redirectUri);
      if (signal.aborted && listener !== undefined) await listeners.letGo(redirectUri);
      throwIfCancelled(until(signal));
      return listener !== undefined;
    },

    async present(given) {
      const request = { ...given, url: pageAddress(given.url), signal: until(given.signal) };
      throwIfCancelled(request.signal);
      const listener = await listeners.at(request.redirectUri);
      throwIfCancelled(request.signal);
      // Without a listener another process holds the redirect URI. It gets the response and completes the login.
      if (listener !== undefined) listeners.expect(listener, request.state, request.signal);
      try {
        await lead(request, options);
      } catch (thrown) {
        listener?.inbox.forget(request.state);
        throw thrown;
      }
    },

    async receive(request) {
      const signal = until(request.signal);
      throwIfCancelled(signal);
      const listener = await listeners.at(request.redirectUri);
      // After a restart the port may be another process's, which then gets the answer and completes the login.
      if (listener === undefined) return orCancelled(new Promise<never>(() => {}), signal);
      return listeners.receive(listener, request.state, signal);
    },

    release: (redirectUri) => listeners.letGo(redirectUri),

    async dispose() {
      closing.abort();
      listeners.closeAll();
    },
  };
}

/** Ends well when the person has the URL in front of them, one way or the other. */
async function lead({ url, issuer, signal }: AuthorizationRequest, options: LoopbackOptions): Promise<void> {
  const { open = openInBrowser, show } = options;
  try {
    await orCancelled(open(url, signal), signal);
  } catch (thrown) {
    throwIfCancelled(signal);
    if (show !== undefined) return show(url, issuer);
    if (thrown instanceof AuthError) throw thrown;
    refuse(
      'user_agent_failed',
      'authorizing',
      'The browser could not be opened: use another user agent here.',
    );
  }
}

function openInBrowser(url: string, signal: AbortSignal): Promise<void> {
  return openBrowser(url, { signal });
}

function judgePlace(path: string, port: number | undefined): void {
  const base = 'http://127.0.0.1';
  const isPath = urlOf(path, base)?.href === base + path && !/[?#]/.test(path);
  if (!isPath || path === donePath) {
    refuse('config_invalid', 'configuring', 'The path of the redirect URI must be one like "/callback".');
  }
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536 && port !== 80)) {
    refuse(
      'config_invalid',
      'configuring',
      'The port of the redirect URI must be from 1 to 65535, and not 80.',
    );
  }
}
