// How requests leave this machine: through which proxy, and which certificates are trusted. Loads `undici`.
import { readFileSync } from 'node:fs';
import tls, { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { Agent, Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { codeOf, ProxyError } from '../../protocol/connection.ts';
import type { HttpProxy, Proxies } from '../../protocol/proxies.ts';
import type { Reach } from '../../protocol/reach.ts';
import { lookupFor } from './lookup.ts';

/** What every connection of a `fetch` has. */
export interface Connecting {
  /** Certificates in PEM, trusted beside those that Node trusts. */
  readonly authorities: readonly string[];
  /** How long an answer may be silent, in milliseconds; 0: without a limit; undefined: 5 minutes. */
  readonly silence: number | undefined;
}

/**
 * The `dispatcher` of a `fetch`.
 * @param resource where the resource is that named the addresses; left out: the host named them itself. What goes through a
 * proxy is resolved by the proxy.
 */
export function dispatcherFor(
  proxies: Proxies,
  { authorities, silence }: Connecting,
  resource?: Reach,
): Dispatcher {
  const trust = authorities.length === 0 ? {} : { secureContext: trusting(authorities) };
  const direct = new Agent({ connect: { ...trust, ...(resource && { lookup: lookupFor(resource) }) } });
  const { http, https, noProxy } = proxies;
  return new ByScheme(
    http ? throughProxy(http, noProxy, trust) : direct,
    https ? throughProxy(https, noProxy, trust) : direct,
    silence,
  );
}

/** `EnvHttpProxyAgent` sends https through the proxy of http where it has no other, and curl does not. */
class ByScheme extends Dispatcher {
  readonly #http: Dispatcher;
  readonly #https: Dispatcher;

  readonly #limits: Pick<Dispatcher.DispatchOptions, 'headersTimeout' | 'bodyTimeout'>;

  /** @param silence of answers, in milliseconds; undefined: as `undici` has it. */
  constructor(http: Dispatcher, https: Dispatcher, silence: number | undefined) {
    super();
    this.#http = http;
    this.#https = https;
    this.#limits = silence === undefined ? {} : { headersTimeout: silence, bodyTimeout: silence };
  }

  override dispatch(...[options, handler]: Parameters<Dispatcher['dispatch']>): boolean {
    const isHttps = String(options.origin).startsWith('https:');
    return (isHttps ? this.#https : this.#http).dispatch({ ...options, ...this.#limits }, handler);
  }
}

interface Trust {
  readonly secureContext?: SecureContext;
}

function throughProxy({ origin, host, credentials }: HttpProxy, noProxy: string, trust: Trust): Dispatcher {
  return new EnvHttpProxyAgent({
    httpProxy: origin,
    httpsProxy: origin,
    noProxy,
    // Plain http is sent to the proxy as it is, as curl does: many proxies open tunnels to port 443 only.
    proxyTunnel: false,
    ...(credentials && { token: basic(credentials) }),
    connect: trust,
    requestTls: trust,
    proxyTls: trust,
    clientFactory: (to, options) => proxyPool(host, to, options),
  });
}

/** @see RFC 7617 §2 */
function basic({ user, password }: NonNullable<HttpProxy['credentials']>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Connections to a proxy, whose errors say that they are the proxy's. `ProxyAgent` asks here for each tunnel. */
function proxyPool(host: string, to: URL, options: object): Pool {
  const pool = new Pool(to, options);
  const connect = pool.connect.bind(pool);
  const tunnel = async (request: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
    const answer = await connect(request).catch((thrown: unknown) => {
      throw new ProxyError({ host, code: codeOf(thrown) });
    });
    const { statusCode: status, socket } = answer;
    if (status === 200) return answer;
    socket.on('error', () => {}).destroy();
    throw new ProxyError({ host, status });
  };
  return Object.assign(pool, { connect: tunnel as Pool['connect'] });
}

/** Made once: reading some 150 certificates for each connection would take longer than the connection. */
function trusting(authorities: readonly string[]): SecureContext {
  return createSecureContext({ ca: [...knownAuthorities(), ...authorities] });
}

/** What Node trusts without us. Node 20 does not say it, and is asked for in parts. */
function knownAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => readonly string[] };
  return getCACertificates?.('default') ?? [...rootCertificates, ...extraAuthorities()];
}

/** Node itself warns when it cannot read this file, and goes on without it. */
function extraAuthorities(): readonly string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (!file) return [];
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
}
