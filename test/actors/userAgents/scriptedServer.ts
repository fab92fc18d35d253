// A real authorization server on loopback that does what a test says, and small tools to talk to listeners.
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import { AuthError } from '../../../contract/errors.ts';

interface ScriptedServer extends AsyncDisposable {
  readonly origin: string;
  /** Method and target of each request, in order. */
  readonly log: readonly string[];
}

/** Listens on a free port of 127.0.0.1 (or the one given) until disposed. */
export async function scriptedServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<ScriptedServer> {
  const log: string[] = [];
  const server = createServer((incoming, response) => {
    log.push(`${incoming.method} ${incoming.url}`);
    answer(incoming, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${bound.port}`,
    log,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request that follows nothing, with any method, target and Host. */
export async function ask(
  url: string,
  options: {
    readonly method?: string;
    readonly target?: string;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<Reply> {
  const { hostname, port, pathname, search } = new URL(url);
  const outgoing = request({
    host: hostname.replace(/[[\]]/g, ''),
    port,
    method: options.method ?? 'GET',
    path: options.target ?? pathname + search,
    headers: { host: new URL(url).host, ...options.headers },
    agent: false,
  });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of incoming) body += String(chunk);
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body };
}

/** Whether something accepts connections there. */
export async function listens(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** What the promise was rejected with, which has to be an AuthError. */
export async function failureOf(work: Promise<unknown>): Promise<AuthError> {
  const thrown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof AuthError) return thrown;
  throw new Error(`expected an AuthError, got ${String(thrown)}`);
}
