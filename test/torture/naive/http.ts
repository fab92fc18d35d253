// The requests of the plain client: bounded in time and size, to addresses that may be asked, without redirects.
import { urlOf } from '../../../protocol/url.ts';
import { has } from './faults.ts';

/** For one answer, in milliseconds. */
const DEADLINE = 4000;
/** Of a body, in bytes. */
const LARGEST = 1024 * 1024;

/** What was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A failure that the person may read. It holds nothing of a server. */
class Stop extends Error {}

/** Ends with a message, and with the text of the server where that is the fault. */
export function stop(message: string, serverText = ''): never {
  throw new Stop(has('prints-server-text') ? `${message} ${serverText}` : message);
}

/** Only https, and http to this machine. */
export function judged(address: string): URL {
  if (has('any-address')) return new URL(address);
  if (!urlOf(address) || /[\s\\@#]/.test(address)) stop('An address cannot be used.');
  const url = new URL(address);
  const isLocal = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) stop('An address is not https.');
  return url;
}

/** Sends a request. */
export async function send(address: string | URL, init: RequestInit = {}): Promise<Answer> {
  let url = judged(String(address));
  const signal = has('no-deadline') ? null : AbortSignal.timeout(DEADLINE);
  const most = has('follows-forever') ? 100 : has('follows-redirects') ? 20 : 0;
  for (let hop = 0; ; hop += 1) {
    const answer = await fetch(url, { ...init, signal, redirect: 'manual' });
    const location = answer.headers.get('location');
    const isRedirect = answer.status >= 300 && answer.status < 400 && location !== null;
    if (isRedirect && hop < most) {
      const next = new URL(location, url);
      if (has('follows-redirects') || next.origin === url.origin) {
        await answer.body?.cancel();
        url = next;
        continue;
      }
    }
    return { status: answer.status, headers: answer.headers, text: await bodyOf(answer) };
  }
}

async function bodyOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > LARGEST && !has('no-size-limit')) stop('An answer is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Posts a form. */
export const post = (
  address: string,
  form: URLSearchParams,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  send(address, {
    method: 'POST',
    body: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers },
  });

/** The object of a JSON document; nothing for anything else. */
export function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    // A member that is called __proto__ is one like others in the first, and a prototype in the second.
    const document: Record<string, unknown> = Object.create(
      has('inherits-members') ? Object.prototype : null,
    );
    return Object.assign(document, value);
  } catch {
    return undefined;
  }
}
