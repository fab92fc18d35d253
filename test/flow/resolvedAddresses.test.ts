// DISC-14 where names lead: a public name whose address is private is not asked, and what was checked is what is connected to.
import dns from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NamedRequestInit, resourceKey } from '../../actors/network/resolution.ts';
import { nodeFetch } from '../../adapters/node.ts';
import { createAuthEngine, memoryStore } from '../../index.ts';
import { AddressError } from '../../protocol/connection.ts';
import { testHost } from '../support/engine.ts';

/** What the resolver says, by name; one list after the other where there are several. */
let names: Record<string, readonly string[]>;
let lookups: string[];

beforeEach(() => {
  lookups = [];
  const found = (hostname: string) =>
    (names[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const notFound = () => Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
  vi.spyOn(dns.promises, 'lookup').mockImplementation((async (hostname: string) => {
    lookups.push(hostname);
    const all = found(hostname);
    if (all.length === 0) throw notFound();
    return all;
  }) as never);
  const lookup = dns.lookup;
  vi.spyOn(dns, 'lookup').mockImplementation(((hostname: string, ...rest: readonly unknown[]) => {
    const done = rest.at(-1) as (...all: readonly unknown[]) => void;
    // Servers listen at addresses, and ask for them, too.
    if (/^[\d.]+$/.test(hostname)) return (lookup as (...all: readonly unknown[]) => void)(hostname, ...rest);
    lookups.push(hostname);
    const all = found(hostname);
    return all.length === 0 ? done(notFound()) : done(null, all);
  }) as never);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const RESOURCE = 'https://mcp.example.com/mcp';

/** An engine with the fetch of the platform, which answers for everybody and notes who was asked. */
async function login(): Promise<{ readonly failure: unknown; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (input: RequestInfo | URL) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(url.hostname);
    if (url.pathname.includes('oauth-protected-resource'))
      return Response.json({ resource: RESOURCE, authorization_servers: ['https://as.example.com'] });
    return new Response(null, { status: 404 });
  });
  const { userAgent } = testHost();
  const engine = createAuthEngine({ client: { name: 'tests' }, store: memoryStore(), userAgent });
  const failure = await engine
    .session({ resource: RESOURCE })
    .login()
    .catch((error: unknown) => error);
  await engine.dispose();
  return { failure, asked };
}

describe('DISC-14, D04: a public name', () => {
  it.each([
    ['10.0.0.7'],
    ['169.254.169.254'],
    ['127.0.0.1'],
    ['fd00::7'],
    ['::ffff:10.0.0.7'],
    ['93.184.216.34', '10.0.0.7'],
  ])('that leads to %s %s is not asked', async (...addresses) => {
    names = { 'mcp.example.com': ['93.184.216.34'], 'as.example.com': addresses };
    const { failure, asked } = await login();
    expect(failure).toMatchObject({ code: 'address_refused', phase: 'discovering', recovery: 'none' });
    expect(asked).not.toContain('as.example.com');
    expect(asked).toContain('mcp.example.com');
  });

  it('that leads to a private address is asked for a resource that is in a private network itself', async () => {
    names = { 'mcp.example.com': ['10.0.0.5'], 'as.example.com': ['10.0.0.7'] };
    expect((await login()).asked).toContain('as.example.com');
  });

  it('that leads nowhere, or to a public address, is asked', async () => {
    names = { 'mcp.example.com': ['93.184.216.34'], 'as.example.com': ['2606:4700::1111', '93.184.216.35'] };
    expect((await login()).asked).toContain('as.example.com');
    names = {};
    expect((await login()).asked).toContain('as.example.com');
  });
});

describe('DISC-14, D05: nodeFetch', () => {
  let server: Server;
  let port: number;
  let requests = 0;

  beforeEach(async () => {
    requests = 0;
    server = createServer((_, response) => {
      requests += 1;
      response.end('here');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => server.close());

  const ask = (resource?: string): Promise<Response> => {
    const init: NamedRequestInit = resource === undefined ? {} : { [resourceKey]: resource };
    return nodeFetch()(`http://as.example.com:${port}/token`, init);
  };

  it('connects to the address that it has looked at, and looks once', async () => {
    names = { 'mcp.example.com': ['127.0.0.1'], 'as.example.com': ['127.0.0.1'] };
    expect(await (await ask(RESOURCE)).text()).toBe('here');
    expect(lookups.filter((name) => name === 'as.example.com')).toHaveLength(1);
  });

  it('does not connect to this machine, nor to a private address, for a public resource', async () => {
    names = { 'mcp.example.com': ['93.184.216.34'], 'as.example.com': ['127.0.0.1'] };
    const error = await ask(RESOURCE).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ cause: expect.any(AddressError) });
    expect(requests).toBe(0);
  });

  it('leaves alone what the host asks itself', async () => {
    vi.restoreAllMocks();
    const response = await nodeFetch()(`http://127.0.0.1:${port}/mine`);
    expect(await response.text()).toBe('here');
  });

  it('says in the engine why, in a sentence', async () => {
    names = { 'mcp.example.com': ['93.184.216.34'], 'as.example.com': ['10.0.0.7'] };
    const { userAgent } = testHost();
    const real = nodeFetch();
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.hostname === 'as.example.com') return real(input, init);
      return url.pathname.includes('oauth-protected-resource')
        ? Response.json({ resource: RESOURCE, authorization_servers: ['https://as.example.com'] })
        : new Response(null, { status: 401 });
    };
    const engine = createAuthEngine({ client: { name: 'tests' }, store: memoryStore(), userAgent, fetch });
    const failure = await engine
      .session({ resource: RESOURCE })
      .login()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'address_refused', phase: 'discovering' });
    expect(String(failure)).toMatch(/as\.example\.com was refused, by the address that its name leads to/);
    await engine.dispose();
  });
});
