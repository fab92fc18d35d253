// The load balancer in front of the replicas: one address, health checks, and another replica for what may be repeated.
import { once } from 'node:events';
import { Agent, createServer, request as forward, IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A load balancer. */
export interface Front {
  readonly origin: string;
  /** The ports of the replicas. They may change at any time. */
  replicas: readonly number[];
  /** Those that answered their last health check. */
  readonly healthy: readonly number[];
  close(): void;
}

/** How often each replica is asked whether it is ready, and how long it may take, in milliseconds. */
const CHECK_EVERY = 500;
const CHECK_TIMEOUT = 1_500;
/** How long a request may take, also where several replicas are tried, in milliseconds. */
const REQUEST_TIMEOUT = 40_000;
/** Methods that do the same when they come twice. @see RFC 9110 §9.2.2 */
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Starts the load balancer. */
export async function startFront(port = 0): Promise<Front> {
  const down = new Set<number>();
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  let turn = 0;

  /** The replicas in the order in which to try them: in turn, and those last that did not answer their check. */
  function order(): readonly number[] {
    turn += 1;
    const { length } = front.replicas;
    const inTurn = front.replicas.map((_, index) => front.replicas[(turn + index) % length] ?? 0);
    return [...inTurn.filter((one) => !down.has(one)), ...inTurn.filter((one) => down.has(one))];
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT);
    for (const replica of order()) {
      const answer = await send({ agent, port: replica, signal }, request, body).catch(
        (error: Failure) => error,
      );
      if (answer instanceof IncomingMessage) {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        return void answer.on('error', () => response.destroy()).pipe(response);
      }
      down.add(replica);
      if (signal.aborted) break;
      if (answer.code !== 'ECONNREFUSED' && !repeatable.has(request.method ?? '')) break;
    }
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end(JSON.stringify({ error: 'no_answer', message: 'No replica answered; try again.' }));
  }

  const server = createServer((request, response) => {
    // For health checks only: each one reads the store.
    if (request.url?.startsWith('/ready')) return void response.writeHead(404).end();
    serve(request, response).catch(() => response.destroy());
  });
  const checking = setInterval(() => {
    for (const replica of front.replicas)
      void isReady(replica).then((isIt) => (isIt ? down.delete(replica) : down.add(replica)));
  }, CHECK_EVERY);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const front: Front = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    replicas: [],
    get healthy() {
      return front.replicas.filter((replica) => !down.has(replica));
    },
    close() {
      clearInterval(checking);
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
  return front;
}

type Failure = Error & { readonly code?: string };

/** @throws an error with `ECONNREFUSED` as its code where nothing was sent. */
function send(
  to: { readonly agent: Agent; readonly port: number; readonly signal: AbortSignal },
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const onward = forward({ ...to, host: '127.0.0.1', method, path: url, headers }, resolve);
    onward.on('error', reject).end(body);
  });
}

async function isReady(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT);
    const { ok, body } = await fetch(`http://127.0.0.1:${port}/ready`, { signal });
    await body?.cancel();
    return ok;
  } catch {
    return false;
  }
}
