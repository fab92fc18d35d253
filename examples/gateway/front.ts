// The load balancer in front of the replicas: it has one address, and passes each request to the next replica.
import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A load balancer. */
export interface Front {
  readonly origin: string;
  /** The ports of the replicas. They may change at any time. */
  replicas: readonly number[];
  close(): void;
}

/** Starts the load balancer. */
export async function startFront(): Promise<Front> {
  let turn = 0;
  const server = createServer((request, response) => {
    turn += 1;
    pass(request, response, front.replicas[turn % front.replicas.length] ?? 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const front: Front = {
    origin: `http://127.0.0.1:${port}`,
    replicas: [],
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return front;
}

function pass(request: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url, headers } = request;
  const onward = forward({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  request.pipe(onward);
}
