// What the servers of a test world are asked and answer, before it becomes HTTP.

/** A request as it arrived, whole: it holds secrets. */
export interface Incoming {
  readonly method: string;
  readonly url: URL;
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body as a form; empty for any other body. */
  readonly form: URLSearchParams;
  /** Given when the client has gone, or the world is closed. */
  readonly signal: AbortSignal;
}

/** Why a server refused a request. */
export interface Refusal {
  /** One sentence. It holds no secret. */
  readonly reason: string;
  /** Whether a correct client would not have sent it. A token that has expired, or a challenge, is no mistake. */
  readonly isMistake: boolean;
}

/** An answer of a server. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a page. */
  readonly page?: string;
  readonly refusal?: Refusal;
}

/** Thrown by whoever looks at a request, and answered by the server: no more of the request is looked at. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(reply.refusal?.reason ?? 'refused');
    this.reply = reply;
  }
}

/** What is expected of a correct client: the reason is not its mistake. */
export const expected = (reason: string): Refusal => ({ reason, isMistake: false });
/** What a correct client does not do. */
export const mistake = (reason: string): Refusal => ({ reason, isMistake: true });

/** Tokens and errors are not kept by anybody on the way. @see RFC 6749 §5.1 */
export const notStored = { 'cache-control': 'no-store' };

/**
 * Refuses with an error of OAuth.
 * @param error its code, such as `invalid_grant`. @see RFC 6749 §5.2
 */
export function refuse(
  error: string,
  refusal: Refusal,
  { status = 400, headers = {} }: Partial<Pick<Reply, 'status' | 'headers'>> = {},
): never {
  const json = { error, error_description: refusal.reason };
  throw new Refused({ status, headers: { ...notStored, ...headers }, json, refusal });
}

/** Refuses with a page for the person, who is sent nowhere. @see RFC 6749 §4.1.2.1 */
export function refusePage(refusal: Refusal): never {
  throw new Refused({ status: 400, page: `This login cannot go on: ${refusal.reason}`, refusal });
}

/** The one value of a parameter; nothing when it is absent or empty. @throws Refused when it is there twice. */
export function single(parameters: URLSearchParams, name: string): string | undefined {
  const [value, second] = parameters.getAll(name);
  if (second !== undefined) refuse('invalid_request', mistake(`${name} was sent twice.`));
  return value === '' ? undefined : value;
}

/** The names of a space-separated list, each once. @see RFC 6749 §3.3 */
export const scopesOf = (text: string | undefined): readonly string[] => [
  ...new Set((text ?? '').split(' ').filter((scope) => scope !== '')),
];

/** HTTP of a reply. */
export function responseOf({ status, headers = {}, json, page }: Reply): Response {
  const body = json === undefined ? page : JSON.stringify(json);
  const type = json === undefined ? 'text/html; charset=utf-8' : 'application/json';
  return new Response(body ?? null, {
    status,
    headers: { ...(body !== undefined && { 'content-type': type }), ...headers },
  });
}
