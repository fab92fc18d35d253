// The live page, for Node: one page on loopback, to which facts are told as they come, and which may press buttons.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod/mini';
import { AuthError, refuse } from '../../contract/errors.ts';
import type { SessionId } from '../../contract/facts.ts';
import type { Holding, LiveAction, LiveMessage, LiveRequest } from '../../contract/live.ts';
import type { TraceFact } from '../../contract/trace.ts';
import { readObject } from '../../protocol/json.ts';
import { Audience } from './audience.ts';

/** A button, and what it does. @returns what to tell the person; nothing says that it was done. */
export interface LiveButton extends LiveAction {
  readonly run: (session: SessionId | undefined) => Promise<string | undefined>;
}

export interface LivePageOptions {
  /** The page: `visualizations/generated/live.html`. */
  readonly html: string;
  readonly buttons?: readonly LiveButton[];
  /** Looked up after each step of a session. */
  readonly holdings?: (session: SessionId) => Promise<readonly Holding[]>;
  /** Any that is free unless told. */
  readonly port?: number;
}

export interface LivePage {
  /** With the token that opens it in its fragment, which browsers send to nobody. For a person, not for a log. */
  readonly url: string;
  /** For `onTrace`. */
  readonly tell: (fact: TraceFact) => void;
  close(): Promise<void>;
}

/** Longest request that a button makes, in bytes. */
const MAX_BODY = 16 * 1024;

/**
 * Serves the page on 127.0.0.1 and nowhere else, without anything from the network. Requests by another name, from
 * another origin, or without the token are refused.
 * @throws AuthError `config_invalid` when the port is taken.
 */
export async function startLivePage(options: LivePageOptions): Promise<LivePage> {
  const { html, buttons = [], holdings, port = 0 } = options;
  const token = randomBytes(24).toString('base64url');
  const audience = new Audience({
    kind: 'actions',
    actions: buttons.map(({ id, label, hint, of }) => ({ id, label, hint, of })),
  });
  const server = createServer();
  server.listen({ host: '127.0.0.1', port, exclusive: true });
  await once(server, 'listening').catch(() =>
    refuse('config_invalid', 'configuring', `Port ${port} is taken; free it, or choose another.`),
  );
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const press = (request: LiveRequest): Promise<void> => pressed(buttons, request, audience);
  const page = pageOf(html);

  server.on('request', (request, response) => {
    const place = judge(request, host, token);
    if (typeof place === 'number') response.writeHead(place, HEADERS).end();
    else if (place === 'page') response.writeHead(200, page.headers).end(page.body);
    else if (place === 'facts') audience.join(response, HEADERS);
    else void readRequest(request, response).then((body) => body && press(body));
  });

  return {
    url: `http://${host}/#${token}`,
    tell(fact) {
      audience.tell(fact);
      if (fact.kind === 'step' && holdings) look(holdings, fact.session, audience);
    },
    async close() {
      audience.end();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** Nothing runs but the page's own script, known by its hash. @see CSP3 §8.3 */
function pageOf(html: string): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const hashes = [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  const policy = [
    `default-src 'none'`,
    `script-src ${hashes.join(' ') || `'none'`}`,
    `style-src 'unsafe-inline'`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
  const headers = {
    ...HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
  };
  return { body: html, headers };
}

/** What is asked for, or the status of a refusal. */
function judge(request: IncomingMessage, host: string, token: string): 'page' | 'facts' | 'press' | number {
  const { method, url, headers } = request;
  // A name of somebody else that leads here (DNS rebinding), or a page of somebody else.
  if (headers.host !== host) return 403;
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return 403;
  // Whoever opens the page needs no token: it holds nothing.
  if (method === 'GET' && url === '/') return 'page';
  if (!isAuthorized(headers.authorization, token)) return 401;
  if (method === 'GET' && url === '/facts') return 'facts';
  return method === 'POST' && url === '/press' ? 'press' : 404;
}

function isAuthorized(given: string | undefined, token: string): boolean {
  const [one, other] = [given ?? '', `Bearer ${token}`].map((text) =>
    createHash('sha256').update(text).digest(),
  );
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

const requestSchema = z.object({
  id: z.string(),
  session: z.optional(z.object({ resource: z.string(), subject: z.string(), label: z.string() })),
});

/** Answers at once: what comes of it is told to all who watch. */
async function readRequest(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<LiveRequest | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) break;
  }
  const { data } = requestSchema.safeParse(text.length > MAX_BODY ? undefined : readObject(text));
  response.writeHead(data ? 202 : 400, HEADERS).end();
  return data && { id: data.id, ...(data.session && { session: data.session }) };
}

async function pressed(
  buttons: readonly LiveButton[],
  { id, session }: LiveRequest,
  audience: Audience,
): Promise<void> {
  const button = buttons.find((one) => one.id === id);
  if (!button) return;
  const said = (text: string, isGood: boolean): LiveMessage => ({
    kind: 'said',
    at: Date.now(),
    text,
    isGood,
  });
  try {
    const text = await button.run(session);
    audience.tell(said(text ?? `${button.label}: done.`, true));
  } catch (thrown) {
    const why = thrown instanceof AuthError ? thrown.message : 'it failed.';
    audience.tell(said(`${button.label}: ${why}`, false));
  }
}

/** Best effort: a store that is away is told by the chart. */
function look(
  holdings: NonNullable<LivePageOptions['holdings']>,
  session: SessionId,
  audience: Audience,
): void {
  holdings(session).then(
    (rows) => audience.tell({ kind: 'holdings', session, rows }),
    () => {},
  );
}
