// The setting of tests with proxies and certificates: an authority, servers behind TLS, and proxies, all on loopback.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, vi } from 'vitest';
import { type Authority, newAuthority, type ServerCertificate, whyNoCertificates } from './certificates.ts';
import { type ProxyOptions, startProxy, type TestProxy } from './proxy.ts';
import { type SecureWorld, startSecureWorld } from './secureWorld.ts';

/** Why these tests cannot run here; undefined when they can. */
export const obstacle = whyNoCertificates();
if (obstacle !== undefined) console.warn(`Skipped. ${obstacle}`);

/** What one test has started, and what is taken down after it. */
export class SecureSetting {
  readonly authority: Authority;
  readonly #closing: (() => unknown)[] = [];

  constructor() {
    this.authority = newAuthority();
    this.#closing.push(() => this.authority.remove());
  }

  /** The scripted world under names that only a proxy knows, each with a certificate for its name. */
  async world(): Promise<SecureWorld> {
    const names = { resource: 'DNS:mcp.test', a: 'DNS:a.test', b: 'DNS:b.test' };
    const world = await startSecureWorld((place) => this.authority.sign([names[place]]));
    this.#closing.push(() => world.close());
    return world;
  }

  async proxy(options?: ProxyOptions): Promise<TestProxy> {
    const proxy = await startProxy(options);
    this.#closing.push(() => proxy.close());
    return proxy;
  }

  /** A server that says "hello" over TLS. @returns its port. */
  async server(certificate: ServerCertificate): Promise<number> {
    const server = createServer(certificate, (_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
  }
}

const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/** Starts one for each test of a file, in an environment without proxies. @returns the one of the running test. */
export function useSecureSetting(): () => SecureSetting {
  let setting: SecureSetting;
  beforeEach(() => {
    for (const name of variables) vi.stubEnv(name, '');
    setting = new SecureSetting();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await setting.close();
  });
  return () => setting;
}
