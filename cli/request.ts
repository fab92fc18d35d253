// What `fetch` sends: method, headers and body, from flags that mean what they mean to curl.
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { shown } from '../protocol/text.ts';
import { misused, systemCode } from './failures.ts';
import type { ClientFlags } from './options.ts';

export interface RequestFlags {
  readonly request?: string | undefined;
  readonly header?: readonly string[] | undefined;
  /** Forms, joined by `&`. */
  readonly data?: readonly string[] | undefined;
  /** A JSON text. */
  readonly json?: string | undefined;
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
/** Event streams too: an MCP server answers with 406 to who does not take them. */
const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/**
 * A body that is whole in memory, so that it can be sent again after a login.
 * @param others who may read standard input too: it has one reader.
 * @throws AuthError `config_invalid`
 */
export async function requestOf(
  flags: RequestFlags,
  others: Pick<ClientFlags, 'userAgent' | 'clientSecretFile'>,
): Promise<RequestInit> {
  judgeReaders(flags, others);
  if (flags.data && flags.json !== undefined) misused('-d and --json with data are two bodies; give one.');
  const headers = new Headers(flags.json !== undefined ? json : flags.data ? form : {});
  for (const [name, value] of readHeaders(flags.header ?? [])) headers.set(name, value);
  const body = flags.json !== undefined ? await read('--json', flags.json) : await formOf(flags.data);
  const method = methodOf(flags.request, body !== undefined);
  return { method, headers, ...(body !== undefined && { body: asText(body) }) };
}

function judgeReaders({ data = [], json: text }: RequestFlags, others: Partial<ClientFlags>): void {
  const readers = [
    ...[...data, text].filter((one) => one === '@-').map(() => 'the body'),
    ...(others.clientSecretFile === '-' ? ['the client secret'] : []),
    ...(others.userAgent === 'paste' ? ['the pasted address'] : []),
  ];
  if (readers.length > 1) misused(`Standard input cannot be ${readers.join(' and ')} at once; use a file.`);
}

function methodOf(given: string | undefined, hasBody: boolean): string {
  const method = given ?? (hasBody ? 'POST' : 'GET');
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(method)) misused('That is not a method of HTTP.');
  if (hasBody && /^(get|head)$/i.test(method))
    misused(`A ${shown(method)} request has no body; leave out -X.`);
  return method;
}

function readHeaders(lines: readonly string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (/^authorization$/i.test(name))
      misused('authchart sends its own Authorization header; leave that one out.');
    try {
      headers.append(name, line.slice(colon + 1).trim());
    } catch {
      misused('A header must be like "Name: value".');
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
    // As curl does with files here, so that one with a form on many lines can be sent.
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
      `The file ${shown(file)} of ${flag} cannot be read (${systemCode(thrown) ?? 'for no reason given'}).`,
    );
  }
}

/** Text where it is some: the engine then tells the operations of one endpoint apart. */
function asText(body: Buffer): string | Uint8Array<ArrayBuffer> {
  return isUtf8(body) ? body.toString('utf8') : new Uint8Array(body);
}
