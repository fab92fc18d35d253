// A minimal MCP client over any fetch: just enough traffic to make a protected server ask for authorization.
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';

/** What `useTools` needs of a fetch: the global one has it, and so has a session's. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** How much traffic to make, and on which wire. */
export interface UseToolsOptions {
  /** Date of the wire revision: `2025-11-25` opens with `initialize`, from `2026-07-28` on no request needs another. */
  readonly protocolVersion: string;
  /** Calls of the tool at the same time in one round. Default 1. */
  readonly concurrency?: number;
  /** Rounds. Default 1. */
  readonly repeat?: number;
  /** Milliseconds between two rounds. Default 0. */
  readonly sleepMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What was used: the name of the tool, and how many of its calls were answered. */
export interface ToolsUse {
  readonly tool: string;
  readonly calls: number;
}

/**
 * `request_failed`: the HTTP status is not 2xx, or the answer is a JSON-RPC error. `invalid_response`: the answer cannot
 * be read as one to this request, is larger than 1 MiB, or lists no tool.
 */
export type McpErrorCode = 'request_failed' | 'invalid_response';

/** A request that did not bring what it was for. Holds no text from the network. */
export class McpError extends Error {
  override readonly name = 'McpError';
  readonly code: McpErrorCode;
  readonly status: number;
  /** The JSON-RPC error code, when the answer was a JSON-RPC error. */
  readonly rpcCode: number | undefined;

  constructor(code: McpErrorCode, message: string, status: number, rpcCode?: number) {
    super(message);
    this.code = code;
    this.status = status;
    this.rpcCode = rpcCode;
  }
}

const FIRST_STATELESS = '2026-07-28';
const CLIENT_INFO = { name: 'authchart-conformance', version: '1.0.0' };
const WANTED_TOOL = 'test-tool';
const MAX_BODY_BYTES = 1024 * 1024;

const RpcAnswer = z.object({
  id: z.union([z.number(), z.string(), z.null()]),
  result: z.optional(z.unknown()),
  error: z.optional(z.object({ code: z.number() })),
});
const InitializeResult = z.object({ protocolVersion: z.string() });
const ToolsResult = z.object({ tools: z.array(z.object({ name: z.string() })) });

/**
 * Lists the tools of an MCP server and calls `test-tool`, or the first tool when there is none of that name.
 * Sends POST requests only, with strings as bodies, so that a fetch that logs in may send them again.
 *
 * @throws McpError when an answer is not what was asked for; whatever `fetch` throws passes through
 * @see Model Context Protocol, Streamable HTTP transport
 */
export async function useTools(fetch: FetchLike, url: string, options: UseToolsOptions): Promise<ToolsUse> {
  const { concurrency = 1, repeat = 1, sleepMs = 0, signal } = options;
  const wire = new Wire(fetch, url, options.protocolVersion, signal);
  if (!wire.stateless) await wire.initialize();
  const { tools } = wire.read(ToolsResult, await wire.request('tools/list', {}));
  const tool = tools.find(({ name }) => name === WANTED_TOOL)?.name ?? tools[0]?.name;
  if (tool === undefined) throw new McpError('invalid_response', 'tools/list: the server has no tool', 200);
  for (let round = 0; round < repeat; round++) {
    if (round > 0) await sleep(sleepMs, undefined, { signal });
    const call = (): Promise<unknown> => wire.request('tools/call', { name: tool, arguments: {} });
    await Promise.all(Array.from({ length: concurrency }, call));
  }
  return { tool, calls: repeat * concurrency };
}

/** One conversation with one server: counts ids, remembers the session and the negotiated version. */
class Wire {
  readonly #fetch: FetchLike;
  readonly #url: string;
  readonly #signal: AbortSignal | undefined;
  #version: string;
  #sessionId: string | null = null;
  #lastId = 0;

  constructor(fetch: FetchLike, url: string, version: string, signal: AbortSignal | undefined) {
    this.#fetch = fetch;
    this.#url = url;
    this.#version = version;
    this.#signal = signal;
  }

  get stateless(): boolean {
    return this.#version >= FIRST_STATELESS;
  }

  async initialize(): Promise<void> {
    const params = { protocolVersion: this.#version, capabilities: {}, clientInfo: CLIENT_INFO };
    const result = await this.request('initialize', params);
    this.#version = this.read(InitializeResult, result).protocolVersion;
    const response = await this.#post({ method: 'notifications/initialized' });
    await readText(response);
  }

  async request(method: string, params: Record<string, unknown>): Promise<unknown> {
    const id = ++this.#lastId;
    const response = await this.#post({ id, method, params: { ...params, ...this.#meta() } });
    const answer = findAnswer(response, await readText(response), id);
    if (answer === undefined) {
      throw new McpError('invalid_response', `${method}: no answer to this request`, response.status);
    }
    if (answer.error !== undefined) {
      const message = `${method}: JSON-RPC error ${answer.error.code}`;
      throw new McpError('request_failed', message, response.status, answer.error.code);
    }
    return answer.result;
  }

  read<Schema extends z.ZodMiniType>(schema: Schema, result: unknown): z.output<Schema> {
    const parsed = schema.safeParse(result);
    if (!parsed.success) throw new McpError('invalid_response', 'the result has another shape', 200);
    return parsed.data;
  }

  async #post(message: { id?: number; method: string; params?: Record<string, unknown> }): Promise<Response> {
    const response = await this.#fetch(this.#url, {
      method: 'POST',
      headers: this.#headers(message.method, message.params?.['name']),
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      ...(this.#signal && { signal: this.#signal }),
    });
    if (!response.ok) {
      await readText(response);
      throw new McpError(
        'request_failed',
        `${message.method}: HTTP status ${response.status}`,
        response.status,
      );
    }
    if (message.method === 'initialize') this.#sessionId = response.headers.get('mcp-session-id');
    return response;
  }

  #headers(method: string, name: unknown): Record<string, string> {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    // Before the server has answered `initialize`, no version is negotiated.
    if (method !== 'initialize') headers['mcp-protocol-version'] = this.#version;
    if (this.#sessionId !== null) headers['mcp-session-id'] = this.#sessionId;
    // SEP-2243: the stateless wire repeats the method, and the name of what is called, for intermediaries.
    if (this.stateless) headers['mcp-method'] = method;
    if (this.stateless && typeof name === 'string') headers['mcp-name'] = name;
    return headers;
  }

  #meta(): Record<string, unknown> {
    if (!this.stateless) return {};
    return {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': this.#version,
        'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    };
  }
}

/** Reads a body to its end, so that its connection is free again, and refuses more than 1 MiB. */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      throw new McpError(
        'invalid_response',
        `the answer is larger than ${MAX_BODY_BYTES} bytes`,
        response.status,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function findAnswer(response: Response, text: string, id: number): z.output<typeof RpcAnswer> | undefined {
  const isStream = response.headers.get('content-type')?.toLowerCase().startsWith('text/event-stream');
  for (const candidate of isStream ? eventData(text) : [text]) {
    const answer = RpcAnswer.safeParse(parseJson(candidate));
    if (answer.success && answer.data.id === id) return answer.data;
  }
  return undefined;
}

/** The data of each finished event of a stream. @see WHATWG HTML, Server-sent events, Parsing an event stream */
function eventData(stream: string): string[] {
  const events = stream.split(/\r\n\r\n|\n\n|\r\r/).slice(0, -1);
  return events.map((event) =>
    event
      .split(/\r\n|\n|\r/)
      .flatMap((line) => (line.startsWith('data:') ? line.slice(5).replace(/^ /, '') : []))
      .join('\n'),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
