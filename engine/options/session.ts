// The options of a session and its logins, judged when they are given: before any traffic (HOST-2, P07).
import { implementation, must, object, oneOf, optional, type Shape } from '../../protocol/options.ts';
import {
  callback,
  flag,
  httpMethod,
  nonce,
  readUrl,
  requestUrl,
  scopes,
  signal,
  urlText,
} from '../../protocol/optionValues.ts';
import { anySubject, type CompleteOptions } from '../engineSurface.ts';
import type {
  AnsweredRequest,
  HostRequest,
  LoginOptions,
  LogoutOptions,
  WaitOptions,
} from '../sessionSurface.ts';

/** The options of `engine.complete`. */
export const completeShape: Shape<CompleteOptions> = {
  subject: optional(
    must('a text or anySubject', (value) => typeof value === 'string' || value === anySubject),
  ),
};

/** @throws AuthError `config_invalid` */
export const judgeCompleteOptions = (options: CompleteOptions): void => object(completeShape)(options, '');

/** The URL that a person was sent back to: whole, or only its query. */
export const judgeCallbackUrl = (callbackUrl: unknown): void =>
  must(
    'the URL that the person was sent back to, as a text or a URL',
    (value) => urlText(value) !== undefined,
  )(callbackUrl, 'callbackUrl');

/** The options of `session.login`. */
export const loginShape: Shape<LoginOptions> = {
  scopes: optional(scopes),
  again: optional(flag),
  signal: optional(signal),
};

/** @throws AuthError `config_invalid` */
export const judgeLoginOptions = (options: LoginOptions): void => object(loginShape)(options, '');

/** The options of `session.logout`. */
export const logoutShape: Shape<LogoutOptions> = {
  forget: optional(oneOf<'everything'>({ everything: true })),
  signal: optional(signal),
};

/** @throws AuthError `config_invalid` */
export const judgeLogoutOptions = (options: LogoutOptions): void => object(logoutShape)(options, '');

/** The options of whatever is only waited for. */
const waitShape: Shape<WaitOptions> = { signal: optional(signal) };

/** @throws AuthError `config_invalid` */
export const judgeWaitOptions = (options: WaitOptions): void => object(waitShape)(options, '');

/** The options of `session.authorization`. */
const hostRequestShape: Shape<HostRequest> = {
  method: httpMethod,
  url: requestUrl,
  nonce: optional(nonce),
  signal: optional(signal),
};

/** @throws AuthError `config_invalid` */
export const judgeHostRequest = (request: HostRequest): void => object(hostRequestShape)(request, '');

/** The options of `session.answered`. A body may be anything: only text is looked at. */
const answeredShape: Shape<AnsweredRequest> = {
  method: optional(httpMethod),
  url: optional(requestUrl),
  body: () => {},
  authorization: optional(
    must('the header that was sent, or null', (value) => value === null || typeof value === 'string'),
  ),
  signal: optional(signal),
};

/** @throws AuthError `config_invalid` */
export const judgeAnsweredRequest = (request: AnsweredRequest): void => object(answeredShape)(request, '');

/** What is read of a Response. */
const responseShape = {
  status: must('a number', (value) => typeof value === 'number'),
  headers: implementation({ get: callback }),
};

/** @throws AuthError `config_invalid` for what is no Response. */
export const judgeResponse = (response: unknown): void => implementation(responseShape)(response, 'response');

/** @throws AuthError `config_invalid` for what is no function. */
export const judgeListener = (listener: unknown): void => callback(listener, 'listener');

/** What of a `RequestInit` is read here; the rest is the platform's to judge. */
const fetchShape = {
  method: optional(httpMethod),
  signal: optional((value, path) => value === null || signal(value, path)),
};

const judgeInit = implementation(fetchShape);

/** What nearly every call has: one of these methods, and no signal or one of the platform. The rest is judged member by member. */
const usualMethods: ReadonlySet<unknown> = new Set([undefined, 'GET', 'POST', 'DELETE']);

function isUsual(init: RequestInit): boolean {
  if (typeof init !== 'object' || init === null) return false;
  const { method, signal } = init;
  return usualMethods.has(method) && (signal === undefined || signal instanceof AbortSignal);
}

/** Reads where the requests of a session go to. The last text is known: most calls of a session go to one place. */
export class RequestReader {
  readonly #judge: (url: URL) => void;
  #last: { readonly text: string; readonly url: URL } | undefined;

  /** @param judge throws for where nothing is sent to. */
  constructor(judge: (url: URL) => void = () => {}) {
    this.#judge = judge;
  }

  /** @throws AuthError `config_invalid` for what cannot be sent. */
  read(input: unknown, init: RequestInit): URL {
    const last = this.#last;
    const url = last && input === last.text ? last.url : this.#readAnew(input);
    if (!isUsual(init)) judgeInit(init, 'init');
    return url;
  }

  #readAnew(input: unknown): URL {
    const url = readUrl(input instanceof Request ? input.url : input, 'input');
    this.#judge(url);
    if (typeof input === 'string') this.#last = { text: input, url };
    return url;
  }
}
