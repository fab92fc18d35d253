// One connection to a server, by one of the two transports of the official SDK.
import {
  type JSONRPCMessage,
  SSEClientTransport,
  SseError,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import type { Fetch } from '../../engine/sessionSurface.ts';
import { answeredId, isRequest } from './messages.ts';
import { statusOf } from './statuses.ts';
import { createCourses, newCourse, type StreamLimits, streamLimits } from './streams.ts';

/** How one message is sent: what the transport takes. */
export type SendOptions = NonNullable<Parameters<StreamableHTTPClientTransport['send']>[1]>;

/** A connection to the server. */
export interface Link {
  readonly kind: 'http' | 'sse';
  /** @throws what the transport throws when the server did not take the message. */
  send(message: JSONRPCMessage, options?: SendOptions): Promise<void>;
  setVersion(version: string): void;
  /** Whether the MCP session of this connection is over, so that only another one helps. */
  isOver(thrown?: unknown): boolean;
  /** Ends the MCP session at the server, if there is one. */
  endSession(): Promise<void>;
  close(): Promise<void>;
}

/** What a connection is made of. */
export interface LinkOptions {
  readonly url: URL;
  readonly fetch: Fetch;
  /** The `fetch` of streams that nobody waits for. */
  readonly backgroundFetch: Fetch;
  readonly onMessage: (message: JSONRPCMessage, link: Link) => void;
  /** Called when the stream is lost in which answers would come. */
  readonly onLost: () => void;
  readonly onTrouble: (thrown: unknown) => void;
}

/** A stream that was cut is opened again, at most every half minute, for half an hour: laptops sleep, and servers restart. */
const reconnectionOptions = {
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 60,
};

/** How long a server of 2024-11-05 may take to name the address for messages, in milliseconds. */
const OPENING = 10_000;

/** The server took a request, and opened no stream for its answer. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** A server of 2024-11-05 did not say where messages are sent to. Its message goes after the name of the server. */
export class NoEndpoint extends Error {
  override readonly name = 'NoEndpoint';
}

/**
 * The transport of today. It sends nothing by itself yet.
 * @param reconnection How streams that were cut are opened again.
 * @param limits How often at most.
 */
export async function httpLink(
  options: LinkOptions,
  reconnection = reconnectionOptions,
  limits: StreamLimits = streamLimits,
): Promise<Link> {
  const { url, fetch, backgroundFetch, onMessage, onTrouble } = options;
  const courses = createCourses(limits);
  const send = async (input: string | URL, init: RequestInit = {}) => {
    if (init.method === 'GET') return backgroundFetch(input, init);
    const response = await fetch(input, init);
    const course = courses.current();
    if (course && isStream(response)) course.isAnswered = true;
    return response;
  };
  const http = new StreamableHTTPClientTransport(url, {
    fetch: send,
    reconnectionOptions: reconnection,
    reconnectionScheduler: courses.scheduler,
  });
  /** The stream of the server itself, when it was opened once more. */
  const ownStream = newCourse();
  let isDeaf = false;
  const link: Link = {
    kind: 'http',
    async send(message, how) {
      const id = isRequest(message) ? message.id : undefined;
      const course = newCourse({ id, end: how?.onRequestStreamEnd });
      await courses.begin(course, () => http.send(message, how));
      if (id !== undefined && !course.isAnswered) throw new Unanswered();
      if (!isDeaf) return;
      // The server is there again, and so is the login.
      isDeaf = false;
      courses.begin(ownStream, () => http.resumeStream('')).catch(onTrouble);
    },
    setVersion: (version) => http.setProtocolVersion(version),
    // @see MCP 2025-11-25, Session Management
    isOver: (thrown) => http.sessionId !== undefined && statusOf(thrown) === 404,
    endSession: () => http.terminateSession(),
    close: () => http.close(),
  };
  http.onmessage = (message) => {
    const course = courses.current();
    if (course) {
      course.empty = 0;
      course.isAnswered ||= course.id !== undefined && course.id === answeredId(message);
    }
    onMessage(message, link);
  };
  http.onerror = (thrown) => {
    isDeaf ||= thrown.message.startsWith('Maximum reconnection attempts');
    onTrouble(thrown);
  };
  await http.start();
  return link;
}

function isStream(response: Response): boolean {
  return response.ok && /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
}

/** The transport of 2024-11-05: its stream is open before a message is sent. @throws why it cannot be opened. */
export async function sseLink(options: LinkOptions): Promise<Link> {
  const { url, fetch, onMessage, onLost, onTrouble } = options;
  const opening = watchOpening(fetch);
  const sse = new SSEClientTransport(url, { fetch: opening.fetch });
  let isLost = false;
  const link: Link = {
    kind: 'sse',
    send: (message) => sse.send(message),
    setVersion: (version) => sse.setProtocolVersion(version),
    isOver: (thrown) => isLost || statusOf(thrown) === 404,
    endSession: async () => {},
    close: () => sse.close(),
  };
  sse.onmessage = (message) => onMessage(message, link);
  try {
    const started = sse.start().catch((thrown: unknown) => {
      // All else that it rejects with is about the address that the server named.
      throw SseError.isInstance(thrown) ? thrown : new NoEndpoint('named an address for messages elsewhere');
    });
    await Promise.race([started, opening.failed]);
  } catch (thrown) {
    // It would go on trying by itself.
    await sse.close();
    throw thrown;
  } finally {
    opening.stop();
  }
  sse.onerror = (thrown) => {
    onTrouble(thrown);
    if (!SseError.isInstance(thrown) || isLost) return;
    // It would open another session by itself, which nobody has begun with `initialize`.
    isLost = true;
    void sse.close();
    onLost();
  };
  return link;
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
      late ??= setTimeout(() => reject(new NoEndpoint('named no address for messages')), OPENING);
      return response;
    },
    stop: () => clearTimeout(late),
  };
}
