// The side of the server: one of the two transports of the official SDK, chosen with the first message.
import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  SdkHttpError,
  SSEClientTransport,
  SseError,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import type { Fetch } from '../../engine/sessionSurface.ts';
import { own } from '../../protocol/json.ts';
import { answeredId, isRequest, type RequestId } from './messages.ts';

/** Which transport, and which one where that fails. As in mcp-remote. */
export type Strategy = 'http-first' | 'sse-first' | 'http-only' | 'sse-only';

/** How one message is sent: what the transport takes. */
type SendOptions = NonNullable<Parameters<StreamableHTTPClientTransport['send']>[1]>;

/** A server, as the relay sees it. */
export interface Remote {
  onmessage: (message: JSONRPCMessage) => void;
  /** Called when the streams of all requests so far are lost. */
  onlost: () => void;
  /** @throws what the transport throws when the server did not take the message. */
  send(message: JSONRPCMessage, options?: SendOptions): Promise<void>;
  /** Ends the MCP session at the server, if there is one, and closes every connection. It never rejects. */
  close(): Promise<void>;
}

/** What a remote is made of. */
export interface RemoteOptions {
  readonly url: URL;
  readonly strategy: Strategy;
  readonly fetch: Fetch;
  /** The `fetch` of streams that nobody waits for. */
  readonly backgroundFetch: Fetch;
  readonly onTrouble: (thrown: unknown) => void;
}

type Http = StreamableHTTPClientTransport;
type Sse = SSEClientTransport;
type Either = { readonly kind: 'http'; readonly http: Http } | { readonly kind: 'sse'; readonly sse: Sse };

/** A stream that was cut is opened again, at most every half minute, for half an hour: laptops sleep, and servers restart. */
const reconnectionOptions = {
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 60,
};

/** How long the server may take to end the session, in milliseconds. */
const FAREWELL = 1000;

/** How long a server of 2024-11-05 may take to name the address for messages, in milliseconds. */
const OPENING = 10_000;

/** Makes the side of the server. It sends nothing before the first message. */
export function connectTo(options: RemoteOptions): Remote {
  return new ChosenRemote(options);
}

class ChosenRemote implements Remote {
  onmessage: (message: JSONRPCMessage) => void = () => {};
  onlost: () => void = () => {};
  readonly #options: RemoteOptions;
  #chosen: Promise<Either> | undefined;
  /** The request that began the MCP session, to begin another one where the server has forgotten it. */
  #initialize: JSONRPCRequest | undefined;
  #renewing: Promise<void> | undefined;
  #renewals = 0;
  #awaited: { readonly id: RequestId; answer(message: JSONRPCMessage): void } | undefined;
  #isClosed = false;

  constructor(options: RemoteOptions) {
    this.#options = options;
  }

  async send(message: JSONRPCMessage, options?: SendOptions): Promise<void> {
    await this.#renewing;
    if (isInitialize(message)) return this.#begin(message, options);
    const chosen = await this.#choice();
    try {
      await sendBy(chosen, message, options);
    } catch (thrown) {
      if (chosen.kind === 'sse' || !isForgotten(thrown, chosen.http)) throw thrown;
      await this.#renew(chosen.http);
      await sendBy(await this.#choice(), message, options);
    }
  }

  /** The first message shows which transport the server has. */
  async #begin(message: JSONRPCRequest, options?: SendOptions): Promise<void> {
    this.#initialize = message;
    const chosen = await this.#choice();
    try {
      await sendBy(chosen, message, options);
    } catch (thrown) {
      const mayBeOld =
        chosen.kind === 'http' && this.#options.strategy === 'http-first' && isOldServer(thrown);
      if (!mayBeOld) throw thrown;
      await this.#fallBack(chosen.http, message, thrown);
    }
  }

  /** Where it fails, the next message chooses anew. */
  #choice(): Promise<Either> {
    this.#chosen ??= this.#choose().catch((thrown: unknown) => {
      this.#chosen = undefined;
      throw thrown;
    });
    return this.#chosen;
  }

  async #choose(): Promise<Either> {
    const { strategy } = this.#options;
    if (strategy === 'sse-only') return { kind: 'sse', sse: await this.#startSse() };
    if (strategy !== 'sse-first') return { kind: 'http', http: await this.#startHttp() };
    try {
      return { kind: 'sse', sse: await this.#startSse() };
    } catch (thrown) {
      if (!isOldServer(thrown)) throw thrown;
      return { kind: 'http', http: await this.#startHttp() };
    }
  }

  /** A server of 2024-11-05 refuses the first POST, and has a stream at the same address. */
  async #fallBack(http: Http, message: JSONRPCMessage, thrown: unknown): Promise<void> {
    const sse = await this.#startSse().catch(() => {
      throw thrown;
    });
    this.#chosen = Promise.resolve({ kind: 'sse', sse });
    await http.close();
    await sse.send(message);
  }

  async #startHttp(): Promise<Http> {
    const { url, fetch, backgroundFetch, onTrouble } = this.#options;
    const send = (input: string | URL, init: RequestInit = {}) =>
      (init.method === 'GET' ? backgroundFetch : fetch)(input, init);
    const http = new StreamableHTTPClientTransport(url, { fetch: send, reconnectionOptions });
    http.onmessage = (message) => this.#hear(message, (version) => http.setProtocolVersion(version));
    http.onerror = onTrouble;
    await http.start();
    return http;
  }

  async #startSse(): Promise<Sse> {
    const { url, fetch, onTrouble } = this.#options;
    const opening = watchOpening(fetch);
    const sse = new SSEClientTransport(url, { fetch: opening.fetch });
    sse.onmessage = (message) => this.#hear(message, (version) => sse.setProtocolVersion(version));
    try {
      await Promise.race([sse.start(), opening.failed]);
    } catch (thrown) {
      // It would go on trying by itself.
      await sse.close();
      throw thrown;
    } finally {
      opening.stop();
    }
    // The stream is opened again by itself, as another session: what was asked in this one has no answer.
    sse.onerror = (thrown) => {
      onTrouble(thrown);
      this.onlost();
    };
    if (this.#isClosed) await sse.close();
    return sse;
  }

  #hear(message: JSONRPCMessage, setVersion: (version: string) => void): void {
    const id = answeredId(message);
    if (id !== undefined && id === this.#awaited?.id) return void this.#awaited.answer(message);
    if (id !== undefined && id === this.#initialize?.id) {
      const version = versionIn(message);
      if (version !== undefined) setVersion(version);
    }
    this.onmessage(message);
  }

  /** The server has forgotten the session: it restarted, or the session was idle. @see MCP 2025-11-25, Session Management */
  #renew(forgotten: Http): Promise<void> {
    this.#renewing ??= this.#beginAnew(forgotten).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #beginAnew(forgotten: Http): Promise<void> {
    const chosen = await this.#chosen;
    // Another message was refused for the same reason, and the session is a new one already.
    if (!this.#initialize || chosen?.kind !== 'http' || chosen.http !== forgotten) return;
    const http = await this.#startHttp();
    this.#renewals += 1;
    const id = `authchart-session-${this.#renewals}`;
    const answered = new Promise<JSONRPCMessage>((answer) => {
      this.#awaited = { id, answer };
    });
    const ended = new Promise<never>((_, reject) => {
      const onRequestStreamEnd = () => reject(new Error('the server did not begin another session'));
      http.send({ ...this.#initialize, id } as JSONRPCRequest, { onRequestStreamEnd }).catch(reject);
    });
    try {
      const version = versionIn(await Promise.race([answered, ended]));
      if (version !== undefined) http.setProtocolVersion(version);
      await http.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    } catch (thrown) {
      await http.close();
      throw thrown;
    } finally {
      this.#awaited = undefined;
    }
    this.#chosen = Promise.resolve({ kind: 'http', http });
    await forgotten.close();
    this.onlost();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const chosen = await Promise.race([this.#chosen?.catch(() => undefined), pause(0)]);
    if (chosen?.kind === 'sse') return chosen.sse.close();
    if (!chosen) return;
    await Promise.race([chosen.http.terminateSession().catch(() => {}), pause(FAREWELL)]);
    await chosen.http.close();
  }
}

/** Sends a message. */
function sendBy(chosen: Either, message: JSONRPCMessage, options?: SendOptions): Promise<void> {
  return chosen.kind === 'sse' ? chosen.sse.send(message) : chosen.http.send(message, options);
}

/** The transport hides why its stream cannot be opened, and waits for its first event without a limit. */
function watchOpening(fetch: Fetch) {
  let reject: (thrown: unknown) => void = () => {};
  const failed = new Promise<never>((_, fail) => {
    reject = fail;
  });
  failed.catch(() => {});
  let late: ReturnType<typeof setTimeout> | undefined;
  return {
    failed,
    async fetch(input: string | URL, init?: RequestInit): Promise<Response> {
      const response = await fetch(input, init).catch((thrown: unknown) => {
        reject(thrown);
        throw thrown;
      });
      late ??= setTimeout(() => reject(new Error('the server sent no endpoint event')), OPENING);
      return response;
    },
    stop: () => clearTimeout(late),
  };
}

const pause = (milliseconds: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds, undefined));

function isInitialize(message: JSONRPCMessage): message is JSONRPCRequest {
  return isRequest(message) && message.method === 'initialize';
}

function versionIn(message: JSONRPCMessage): string | undefined {
  const version = 'result' in message ? own(message.result, 'protocolVersion') : undefined;
  return typeof version === 'string' ? version : undefined;
}

/** The status of an answer that was not a success. */
export function statusOf(thrown: unknown): number | undefined {
  if (SdkHttpError.isInstance(thrown)) return thrown.status;
  if (SseError.isInstance(thrown)) return thrown.code;
  const status =
    thrown instanceof Error ? /^Error POSTing to endpoint \(HTTP (\d{3})\)/.exec(thrown.message) : null;
  return status ? Number(status[1]) : undefined;
}

/** Whether a server speaks the other transport only. @see MCP 2025-11-25, Backwards Compatibility */
function isOldServer(thrown: unknown): boolean {
  return [400, 404, 405, 406, 415].includes(statusOf(thrown) ?? 0);
}

/** Whether the server does not know the session any more. */
function isForgotten(thrown: unknown, { sessionId }: Http): boolean {
  return sessionId !== undefined && statusOf(thrown) === 404;
}
