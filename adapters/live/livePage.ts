// The live page, for Node: a page on loopback that shows facts as they come, and has buttons.
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
import { Watchers } from './watchers.ts';

/** A button of the page, and what it does. */
export interface LiveButton extends LiveAction {
  /** Runs when the button is pressed. @returns a text for the person; nothing when "done" says enough. */
  readonly run: (session: SessionId | undefined) => Promise<string | undefined>;
}

/** What the live page shows. */
export interface LivePageOptions {
  /** The page: `visualizations/generated/live.html`. */
  readonly html: string;
  /** The buttons. Default none. */
  readonly buttons?: readonly LiveButton[];
  /** Gives what a session holds. Called after each step of the session. */
  readonly holdings?: (session: SessionId) => Promise<readonly Holding[]>;
  /** The port to listen at. Default: any that is free. */
  readonly port?: number;
}

/** A live page that is served. */
export interface LivePage {
  /**
   * The address to open. Its fragment holds the token that the page needs, and browsers never send a fragment.
   * Show it to the person, and do not log it.
   */
  readonly url: string;
  /** Shows one fact: give it to the engine as `onTrace`. */
  readonly tell: (fact: TraceFact) => void;
  /** Ends the page and closes the port. */
  close(): Promise<void>;
}

/** The longest request of a button, in bytes. */
const MAX_BODY = 16 * 1024;

/**
 * Serves the live page on 127.0.0.1 only. The page loads nothing from the network. Requests with another host name, from
 * another origin, or without the token are refused.
 * @throws AuthError `config_invalid` when the port is taken.
 */
export async function startLivePage(options: LivePageOptions): Promise<LivePage> {
  const { html, buttons = [], holdings, port = 0 } = options;
  const token = randomBytes(24).toString('base64url');
  const watchers = new Watchers({
    kind: 'actions',
    actions: buttons.map(({ id, label, hint, of, nextIn }) => ({
      id,
      label,
      hint,
      of,
      ...(nextIn && { nextIn }),
    })),
  });
  const server = createServer();
  server.listen({ host: '127.0.0.1', port, exclusive: true });
  await once(server, 'listening').catch(() =>
    refuse(
      'config_invalid',
      'configuring',
      `Port ${port} is taken. Choose another one, or end the program that uses it.`,
    ),
  );
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const press = (request: LiveRequest): Promise<void> => pressed(buttons, request, watchers);
  const page = pageOf(html);

  server.on('request', (request, response) => {
    const place = judge(request, host, token);
    if (typeof place === 'number') response.writeHead(place, HEADERS).end();
    else if (place === 'page') response.writeHead(200, page.headers).end(page.body);
    else if (place === 'facts') watchers.join(response, HEADERS);
    else void readRequest(request, response).then((body) => body && press(body));
  });

  return {
    url: `http://${host}/#${token}`,
    tell(fact) {
      watchers.tell(fact);
      if (fact.kind === 'step' && holdings) look(holdings, fact.session, watchers);
    },
    async close() {
      watchers.end();
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

/** The page, and a policy that allows only its own script, by its hash. @see CSP3 §8.3 */
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

/** What the request asks for, or the HTTP status of a refusal. */
function judge(request: IncomingMessage, host: string, token: string): 'page' | 'facts' | 'press' | number {
  const { method, url, headers } = request;
  // Another name that resolves to this address (DNS rebinding), or a page of another origin.
  if (headers.host !== host) return 403;
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return 403;
  // The page itself needs no token: it holds no facts.
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

/** Answers at once. The outcome is shown to all who watch. */
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
  watchers: Watchers,
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
    watchers.tell(said(text ?? `${button.label}: done.`, true));
  } catch (thrown) {
    const why = thrown instanceof AuthError ? thrown.message : 'it failed.';
    watchers.tell(said(`${button.label}: ${why}`, false));
  }
}

/** Shows what a session holds. When the store fails nothing is shown here: the chart reports the failure itself. */
function look(
  holdings: NonNullable<LivePageOptions['holdings']>,
  session: SessionId,
  watchers: Watchers,
): void {
  holdings(session).then(
    (rows) => watchers.tell({ kind: 'holdings', session, rows }),
    () => {},
  );
}
