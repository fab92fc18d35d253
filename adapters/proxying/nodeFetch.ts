// `fetch` for Node behind a proxy, or with a certificate authority of one's own.
import { X509Certificate } from 'node:crypto';
import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import {
  type NamedRequestInit,
  type Resolve,
  resolvedReach,
  resourceKey,
} from '../../actors/network/resolution.ts';
import { codeOf } from '../../protocol/connection.ts';
import { invalid, must, object, optional, type Shape } from '../../protocol/options.ts';
import { durationOrNone, isText } from '../../protocol/optionValues.ts';
import { type ProxyOptions, proxiesOf, proxyShape } from '../../protocol/proxies.ts';
import type { Reach } from '../../protocol/reach.ts';
import type { dispatcherFor } from './dispatcher.ts';

/** How `nodeFetch` reaches servers, and whom it trusts. */
export interface NodeFetchOptions extends ProxyOptions {
  /**
   * A PEM file with certificates of authorities, which are trusted beside those that Node trusts. Node itself reads
   * `NODE_EXTRA_CA_CERTS` when the process starts, for every `fetch`.
   */
  readonly caFile?: string;
  /**
   * How long an answer may be silent before it begins, and between two parts of it, in milliseconds; 0: as long as its caller
   * waits, for tools that work for long without a word. Default: 5 minutes, the limit of Node's own `fetch`.
   */
  readonly silence?: number;
}

/** Judges for the options of `nodeFetch`. */
export const nodeFetchShape: Shape<NodeFetchOptions> = {
  ...proxyShape,
  caFile: optional(must('the name of a file', (value) => isText(value, /^[^\0]+$/))),
  silence: optional(durationOrNone),
};

/**
 * Makes a `fetch` that goes through the proxies of the environment, as curl does: `HTTPS_PROXY` for https, `HTTP_PROXY` for
 * http, `NO_PROXY` for the hosts that are reached without one, each also in small letters. They are read now, once.
 * It is the global `fetch` of this moment, with a dispatcher of `undici`, which is loaded with the first request that needs
 * it: through a proxy, with a `caFile`, with `silence`, or to an address that a resource has named. For those it looks at what the name leads
 * to, and connects to nothing else: a public resource cannot name what is in a private network (DISC-14). Where a proxy
 * is used, the proxy resolves names, and has to guard its own network.
 * `NO_PROXY` lists names and addresses, separated by commas: `example.com` is for all names below it, too; `*` for
 * every host; ranges of addresses are not understood. Nothing is exempt unless it is listed, not even loopback.
 * @throws AuthError `config_invalid` for an option or a variable that cannot be used; its sentence repeats no value.
 * @example
 * ```ts
 * import { createAuthEngine } from 'authchart';
 * import { loopbackUserAgent, nodeFetch } from 'authchart/node';
 *
 * const fetch = nodeFetch({ caFile: '/etc/ssl/company.pem' });
 * const engine = createAuthEngine({ client: { name: 'my tool' }, userAgent: loopbackUserAgent(), fetch });
 * ```
 * @see RFC 9110 §9.3.6
 */
export function nodeFetch(options: NodeFetchOptions = {}): typeof globalThis.fetch {
  object(nodeFetchShape)(options, '');
  const proxies = proxiesOf(process.env, options);
  const authorities = options.caFile === undefined ? [] : certificatesIn(options.caFile);
  const send = globalThis.fetch.bind(globalThis);
  const { silence } = options;
  const isPlain = !proxies.http && !proxies.https && authorities.length === 0 && silence === undefined;
  const known = new Map<Reach | undefined, Promise<unknown>>();
  return async (input, init?: NamedRequestInit) => {
    const resource = init?.[resourceKey];
    if (resource === undefined && isPlain) return send(input, init);
    const reach = resource === undefined ? undefined : await resolvedReach(resource, resolve);
    const dispatcher = known.get(reach) ?? load(proxies, { authorities, silence }, reach);
    known.set(reach, dispatcher);
    const through = { dispatcher: await dispatcher, ...init };
    return send(input, through);
  };
}

const resolve: Resolve = async (hostname) => {
  const found = await dns.promises.lookup(hostname, { all: true });
  return found.map(({ address }) => address);
};

async function load(...of: Parameters<typeof dispatcherFor>): Promise<ReturnType<typeof dispatcherFor>> {
  // Node loads its own undici with the first of these classes. If ours came first, every `fetch` of the host would use it.
  new Headers();
  const { dispatcherFor } = await import('./dispatcher.ts');
  return dispatcherFor(...of);
}

const pem = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

function certificatesIn(file: string): readonly string[] {
  const certificates = textOf(file).match(pem) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate))
    invalid('caFile must be a file of certificates in PEM, each between its BEGIN and END line.');
  return certificates;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    return invalid(`caFile cannot be read (${codeOf(thrown) ?? 'for an unknown reason'}); name a PEM file.`);
  }
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}
