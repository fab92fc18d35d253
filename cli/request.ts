// What `fetch` sends: method, headers and body, from flags with the same meaning as those of curl.
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { shown } from '../protocol/text.ts';
import { misused, systemCode } from './failures.ts';
import type { ClientFlags } from './options.ts';

/** The flags of `fetch` that say what to send. */
export interface RequestFlags {
  /** The method. */
  readonly request?: string | undefined;
  /** Lines such as `Name: value`. */
  readonly header?: readonly string[] | undefined;
  /** Parts of a form. They are joined by `&`. */
  readonly data?: readonly string[] | undefined;
  /** A JSON text. */
  readonly json?: string | undefined;
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
/** An MCP server answers 406 to a client that does not accept event streams. */
const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/**
 * Makes the request from the flags. The whole body is in memory, so that it can be sent again after a login.
 * @param others Flags that may also read standard input, which only one of them can.
 * @throws AuthError `config_invalid` when the flags make no valid request, or a file cannot be read.
 */
export async function requestOf(
  flags: RequestFlags,
  others: Pick<ClientFlags, 'userAgent' | 'clientSecretFile'>,
): Promise<RequestInit> {
  checkReaders(flags, others);
  if (flags.data && flags.json !== undefined)
    misused('-d and --json with data are two bodies. Give only one.');
  const headers = new Headers(flags.json !== undefined ? json : flags.data ? form : {});
  for (const [name, value] of readHeaders(flags.header ?? [])) headers.set(name, value);
  const body = flags.json !== undefined ? await read('--json', flags.json) : await formOf(flags.data);
  const method = methodOf(flags.request, body !== undefined);
  return { method, headers, ...(body !== undefined && { body: asText(body) }) };
}

function checkReaders({ data = [], json: text }: RequestFlags, others: Partial<ClientFlags>): void {
  const readers = [
    ...[...data, text].filter((one) => one === '@-').map(() => 'the body'),
    ...(others.clientSecretFile === '-' ? ['the client secret'] : []),
    ...(others.userAgent === 'paste' ? ['the pasted address'] : []),
  ];
  if (readers.length > 1) misused(`Standard input cannot be ${readers.join(' and ')} at once. Use a file.`);
}

function methodOf(given: string | undefined, hasBody: boolean): string {
  const method = given ?? (hasBody ? 'POST' : 'GET');
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(method))
    misused('The method of -X is not a method of HTTP. Give one such as PUT.');
  if (hasBody && /^(get|head)$/i.test(method))
    misused(`A ${shown(method)} request has no body. Leave out -X, or leave out the body.`);
  return method;
}

function readHeaders(lines: readonly string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (/^authorization$/i.test(name))
      misused('authchart sends its own Authorization header. Leave that header out.');
    try {
      headers.append(name, line.slice(colon + 1).trim());
    } catch {
      misused('A header must have the form "Name: value".');
    }
  }
  return headers;
}

async function formOf(parts: readonly string[] | undefined): Promise<Buffer | undefined> {
  if (!parts) return undefined;
  const joined: Uint8Array[] = [];
  for (const part of parts) {
    if (joined.length > 0) joined.push(Buffer.from('&'));
    const content = await read('-d', part);
    // As curl does: without line breaks, a form that stands on many lines in a file can be sent.
    joined.push(part.startsWith('@') ? content.filter((byte) => byte !== 10 && byte !== 13) : content);
  }
  return Buffer.concat(joined);
}

async function read(flag: string, text: string): Promise<Buffer> {
  if (!text.startsWith('@')) return Buffer.from(text);
  const file = text.slice(1);
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (thrown) {
    return misused(
      `The file ${shown(file)} of ${flag} cannot be read (${systemCode(thrown) ?? 'for an unknown reason'}).`,
    );
  }
}

/** Text if it is valid UTF-8: the engine then knows the operations of one endpoint apart. */
function asText(body: Buffer): string | Uint8Array<ArrayBuffer> {
  return isUtf8(body) ? body.toString('utf8') : new Uint8Array(body);
}
