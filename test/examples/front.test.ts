// The load balancer of the gateway: which requests go to another replica, and which replicas get none.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Front, startFront } from '../../examples/gateway/front.ts';

let front: Front;
let servers: Server[];
beforeEach(async () => {
  servers = [];
  front = await startFront();
});
afterEach(() => {
  front.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A replica. It answers health checks with `ready`. */
async function replica(
  answer: RequestListener,
  ready = () => 200,
): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/ready') return void response.writeHead(ready()).end();
    seen.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { port: (server.address() as AddressInfo).port, seen };
}

const echo: RequestListener = (request, response) =>
  void text(request).then((body) => response.writeHead(200).end(`got ${body}`));
const dies: RequestListener = (request) => void request.socket.destroy();

async function refusing(): Promise<number> {
  const { port } = await replica(echo);
  const server = servers.pop();
  server?.close();
  return port;
}

const send = async (method: string, body?: string): Promise<string> => {
  const answer = await fetch(`${front.origin}/x`, { method, ...(body !== undefined && { body }) });
  return `${answer.status} ${await answer.text()}`;
};

describe('the balancer of examples/gateway', () => {
  it('sends what a replica never got to another one, whatever its method', async () => {
    const good = await replica(echo);
    front.replicas = [await refusing(), good.port];
    for (let times = 0; times < 4; times += 1) expect(await send('POST', 'hello')).toBe('200 got hello');
    expect(good.seen).toHaveLength(4);
  });

  it('sends a GET again that a replica has dropped', async () => {
    const [bad, good] = [await replica(dies), await replica(echo)];
    front.replicas = [bad.port, good.port];
    expect([await send('GET'), await send('GET')]).toEqual(['200 got ', '200 got ']);
    expect(bad.seen).toHaveLength(1);
  });

  it('sends no POST twice: the person is told to try again', async () => {
    const [one, other] = [await replica(dies), await replica(dies)];
    front.replicas = [one.port, other.port];
    expect(await send('POST', 'pay')).toMatch(/^503 .*"no_answer"/);
    expect(one.seen.length + other.seen.length).toBe(1);
  });

  it('passes over a replica that is not ready, until it is again', { timeout: 30_000 }, async () => {
    let status = 503;
    const [resting, good] = [await replica(echo, () => status), await replica(echo)];
    front.replicas = [resting.port, good.port];
    await vi.waitFor(() => expect(front.healthy).toEqual([good.port]), 10_000);
    for (let times = 0; times < 4; times += 1) await send('GET');
    expect(resting.seen).toEqual([]);
    status = 200;
    await vi.waitFor(() => expect(front.healthy).toHaveLength(2), 10_000);
    for (let times = 0; times < 4; times += 1) await send('GET');
    expect(resting.seen).toHaveLength(2);
  });

  it('answers when there is no replica, and passes no health check on', async () => {
    expect(await send('GET')).toMatch(/^503 /);
    expect((await fetch(`${front.origin}/ready`)).status).toBe(404);
  });
});
