// Machines with IPv6 only, and names with several addresses: the rules for addresses hold for each of them.
import dns from 'node:dns';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NamedRequestInit, resourceKey } from '../../actors/network/resolution.ts';
import { loopbackUserAgent, nodeFetch } from '../../adapters/node.ts';
import { AddressError } from '../../protocol/connection.ts';
import { callTool, failureOf, testEngine, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === '::1'));
if (!hasIpv6) console.warn('Skipped: tests on ::1, because this machine has no IPv6.');

const listening = async (server: Server | ReturnType<typeof createTcpServer>, host: string, port = 0) => {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return (server.address() as AddressInfo).port;
};

describe.skipIf(!hasIpv6)('a machine that has IPv6 only', () => {
  let world: World;
  let fronts: readonly Server[];

  /** The world is now at addresses of IPv6, and says so. */
  beforeEach(async () => {
    world = await startWorld();
    fronts = await Promise.all(
      (['resource', 'a', 'b'] as const).map(async (place) => {
        const behind = Number(new URL(world.origins[place]).port);
        const front = createTcpServer((near) => {
          const far = connect(behind, '127.0.0.1');
          near.on('error', () => far.destroy()).pipe(far);
          far.on('error', () => near.destroy()).pipe(near);
        });
        const origin = `http://[::1]:${await listening(front, '::1')}`;
        const renamed = <Of>(of: Of): Of =>
          JSON.parse(JSON.stringify(of).replaceAll(world.origins[place], origin));
        Object.assign(world.documents, renamed(world.documents));
        world.pointer = renamed(world.pointer);
        world.origins[place] = origin;
        return front as Server;
      }),
    );
  });
  afterEach(async () => {
    await world.close();
    await Promise.all(fronts.map((front) => new Promise((resolve) => front.close(resolve))));
  });

  it('P03: logs in and calls, and the response comes to an address of IPv6', async () => {
    const followed: string[] = [];
    const open = async (url: string): Promise<void> => {
      const callback = await visit(url);
      followed.push(new URL(callback).hostname);
      void fetch(callback);
    };
    const { engine, session } = testEngine(world.resource, {
      userAgent: loopbackUserAgent({ host: '::1', open }),
    });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(followed).toEqual(['[::1]']);
    await engine.dispose();
  });

  it.each(['[fd00::7]', '[fe80::1]', '[::ffff:10.0.0.7]', '[64:ff9b::a00:7]', '[::]'])(
    'P03: a public resource there names no server at %s',
    async (host) => {
      const resource = 'https://[2606:4700::1111]/mcp';
      const asked: string[] = [];
      const fetch: typeof globalThis.fetch = async (input) => {
        const url = new URL(input instanceof Request ? input.url : input);
        asked.push(url.hostname);
        return url.pathname.startsWith('/.well-known/')
          ? Response.json({ resource, authorization_servers: [`https://${host}`] })
          : new Response(null, { status: 401 });
      };
      const { engine, session } = testEngine(resource, { fetch });
      expect((await failureOf(session.login())).code).toBe('address_refused');
      expect(new Set(asked)).toEqual(new Set(['[2606:4700::1111]']));
      await engine.dispose();
    },
  );
});

describe.skipIf(!hasIpv6)('a name with addresses of both kinds', () => {
  const RESOURCE = 'https://mcp.example.com/mcp';
  const here = ['::1', '127.0.0.1'] as const;
  let names: Readonly<Record<string, readonly string[]>>;
  let servers: readonly Server[];
  let ports: readonly number[];
  let arrived: string[];

  beforeEach(async () => {
    arrived = [];
    servers = here.map((at) =>
      createServer((_, response) => {
        arrived.push(at);
        response.end(at);
      }),
    );
    ports = await Promise.all(servers.map((server, at) => listening(server, here[at] ?? '')));
    const found = (name: string) =>
      (names[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    vi.spyOn(dns.promises, 'lookup').mockImplementation((async (name: string) => found(name)) as never);
    vi.spyOn(dns, 'lookup').mockImplementation(((name: string, ...rest: readonly unknown[]) => {
      (rest.at(-1) as (...of: readonly unknown[]) => void)(null, found(name));
    }) as never);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  });

  const ask = (port: number | undefined): Promise<Response> => {
    const init: NamedRequestInit = { [resourceKey]: RESOURCE };
    return nodeFetch()(`http://as.example.com:${port}/token`, init);
  };

  it.each([
    ['the first of them, of IPv6', ['::1', '2606:4700::1111'], 0],
    ['the last of them, of IPv6', ['93.184.216.34', '::1'], 0],
    ['the first of them, of IPv4', ['127.0.0.1', '2606:4700::1111'], 1],
    ['the last of them, of IPv4', ['2606:4700::1111', '93.184.216.34', '127.0.0.1'], 1],
    ['one that stands for IPv4', ['93.184.216.34', '::ffff:127.0.0.1'], 1],
  ])('P03: is connected to at none of them where one may not be asked: %s', async (_which, addresses, at) => {
    names = { 'mcp.example.com': ['93.184.216.34'], 'as.example.com': addresses };
    const error = await ask(ports[at]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ cause: expect.any(AddressError) });
    expect(arrived).toEqual([]);
  });

  it('P03: is connected to at the address that answers, where each of them may be asked', async () => {
    // Nobody listens at the first address: the other one has to be tried, too.
    names = { 'mcp.example.com': here, 'as.example.com': ['127.0.0.3', '::1'] };
    expect(await (await ask(ports[0])).text()).toBe('::1');
  });
});
