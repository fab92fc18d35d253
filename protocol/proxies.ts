// Which proxies requests go through: what the environment says, and what the host says instead.
import { must, optional, type Shape } from './options.ts';
import { urlOf } from './url.ts';

/** A proxy, in parts, so that its password stands in no address that is shown. */
export interface HttpProxy {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Host and port, for messages. */
  readonly host: string;
  /** Secrets. Absent: the proxy asks for none. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

/** The proxies of a process, by the scheme of the requests. Absent: these requests go straight to their servers. */
export interface Proxies {
  readonly http?: HttpProxy;
  readonly https?: HttpProxy;
  /** The hosts that are reached without a proxy, separated by commas. */
  readonly noProxy: string;
}

/** What a host may say of proxies. */
export interface ProxyOptions {
  /** The URL of the proxy for all requests. Default: `HTTPS_PROXY` and `HTTP_PROXY` of the environment. */
  readonly proxy?: string;
  /** The hosts that are reached without a proxy, as in `NO_PROXY`; `*` for all of them. Default: `NO_PROXY` of the environment. */
  readonly noProxy?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const proxyUrl = must(
  'the URL of an HTTP proxy, such as http://proxy.example:3128',
  (value) => typeof value === 'string' && proxyIn(value) !== undefined,
);

/** Judges for `ProxyOptions`. */
export const proxyShape: Shape<ProxyOptions> = {
  proxy: optional(proxyUrl),
  noProxy: optional(must('a text of hosts, separated by commas', (value) => typeof value === 'string')),
};

/**
 * The proxies of a process, as curl reads them: small letters before capitals, and an empty variable says nothing.
 * @param given judged by `proxyShape`; what it says replaces what the environment says.
 * @throws AuthError `config_invalid` for a variable that cannot be used. The sentence names it, and does not repeat it.
 * @see https://curl.se/docs/manpage.html#ENVIRONMENT
 */
export function proxiesOf(environment: Environment, given: ProxyOptions = {}): Proxies {
  const noProxy = given.noProxy ?? (environment['no_proxy'] || environment['NO_PROXY'] || '');
  if (noProxy.trim() === '*') return { noProxy };
  const own = given.proxy === undefined ? undefined : proxyIn(given.proxy);
  // A web server sets HTTP_PROXY for its CGI programs when a stranger sends the header `Proxy` (CVE-2016-5385).
  const isCgi = environment['REQUEST_METHOD'] !== undefined;
  const https = own ?? namedBy(environment, 'https_proxy', 'HTTPS_PROXY');
  const http = own ?? namedBy(environment, 'http_proxy', ...(isCgi ? [] : ['HTTP_PROXY']));
  return { ...(http && { http }), ...(https && { https }), noProxy: bracketed(noProxy) };
}

/** The proxy that the first of these variables names which is not empty. */
function namedBy(environment: Environment, ...names: readonly string[]): HttpProxy | undefined {
  const name = names.find((one) => environment[one]);
  if (name === undefined) return undefined;
  proxyUrl(environment[name], name);
  return proxyIn(environment[name] ?? '');
}

/** Without a scheme it is http, as in curl; without a port it is the port of the scheme. */
function proxyIn(text: string): HttpProxy | undefined {
  const url = urlOf(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.origin === 'null')
    return undefined;
  const { origin, host, username, password } = url;
  if (username === '' && password === '') return { origin, host };
  try {
    const credentials = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    return { origin, host, credentials };
  } catch {
    return undefined;
  }
}

/** An address of IPv6 as it stands in a URL: without brackets its last part could be a port. */
function bracketed(noProxy: string): string {
  const entries = noProxy.split(/[,\s]+/).filter((entry) => entry !== '');
  return entries
    .map((entry) => (/^[\da-f]*:[\da-f.]*:[\da-f:.]*$/i.test(entry) ? `[${entry}]` : entry))
    .join();
}
