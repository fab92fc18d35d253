// `authchart/testing/node`: a test world on loopback, for clients that cannot be given a `fetch`. It needs Node, Bun or Deno.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Incoming } from './answers.ts';
import { formOf } from './fetching.ts';
import type { Fault } from './misbehaviour.ts';
import { planOf, type TestWorldOptions } from './options.ts';
import { type BuiltWorld, buildWorld, type TestWorld } from './world.ts';

/**
 * Makes a world as `createTestWorld` does, whose servers and resources listen on free ports of 127.0.0.1. Any client can be
 * led to `world.resource`, also one in another process and another language. Call `close` at the end of the test.
 * @returns a world whose `fetch` is that of the platform. `close` ends every connection, and gives the ports back.
 * @throws AuthError `config_invalid` for an option that cannot be used.
 * @example
 * import { serveTestWorld } from 'authchart/testing/node';
 * const world = await serveTestWorld();
 * const response = await fetch(world.resource);
 * console.log(response.status, response.headers.get('www-authenticate'));
 * await world.close();
 */
export async function serveTestWorld(options: TestWorldOptions = {}): Promise<TestWorld> {
  const plan = planOf(options);
  const names = [...Object.keys(plan.resources), ...Object.keys(plan.servers)];
  const open = new Map<string, Server>();
  for (const name of names) open.set(name, await listening());
  const origins = new Map([...open].map(([name, server]) => [name, originAt(server)]));
  const originOf = (name: string): string => origins.get(name) ?? '';
  const { world, answer, closing } = buildWorld(plan, originOf, () => globalThis.fetch.bind(globalThis));
  for (const [name, server] of open)
    server.on(
      'request',
      (request, response) => void handle(request, response, originOf(name), answer, closing.signal),
    );
  return Object.assign(world, {
    async close() {
      closing.abort();
      await Promise.all([...open.values()].map(closed));
    },
  });
}

async function listening(): Promise<Server> {
  const server = createServer();
  // Clients close idle connections: on a busy machine a request would meet one that the server is just closing.
  server.keepAliveTimeout = 0;
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return server;
}

const originAt = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
  answer: BuiltWorld['answer'],
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const answered = await answer(await incomingOf(request, origin, AbortSignal.any([gone.signal, closing])));
    await (answered instanceof Response ? send(answered, response) : play(answered, response));
  } catch (thrown) {
    // A fault of the test's own code: its text is for the person who reads the answer.
    if (response.headersSent) return void response.destroy();
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(`The test world failed: ${thrown instanceof Error ? thrown.message : 'nobody knows why'}`);
  }
}

async function incomingOf(request: IncomingMessage, origin: string, signal: AbortSignal): Promise<Incoming> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: request.method ?? 'GET',
    url: new URL(`${origin}${request.url ?? '/'}`),
    headers: Object.fromEntries(headers),
    body,
    form: formOf(request.headers['content-type'], body),
    signal,
  };
}

/** Sends it as it comes: a body may be slow, or have no end. */
async function send(answer: Response, response: ServerResponse): Promise<void> {
  const cookies = answer.headers.getSetCookie();
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.writeHead(answer.status);
  if (!answer.body) return void response.end();
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response);
}

async function play(fault: Fault, response: ServerResponse): Promise<void> {
  const { socket } = response;
  if (fault.fault === 'hang') return;
  if (fault.fault === 'cut') return void socket?.destroy();
  if (!socket) return;
  await pipeline(Readable.from(fault.bytes), socket, { end: fault.then === 'cut' });
}
