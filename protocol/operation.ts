// Names the operation that a request is, so that step-up attempts can be counted for each (STEP-4).
import { own, readObject } from './json.ts';
import { shown } from './text.ts';

/** Longest body that is looked into for a JSON-RPC method, in characters. */
const MAX_BODY = 64 * 1024;
/** Longest name, in characters: long enough to keep apart what begins alike. */
const MAX_NAME = 2048;

/**
 * `POST /mcp tools/call write_note` for a JSON-RPC request, else method and path.
 * Only a name: nothing is decided on it but how often its scopes may be asked for.
 */
export function operationOf(method: string, url: string, body: unknown): string {
  const place = `${method} ${new URL(url).pathname}`;
  const message = typeof body === 'string' && body.length <= MAX_BODY ? readObject(body) : undefined;
  const rpcMethod = message && own(message, 'method');
  if (!message || typeof rpcMethod !== 'string') return shown(place, MAX_NAME);
  const parts = [place, rpcMethod, targetOf(own(message, 'params'))];
  return shown(parts.filter((part) => part !== '').join(' '), MAX_NAME);
}

/** The tool, prompt or resource that a request is about. */
function targetOf(params: unknown): string {
  if (typeof params !== 'object' || params === null) return '';
  const names = params as Readonly<Record<string, unknown>>;
  const name = own(names, 'name') ?? own(names, 'uri');
  return typeof name === 'string' ? name : '';
}
