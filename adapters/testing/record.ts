// What was sent where in a test world: each request with its answer, and with the names of secrets in their place.
import type { Incoming, Refusal } from './answers.ts';
import type { Secrets } from './secrets.ts';
import { basicOf } from './servers/basic.ts';
import { challengeOf } from './servers/grants.ts';

/** Which step of a login a request is. */
export type Step =
  | 'call'
  | 'resource-metadata'
  | 'server-metadata'
  | 'registration'
  | 'client-management'
  | 'authorization'
  | 'token'
  | 'revocation'
  | 'device';

/** What was sent, as it is: it holds secrets. */
export interface RawRequest {
  readonly url: string;
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request that arrived, with the name of each secret in its place: `<access token 2 of a>`. It may be printed. */
export interface TestRequest extends RawRequest {
  /** Its place among all requests, from 1. */
  readonly number: number;
  /** The name of the resource or server; `elsewhere` for a host that is not of this world. */
  readonly to: string;
  /** Nothing where no such address is. */
  readonly step: Step | undefined;
  readonly method: string;
  /** Of the answer. Nothing: there is none yet, or it was no HTTP. */
  readonly status: number | undefined;
  /** Why it was refused, in a sentence. */
  readonly refusal: string | undefined;
  /** Whether a correct client would not have sent it. */
  readonly isMistake: boolean;
  /** The same with its secrets. It is not printed with the rest. */
  readonly raw: RawRequest;
}

/** A request as the record keeps it. */
export interface Exchange {
  readonly number: number;
  readonly to: string;
  readonly step: Step | undefined;
  readonly incoming: Incoming;
  status: number | undefined;
  refusal: Refusal | undefined;
}

/** All that was sent in a world, oldest first. */
export class TestRecord {
  readonly exchanges: Exchange[] = [];
  readonly #secrets: Secrets;
  readonly #isServer: (name: string) => boolean;
  /** Servers by the challenges that they were sent. */
  readonly #challenged = new Map<string, string>();

  constructor(secrets: Secrets, isServer: (name: string) => boolean) {
    this.#secrets = secrets;
    this.#isServer = isServer;
  }

  /** Writes a request down as it arrives, and learns which secrets are in it. */
  async add(to: string, step: Step | undefined, incoming: Incoming): Promise<Exchange> {
    const number = this.exchanges.length + 1;
    const exchange: Exchange = { number, to, step, incoming, status: undefined, refusal: undefined };
    this.exchanges.push(exchange);
    if (this.#isServer(to)) await this.#learnFrom(to, incoming);
    this.#suspectIn(incoming);
    return exchange;
  }

  /** How it may be shown. */
  shown({ number, to, step, incoming, status, refusal }: Exchange): TestRequest {
    const raw: RawRequest = { url: incoming.url.href, headers: incoming.headers, body: incoming.body };
    const mask = (text: string): string => withoutShort(this.#secrets.masked(text));
    const headers = Object.entries(raw.headers).map(
      ([name, value]) => [name, this.#header(name, value)] as const,
    );
    const shown = {
      number,
      to,
      step,
      method: incoming.method,
      url: mask(raw.url),
      headers: Object.fromEntries(headers),
      body: mask(raw.body),
      status,
      refusal: refusal?.reason,
      isMistake: refusal?.isMistake ?? false,
    };
    return Object.defineProperty(shown as typeof shown & { readonly raw: RawRequest }, 'raw', { value: raw });
  }

  /** One line: `7. a POST /token grant_type=refresh_token … → 400: The grant was revoked.` */
  line(exchange: Exchange): string {
    const { number, to, incoming, status, refusal } = exchange;
    const { headers, url } = this.shown(exchange);
    const { pathname, search, origin } = new URL(url);
    const form = [...incoming.form].map(([name, value]) =>
      withoutShort(`${name}=${this.#secrets.masked(value)}`),
    );
    const query = [...new URLSearchParams(search)].map(([name, value]) => `${name}=${value}`);
    const credentials = headers['authorization'] === undefined ? [] : [`(${headers['authorization']})`];
    const address = to === 'elsewhere' ? origin + pathname : pathname;
    const said = [to, incoming.method, address, ...query, ...form, ...credentials].join(' ');
    const answer = `${status ?? 'no answer'}${refusal ? `: ${refusal.reason}` : ''}`;
    return `${number}. ${said} → ${answer}`;
  }

  /** What identifies a sender is never shown. */
  #header(name: string, value: string): string {
    const masked = this.#secrets.masked(value);
    if (masked !== value || !identifying.has(name)) return masked;
    const scheme = name === 'authorization' ? /^\S+ (?=.)/.exec(value)?.[0] : undefined;
    return `${scheme ?? ''}<short secret>`;
  }

  /** What the client has made itself, and which server it is for. */
  async #learnFrom(server: string, { url, form }: Incoming): Promise<void> {
    const { searchParams } = url;
    const challenge = searchParams.get('code_challenge');
    if (challenge !== null && !this.#challenged.has(challenge)) this.#challenged.set(challenge, server);
    const state = searchParams.get('state');
    if (state !== null) this.#secrets.learn(state, 'state', server);
    for (const verifier of form.getAll('code_verifier'))
      this.#secrets.learn(verifier, 'verifier', this.#challenged.get(await challengeOf(verifier)) ?? server);
  }

  /** Whatever stands where a secret belongs is not shown, even if nobody here has issued it. */
  #suspectIn({ headers, form, url }: Incoming): void {
    const { authorization = '', cookie } = headers;
    const basic = basicOf(authorization);
    const encoded = authorization.replace(/^\S+\s+/, '');
    if (basic && this.#secrets.get(basic.secret)) this.#secrets.alias(encoded, basic.secret);
    this.#secrets.suspect(encoded, basic ? 'client secret' : 'token');
    if (basic) this.#secrets.suspect(basic.secret, 'client secret');
    if (cookie !== undefined) this.#secrets.suspect(cookie, 'cookie');
    for (const parameters of [form, url.searchParams])
      for (const [name, value] of parameters)
        if (suspects.has(name)) this.#secrets.suspect(value, name.replaceAll('_', ' '));
  }
}

/** Headers whose values are secret, whoever has made them. */
const identifying: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Parameters whose values are secret, whoever has made them. */
const suspects: ReadonlySet<string> = new Set([
  'access_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'password',
  'refresh_token',
  'state',
  'subject_token',
  'token',
]);

/** Too short to be looked for everywhere: these are known by their parameter alone. */
const short = new RegExp(`(^|[?&])(${[...suspects].join('|')})=[^&<#]+`, 'g');

/** A text of parameters without the values of those whose values are secret. */
const withoutShort = (text: string): string => text.replace(short, '$1$2=<short secret>');
