// The callback listeners of one user agent. Each one stays open as long as a login needs it.

import { refuse } from '../../contract/errors.ts';
import { stateOf } from '../../protocol/authorizationResponse.ts';
import { urlOf } from '../../protocol/url.ts';
import { throwIfCancelled } from '../tools/waiting.ts';
import {
  type CallbackServer,
  type LoopbackHost,
  listenForCallbacks,
  localhostUriAt,
  redirectUriAt,
} from './callbackServer.ts';
import { createInbox, type Inbox } from './inbox.ts';

/** A listener, with the numbers of logins that need it. */
interface Listener {
  readonly server: CallbackServer;
  readonly inbox: Inbox;
  /** Logins between `reserve` and `present`. */
  reserved: number;
  /** Logins between `hold` and `present` or `receive`, whichever comes first. */
  takenOver: number;
  /** Responses that came before the request of a login that is being taken over: by state. */
  readonly early: Map<string, string>;
  /** Logins whose request has gone from the inbox, and that have not called `release` yet. */
  ended: number;
}

interface Listeners {
  /**
   * The redirect URI for a new login, whose listener counts it as `reserved`: a wanted one, else one that is open, else a
   * new one.
   */
  choose(wanted: readonly string[]): Promise<string>;
  /** The same redirect URI by the name `localhost`; nothing when it is not ours, or has no such name. */
  atLocalhost(redirectUri: string): string | undefined;
  /** The listener at a redirect URI, bound if need be; undefined when it is not ours, or its port is taken. */
  at(redirectUri: string): Promise<Listener | undefined>;
  /** As `at`, for a login that needs the listener from now on: it counts as `takenOver`. */
  takeOver(redirectUri: string): Promise<Listener | undefined>;
  /** Puts a request into the inbox of a listener. From then on its login is counted there, and nowhere else. */
  expect(listener: Listener, state: string, signal: AbortSignal): void;
  /** Waits for the response to a request, which is put into the inbox when it is not there yet. */
  receive(listener: Listener, state: string, signal: AbortSignal): Promise<string>;
  /** One login needs the listener no longer. After the last one it is closed, once the pages are delivered. */
  release(redirectUri: string): Promise<void>;
  closeAll(): void;
}

interface ListenersOptions {
  readonly host: LoopbackHost;
  readonly path: string;
  /** The only port to use, if there is one. */
  readonly port: number | undefined;
  /** After this signal nothing is bound any more. */
  readonly closing: AbortSignal;
}

/** How many responses are kept that came early: anybody on this machine can send some. */
const MAX_EARLY = 8;

/** `choose` throws AuthError `user_agent_failed` when no port can be had, `cancelled` after `closing`. */
export function createListeners({ host, path, port: fixed, closing }: ListenersOptions): Listeners {
  /** By the redirect URI with the literal address. */
  const listeners = new Map<string, Listener>();
  let turn: Promise<unknown> = Promise.resolve();

  /** Binds one port after the other, so that two logins at the same time share one. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  }

  async function bind(port: number): Promise<Listener> {
    throwIfCancelled(closing);
    const inbox = createInbox((ended) => {
      if (ended) listener.ended += 1;
      server.keepAlive(inbox.receiving() > 0);
    });
    const server = await listenForCallbacks({ host, path, port }, (query, redirectUri) => {
      const state = stateOf(query);
      if (state === undefined) return false;
      const url = redirectUri + query;
      return inbox.deliver(state, url) || keepEarly(listener, state, url);
    });
    const listener: Listener = { server, inbox, reserved: 0, takenOver: 0, early: new Map(), ended: 0 };
    listeners.set(server.redirectUri, listener);
    if (closing.aborted) close(listener);
    return listener;
  }

  async function find(redirectUri: string): Promise<Listener | undefined> {
    const port = portOf(redirectUri, host, path);
    if (port === undefined) return undefined;
    const known = listeners.get(redirectUriAt({ host, path, port }));
    const listener = known ?? (await bind(port).catch(() => undefined));
    // The name is answered to only where a request goes out with it.
    if (redirectUri !== listener?.server.redirectUri) listener?.server.answerAtLocalhost();
    return listener;
  }

  async function findAny(wanted: readonly string[]): Promise<[Listener, redirectUri: string]> {
    const only = fixed === undefined ? [] : [redirectUriAt({ host, path, port: fixed })];
    const ours = wanted.filter((uri) => fixed === undefined || portOf(uri, host, path) === fixed);
    for (const uri of [...ours, ...only]) {
      const listener = await find(uri);
      if (listener !== undefined) return [listener, uri];
    }
    throwIfCancelled(closing);
    if (fixed !== undefined) {
      refuse(
        'user_agent_failed',
        'authorizing',
        `Port ${fixed} on ${host} is taken; free it, or use another with loopbackUserAgent.port.`,
      );
    }
    const [shared] = listeners.values();
    const listener = shared ?? (await bind(0).catch(() => noPort(host)));
    return [listener, listener.server.redirectUri];
  }

  function close(listener: Listener): void {
    const { redirectUri } = listener.server;
    // The port may have been bound anew since.
    if (listeners.get(redirectUri) === listener) listeners.delete(redirectUri);
    listener.server.close();
  }

  return {
    choose: (wanted) =>
      inTurn(async () => {
        const [listener, redirectUri] = await findAny(wanted);
        listener.reserved += 1;
        return redirectUri;
      }),

    atLocalhost(redirectUri) {
      const port = portOf(redirectUri, host, path);
      return port === undefined ? undefined : localhostUriAt({ host, path, port });
    },

    at: (redirectUri) => inTurn(() => find(redirectUri)),

    takeOver: (redirectUri) =>
      inTurn(async () => {
        const listener = await find(redirectUri);
        if (listener !== undefined) listener.takenOver += 1;
        return listener;
      }),

    expect(listener, state, signal) {
      listener.inbox.expect(state, signal);
      if (listener.reserved > 0 && listener.inbox.claim(state)) listener.reserved -= 1;
      else if (listener.takenOver > 0 && listener.inbox.claim(state)) listener.takenOver -= 1;
      deliverEarly(listener, state);
    },

    receive(listener, state, signal) {
      const response = listener.inbox.receive(state, signal);
      if (listener.takenOver > 0 && listener.inbox.claim(state)) listener.takenOver -= 1;
      deliverEarly(listener, state);
      return response;
    },

    async release(redirectUri) {
      const port = portOf(redirectUri, host, path);
      const listener = port === undefined ? undefined : listeners.get(redirectUriAt({ host, path, port }));
      if (listener === undefined) return;
      if (listener.ended > 0) listener.ended -= 1;
      else if (listener.reserved > 0) listener.reserved -= 1;
      else if (listener.takenOver > 0) listener.takenOver -= 1;
      if (isNeeded(listener)) return;
      await listener.server.pagesDelivered();
      // Another login may have come while the page went out.
      if (!isNeeded(listener)) close(listener);
    },

    closeAll() {
      for (const listener of [...listeners.values()]) close(listener);
    },
  };
}

/** The person has the page open while a login is taken over, and may answer before its request is in the inbox. */
function keepEarly({ takenOver, early }: Listener, state: string, url: string): boolean {
  if (takenOver === 0 || early.has(state) || early.size >= MAX_EARLY) return false;
  early.set(state, url);
  return true;
}

/** A request is in the inbox now: what came early for it is delivered. */
function deliverEarly({ inbox, takenOver, early }: Listener, state: string): void {
  const url = early.get(state);
  if (url !== undefined && early.delete(state)) inbox.deliver(state, url);
  if (takenOver === 0) early.clear();
}

function isNeeded(listener: Listener): boolean {
  return listener.reserved > 0 || listener.takenOver > 0 || listener.inbox.size() > 0;
}

/** The port of a redirect URI that is ours: same host or its name, same path, written in the same way. */
function portOf(redirectUri: string, host: LoopbackHost, path: string): number | undefined {
  const port = Number(urlOf(redirectUri)?.port ?? 0);
  const place = { host, path, port };
  const isOurs = redirectUri === redirectUriAt(place) || redirectUri === localhostUriAt(place);
  return port > 0 && isOurs ? port : undefined;
}

function noPort(host: LoopbackHost): never {
  refuse(
    'user_agent_failed',
    'authorizing',
    `No port could be bound on ${host}; try another loopbackUserAgent.host, or use another user agent here.`,
  );
}
