// The side of the server: a connection that is chosen with the first message, and made anew when its MCP session is over.
import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/client';
import { own } from '../../protocol/json.ts';
import { httpLink, type Link, type LinkOptions, type SendOptions, sseLink } from './link.ts';
import { answeredId, isRequest, type RequestId } from './messages.ts';
import { isOfOtherTransport } from './statuses.ts';

/** Which transport, and which one where that fails. As in mcp-remote. */
export type Strategy = 'http-first' | 'sse-first' | 'http-only' | 'sse-only';

/** A server, as the relay sees it. */
export interface Remote {
  onmessage: (message: JSONRPCMessage) => void;
  /** Called when no answer can come any more to what was sent so far. */
  onlost: () => void;
  /** @throws what the transport throws when the server did not take the message. */
  send(message: JSONRPCMessage, options?: SendOptions): Promise<void>;
  /** Ends the MCP session at the server, if there is one, and closes every connection. It never rejects. */
  close(): Promise<void>;
}

/** What a remote is made of. */
export type RemoteOptions = Pick<LinkOptions, 'url' | 'fetch' | 'backgroundFetch' | 'onTrouble'> & {
  readonly strategy: Strategy;
};

/** How long the server may take to end the session, in milliseconds. */
const FAREWELL = 1000;

/** How long the server may take to begin another session, in milliseconds. */
const BEGINNING = 30_000;

/** Makes the side of the server. It sends nothing before the first message. */
export function connectTo(options: RemoteOptions): Remote {
  return new ServerSide(options);
}

class ServerSide implements Remote {
  onmessage: (message: JSONRPCMessage) => void = () => {};
  onlost: () => void = () => {};
  readonly #strategy: Strategy;
  readonly #options: LinkOptions;
  #link: Promise<Link> | undefined;
  /** The request that began the MCP session, to begin another one with. */
  #initialize: JSONRPCRequest | undefined;
  #renewing: Promise<Link> | undefined;
  #renewals = 0;
  #awaited: { readonly id: RequestId; answer(message: JSONRPCMessage): void } | undefined;

  constructor({ strategy, ...options }: RemoteOptions) {
    this.#strategy = strategy;
    this.#options = {
      ...options,
      onMessage: (message, link) => this.#hear(message, link),
      onLost: () => this.onlost(),
    };
  }

  async send(message: JSONRPCMessage, options?: SendOptions): Promise<void> {
    await this.#renewing;
    if (isInitialize(message)) return this.#begin(message, options);
    const link = await this.#linked();
    if (link.isOver()) return (await this.#renew(link)).send(message, options);
    try {
      return await link.send(message, options);
    } catch (thrown) {
      if (!link.isOver(thrown)) throw thrown;
    }
    await (await this.#renew(link)).send(message, options);
  }

  /** The first message shows which transport the server has: one of 2024-11-05 refuses the POST. */
  async #begin(message: JSONRPCRequest, options?: SendOptions): Promise<void> {
    this.#initialize = message;
    const link = await this.#linked();
    try {
      await link.send(message, options);
    } catch (thrown) {
      if (link.kind !== 'http' || this.#strategy !== 'http-first' || !isOfOtherTransport(thrown))
        throw thrown;
      const sse = await sseLink(this.#options).catch(() => {
        throw thrown;
      });
      this.#link = Promise.resolve(sse);
      await link.close();
      await sse.send(message);
    }
  }

  /** Where it fails, the next message chooses anew. */
  #linked(): Promise<Link> {
    this.#link ??= this.#choose().catch((thrown: unknown) => {
      this.#link = undefined;
      throw thrown;
    });
    return this.#link;
  }

  async #choose(): Promise<Link> {
    if (this.#strategy === 'sse-only') return sseLink(this.#options);
    if (this.#strategy !== 'sse-first') return httpLink(this.#options);
    try {
      return await sseLink(this.#options);
    } catch (thrown) {
      if (!isOfOtherTransport(thrown)) throw thrown;
      return httpLink(this.#options);
    }
  }

  #hear(message: JSONRPCMessage, link: Link): void {
    const id = answeredId(message);
    if (id !== undefined && id === this.#awaited?.id) return void this.#awaited.answer(message);
    if (id !== undefined && id === this.#initialize?.id) adopt(link, message);
    this.onmessage(message);
  }

  /** One new session for all messages that were refused at once: the server restarted, or the session was idle. */
  #renew(over: Link): Promise<Link> {
    this.#renewing ??= this.#beginAnew(over).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #beginAnew(over: Link): Promise<Link> {
    const current = await this.#linked();
    if (!this.#initialize || current !== over) return current;
    const link = await (over.kind === 'http' ? httpLink : sseLink)(this.#options);
    try {
      adopt(link, await this.#introduce(link, this.#initialize));
      await link.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    } catch (thrown) {
      await link.close();
      throw thrown;
    }
    this.#link = Promise.resolve(link);
    await over.close();
    this.onlost();
    return link;
  }

  /** Says what the host has said at the beginning. The host does not hear of the answer. */
  async #introduce(link: Link, initialize: JSONRPCRequest): Promise<JSONRPCMessage> {
    this.#renewals += 1;
    const id = `authchart-session-${this.#renewals}`;
    let late: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise((answer, reject) => {
        const fail = () => reject(new Error('the server did not begin another session'));
        late = setTimeout(fail, BEGINNING);
        this.#awaited = { id, answer };
        link.send({ ...initialize, id }, { onRequestStreamEnd: fail }).catch(reject);
      });
    } finally {
      clearTimeout(late);
      this.#awaited = undefined;
    }
  }

  async close(): Promise<void> {
    const link = await Promise.race([this.#link?.catch(() => undefined), pause(0)]);
    if (!link) return;
    await Promise.race([link.endSession().catch(() => {}), pause(FAREWELL)]);
    await link.close();
  }
}

const pause = (milliseconds: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds, undefined));

function isInitialize(message: JSONRPCMessage): message is JSONRPCRequest {
  return isRequest(message) && message.method === 'initialize';
}

/** The transport names the version of the protocol in a header from now on. */
function adopt(link: Link, answer: JSONRPCMessage): void {
  const version = 'result' in answer ? own(answer.result, 'protocolVersion') : undefined;
  if (typeof version === 'string') link.setVersion(version);
}
