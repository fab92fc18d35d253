// Servers and hosts that break the rules: nothing spins, nothing hangs, and each request has an answer that says what to do.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { httpLink } from '../../cli/proxy/link.ts';
import { startWorld } from '../support/world.ts';
import { newFolder, removeFolder } from './command.ts';
import { type LineHost, lineHost, page } from './proxyHost.ts';

const TIME = 60_000;
const eventually = { timeout: 20_000, interval: 50 };

let folder: string;
let hosts: LineHost[];
let servers: Server[];
beforeEach(async () => {
  [hosts, servers] = [[], []];
  folder = await newFolder();
});
afterEach(async () => {
  for (const { child } of hosts) child.kill('SIGKILL');
  await Promise.all(hosts.map(({ ended }) => ended));
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await removeFolder(folder);
});

type Body = { readonly id?: unknown; readonly method?: string } | undefined;
type Answer = (request: IncomingMessage, response: ServerResponse, body: Body) => unknown;

/** A server that answers as it is told. */
async function serve(answer: Answer): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    answer(request, response, body === '' ? undefined : JSON.parse(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

function host(url: string, ...args: readonly string[]): LineHost {
  const one = lineHost(folder, [url, ...args]);
  hosts.push(one);
  return one;
}

describe('streams that bring nothing', () => {
  const nothing = 'id: 7\nretry: 0\ndata: \n\n';
  const endOf = (response: ServerResponse) =>
    response.setHeader('content-type', 'text/event-stream').end(nothing);
  const often = {
    initialReconnectionDelay: 1,
    maxReconnectionDelay: 1,
    reconnectionDelayGrowFactor: 1,
    maxRetries: 60,
  };
  const limits = { shortest: 20, longest: 20, empty: 5, rest: 60_000 };
  const linkTo = (url: string) =>
    httpLink(
      {
        url: new URL(url),
        fetch,
        backgroundFetch: fetch,
        onMessage: () => {},
        onLost: () => {},
        onTrouble: () => {},
      },
      often,
      limits,
    );

  test('a request fails after some of them, also where its neighbours get answers', {
    timeout: TIME,
  }, async () => {
    let gets = 0;
    const url = await serve((request, response, body) => {
      if (request.method === 'GET') gets += 1;
      if (body?.method !== 'ping') return void endOf(response);
      response.setHeader('content-type', 'application/json');
      response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(body.id)},"result":{}}`);
    });
    const link = await linkTo(url);
    const onRequestStreamEnd = vi.fn();
    await link.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { onRequestStreamEnd });
    for (let id = 2; onRequestStreamEnd.mock.calls.length === 0; id += 1) {
      await link.send({ jsonrpc: '2.0', id, method: 'ping' });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(gets).toBe(limits.empty);
    await link.close();
  });

  test('the stream of the server has a rest', { timeout: TIME }, async () => {
    let gets = 0;
    const url = await serve((request, response) => {
      if (request.method !== 'GET') return void response.writeHead(202).end();
      gets += 1;
      endOf(response);
    });
    const link = await linkTo(url);
    await link.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await vi.waitFor(() => expect(gets).toBe(1 + limits.empty), eventually);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(gets).toBe(1 + limits.empty);
    await link.close();
  });

  test('a request whose streams bring something goes on', { timeout: TIME }, async () => {
    let gets = 0;
    const url = await serve((request, response, body) => {
      if (request.method === 'GET') gets += 1;
      const isLast = gets > 3 * limits.empty;
      const said = isLast
        ? '{"jsonrpc":"2.0","id":1,"result":{}}'
        : '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}';
      const data = body ? '' : said;
      response.setHeader('content-type', 'text/event-stream').end(`id: 7\nretry: 0\ndata: ${data}\n\n`);
    });
    const link = await linkTo(url);
    await new Promise<void>((resolve, reject) => {
      const ended = () => (gets > 3 * limits.empty ? resolve() : reject(new Error(`after ${gets}`)));
      link.send({ jsonrpc: '2.0', id: 1, method: 'a' }, { onRequestStreamEnd: ended }).catch(reject);
    });
    await link.close();
  });

  test('the proxy asks a few times in three seconds, whatever the server says', {
    timeout: TIME,
  }, async () => {
    let gets = 0;
    const url = await serve((request, response) => {
      if (request.method === 'GET') gets += 1;
      endOf(response);
    });
    void host(url, '--header', 'Authorization: Bearer abc')
      .initialize()
      .catch(() => {});
    await vi.waitFor(() => expect(gets).toBeGreaterThan(0), eventually);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(gets).toBeLessThan(7);
  });
});

describe('a request that is taken, and not answered', () => {
  test.each<[string, Answer]>([
    ['202', (_, response) => response.writeHead(202).end()],
    ['204', (_, response) => response.writeHead(204).end()],
    ['an empty 200', (_, response) => response.writeHead(200).end()],
    [
      'no messages in JSON',
      (_, response) => response.setHeader('content-type', 'application/json').end('[]'),
    ],
    [
      'the answer to another request',
      (_, response) =>
        response
          .setHeader('content-type', 'application/json')
          .end('{"jsonrpc":"2.0","id":"other","result":{}}'),
    ],
    ['an empty stream', (_, response) => response.setHeader('content-type', 'text/event-stream').end()],
  ])('%s', { timeout: TIME }, async (what, answer) => {
    const { error } = await host(await serve(answer)).ask('tools/list');
    const code = what === 'an empty stream' ? 'server_unavailable' : 'response_invalid';
    expect(error).toMatchObject({ code: -32_603, data: { code } });
    expect(error?.message).toMatch(/Check the URL of the server|Send the request again/);
  });
});

describe('a host that sends what is no message', () => {
  const invalid = { code: -32_600, message: expect.stringMatching(/^Invalid request: /) };

  test.each<[string, string, object | undefined]>([
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', { id: null, error: invalid }],
    [
      'an id that is no whole number',
      '{"jsonrpc":"2.0","id":1.5,"method":"a"}',
      { id: null, error: invalid },
    ],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"a"}', { id: null, error: invalid }],
    ['a method that is none', '{"jsonrpc":"2.0","id":"x","method":7}', { id: 'x', error: invalid }],
    ['another version', '{"jsonrpc":"1.0","id":5,"method":"a"}', { id: 5, error: invalid }],
    ['a number', '7', { id: null, error: invalid }],
    ['no JSON', '{"jsonrpc":', { id: null, error: { ...invalid, code: -32_700 } }],
    ['an answer that is none', '{"jsonrpc":"2.0","id":1.5,"result":{}}', undefined],
    ['an empty line', '\r', undefined],
  ])('%s', { timeout: TIME }, async (_, line, answer) => {
    const url = await serve((_request, response, body) =>
      response
        .setHeader('content-type', 'application/json')
        .end(`{"jsonrpc":"2.0","id":${JSON.stringify(body?.id)},"result":{}}`),
    );
    const one = host(url);
    one.child.stdin.write(`${line}\n`);
    expect(await one.ask('ping')).toMatchObject({ result: {} });
    const others = one.lines.map((said) => JSON.parse(said)).filter(({ result }) => !result);
    expect(others).toEqual(answer ? [{ jsonrpc: '2.0', ...answer }] : []);
    one.child.stdin.end();
    const { code, stderr } = await one.ended;
    expect(code).toBe(0);
    expect(stderr.includes('The host sent')).toBe(line !== '\r');
    expect(stderr).not.toContain('please report');
  });

  test('a message of 31 MB is passed on, and one of 33 MB ends the proxy', { timeout: TIME }, async () => {
    const url = await serve((_request, response, body) =>
      response
        .setHeader('content-type', 'application/json')
        .end(`{"jsonrpc":"2.0","id":${JSON.stringify(body?.id)},"result":{}}`),
    );
    const one = host(url);
    const MB = 1024 * 1024;
    expect(await one.ask('a', { text: 'x'.repeat(31 * MB) })).toMatchObject({ result: {} });
    one.ask('a', { text: 'x'.repeat(33 * MB) }).catch(() => {});
    one.child.stdin.on('error', () => {});
    const { code, stderr } = await one.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('a message of more than 32 MB')]);
  });
});

describe('what went wrong is told in words for the person', () => {
  const events = (response: ServerResponse) => response.setHeader('content-type', 'text/event-stream');

  test.each<[string, Answer, string]>([
    [
      'an address for messages on another origin',
      (_, response) => events(response).write('event: endpoint\ndata: https://other.example/m\n\n'),
      'named an address for messages elsewhere.',
    ],
    [
      'an address for messages that is none',
      (_, response) => events(response).write('event: endpoint\ndata: http://[\n\n'),
      'named an address for messages elsewhere.',
    ],
    [
      'no address for messages',
      (_, response) => events(response).write(': nothing\n\n'),
      'named no address for messages.',
    ],
    ['a stream that ends', (_, response) => events(response).end(), 'ended the connection'],
    [
      'a web page',
      (_, response) => response.setHeader('content-type', 'text/html').end('<p>'),
      'answered with what is no message of MCP',
    ],
  ])('2024-11-05: %s', { timeout: TIME }, async (_, answer, sentence) => {
    const { error } = await host(await serve(answer), '--transport', 'sse-only').initialize();
    expect(error?.message).toContain(sentence);
    const code = sentence.startsWith('ended') ? 'server_unavailable' : 'response_invalid';
    expect(error?.data).toMatchObject({ code });
  });

  test.each<[string, number, string, string]>([
    ['that changes the method', 302, '/other?secret=1', '/other'],
    ['to another origin', 307, 'https://other.example/mcp', 'https://other.example/mcp'],
    ['in a circle', 307, '/mcp', '/mcp'],
  ])('a redirect %s: its address is named', { timeout: TIME }, async (_what, status, location, named) => {
    const url = await serve((_, response) => response.writeHead(status, { location }).end());
    for (const more of [[], ['--header', 'Authorization: Bearer abc']]) {
      const { error } = await host(url, ...more).initialize();
      expect(error?.message).toContain(` redirects to ${new URL(named, url).href}. Give that address`);
      expect(error?.data).toMatchObject({ code: 'redirect_refused' });
    }
  });

  test('a redirect within the origin that keeps the method is followed', { timeout: TIME }, async () => {
    const url = await serve((request, response, body) => {
      if (request.url === '/mcp') return void response.writeHead(307, { location: '/mcp/' }).end();
      response.setHeader('content-type', 'application/json');
      response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(body?.id)},"result":{}}`);
    });
    expect(await host(url).initialize()).toMatchObject({ result: {} });
  });

  test('a server that refuses each token that is issued for it', { timeout: TIME }, async () => {
    const world = await startWorld();
    const url = await serve(({ url: path, headers }, response) => {
      const origin = `http://${headers.host}`;
      if (!path?.startsWith('/.well-known/')) return void response.writeHead(401).end();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ resource: `${origin}/mcp`, authorization_servers: [world.origins.a] }));
    });
    const one = host(url, '--user-agent', 'headless');
    const answers = [await one.initialize(), await one.initialize()];
    await world.close();
    for (const { error } of answers) {
      expect(error?.data).toMatchObject({ code: 'grant_not_accepted' });
      expect(error?.message).toMatch(/refuses a token .*Run authchart login \S+ --again/);
    }
  });

  test.each(['SIGTERM', 'SIGHUP'] as const)(
    '%s with a request and a login under way',
    {
      timeout: TIME,
    },
    async (signal) => {
      const world = await startWorld();
      let arrived = (): void => {};
      const busy = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const slow = host(await serve(() => arrived()));
      const waiting = host(world.resource);
      for (const one of [slow, waiting]) one.tell({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
      await Promise.all([busy, waiting.printed(page)]);
      for (const { child } of [slow, waiting]) child.kill(signal);
      for (const one of [slow, waiting]) {
        const { code, stdout, stderr } = await one.ended;
        expect(code).toBe(0);
        expect(stdout + stderr).not.toContain('please report');
        expect(one.lines.map((line) => JSON.parse(line))).toMatchObject([
          { id: 1, error: { message: expect.stringContaining('Restart this server in its host.') } },
        ]);
      }
      await world.close();
    },
  );
});
