// The live page's server: who gets in, what they hear, and what a button does.
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type LiveButton, type LivePage, startLivePage } from '../../adapters/live/livePage.ts';
import { failure } from '../../contract/errors.ts';
import type { LiveMessage } from '../../contract/live.ts';
import { AuthError, type TraceFact } from '../../index.ts';
import { failureOf } from '../support/engine.ts';

const pages: LivePage[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

const html = '<!doctype html><script>let on = 1;</script><p>here</p>';
const session = { resource: 'https://resource.example/mcp', subject: '', label: '' };

function step(event: string): TraceFact {
  const facts = { budget: { authorizations: 0, renewals: 0, registrations: 0, pauses: 0 } };
  return { kind: 'step', at: 1, session, event, arrows: [], states: [], entered: [], spec: [], facts };
}

interface Opened {
  readonly page: LivePage;
  readonly origin: string;
  readonly token: string;
}

async function open(options: Partial<Parameters<typeof startLivePage>[0]> = {}): Promise<Opened> {
  const page = await startLivePage({ html, ...options });
  pages.push(page);
  const { origin, hash } = new URL(page.url);
  return { page, origin, token: hash.slice(1) };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** The messages of the stream, one by one. */
async function watch({ origin, token }: Opened): Promise<() => Promise<LiveMessage>> {
  const response = await fetch(`${origin}/facts`, { headers: bearer(token) });
  if (!response.body) throw new Error('There is no stream.');
  const lines = createInterface({ input: Readable.fromWeb(response.body as never) })[Symbol.asyncIterator]();
  return async () => JSON.parse((await lines.next()).value ?? 'null') as LiveMessage;
}

const press = ({ origin, token }: Opened, body: unknown): Promise<Response> =>
  fetch(`${origin}/press`, { method: 'POST', headers: bearer(token), body: JSON.stringify(body) });

/** A raw request, since fetch does not let a host be made up. */
async function statusFor(origin: string, ...lines: readonly string[]): Promise<string> {
  const socket = createConnection(Number(new URL(origin).port), '127.0.0.1');
  socket.end(`${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`);
  return /^HTTP\/1.1 (\d+)/.exec(await text(socket))?.[1] ?? '';
}

describe('who gets in', () => {
  it('the page itself, to everybody on this machine: it holds nothing, and nothing else runs in it', async () => {
    const { origin } = await open();
    const response = await fetch(origin);
    expect(await response.text()).toBe(html);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'unsafe-inline'; connect-src 'self';/,
    );
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it.each(['/facts', '/press'])('%s: nobody without the token', async (path) => {
    const { origin, token } = await open();
    const method = path === '/press' ? 'POST' : 'GET';
    for (const headers of [{}, bearer(''), bearer(`${token}x`), bearer('constructor')]) {
      expect((await fetch(origin + path, { method, headers })).status).toBe(401);
    }
    expect((await fetch(`${origin}${path}?token=${token}`, { method })).status).toBe(401);
  });

  it('A22: nobody by another name, nor from another origin, token or not', async () => {
    const { origin, token } = await open();
    const { host } = new URL(origin);
    const authorization = `authorization: Bearer ${token}`;
    expect(await statusFor(origin, 'GET / HTTP/1.1', 'host: rebound.example')).toBe('403');
    expect(await statusFor(origin, 'GET /facts HTTP/1.1', 'host: rebound.example', authorization)).toBe(
      '403',
    );
    const foreign = ['GET /facts HTTP/1.1', `host: ${host}`, 'origin: https://evil.example', authorization];
    expect(await statusFor(origin, ...foreign)).toBe('403');
    expect(
      await statusFor(origin, 'GET /facts HTTP/1.1', `host: ${host}`, 'origin: null', authorization),
    ).toBe('403');
    expect(await statusFor(origin, 'GET /other HTTP/1.1', `host: ${host}`, authorization)).toBe('404');
  });

  it('A23: a port that is taken is told', async () => {
    const { origin } = await open();
    const port = Number(new URL(origin).port);
    const taken = await failureOf(startLivePage({ html, port }));
    expect(taken).toMatchObject({ code: 'config_invalid', message: expect.stringContaining(String(port)) });
  });
});

describe('what they hear', () => {
  it('what has happened before, and then what happens', async () => {
    const opened = await open();
    opened.page.tell(step('start'));
    const next = await watch(opened);
    expect(await next()).toEqual({ kind: 'actions', actions: [] });
    expect(await next()).toEqual(step('start'));
    opened.page.tell(step('user.login'));
    expect(await next()).toEqual(step('user.login'));
    const late = await watch(opened);
    await late();
    expect([await late(), await late()]).toEqual([step('start'), step('user.login')]);
  });

  it('P10: of ten thousand steps the newest, and no more memory for it', async () => {
    const opened = await open();
    for (let count = 0; count < 10_000; count += 1) opened.page.tell(step(`number ${count}`));
    const next = await watch(opened);
    await next();
    expect(await next()).toEqual(step('number 8000'));
  });

  it('which server holds what, once for each change', async () => {
    const rows = [
      { issuer: 'https://a.example', isCurrent: true, kind: 'dynamic', scopes: ['read'] },
    ] as const;
    const opened = await open({ holdings: async () => rows });
    const next = await watch(opened);
    await next();
    opened.page.tell(step('start'));
    expect(await next()).toEqual(step('start'));
    expect(await next()).toEqual({ kind: 'holdings', session, rows });
    opened.page.tell(step('again'));
    opened.page.tell(step('and again'));
    expect([await next(), await next()]).toEqual([step('again'), step('and again')]);
  });
});

describe('a button', () => {
  const button = (run: LiveButton['run']): LiveButton => ({
    id: 'move',
    label: 'Move',
    hint: 'Moves.',
    of: 'world',
    run,
  });

  it('is offered, does what it says for the session that was meant, and tells what came of it', async () => {
    const opened = await open({ buttons: [button(async (of) => `for ${of?.resource}`)] });
    const next = await watch(opened);
    expect(await next()).toEqual({
      kind: 'actions',
      actions: [{ id: 'move', label: 'Move', hint: 'Moves.', of: 'world' }],
    });
    expect((await press(opened, { id: 'move', session })).status).toBe(202);
    expect(await next()).toMatchObject({ kind: 'said', text: `for ${session.resource}`, isGood: true });
  });

  it('that fails is told in our words, and never in those of others', async () => {
    const errors = [
      new AuthError(failure('cancelled', 'authorizing', 'It was cancelled.')),
      new Error('secret'),
    ];
    const opened = await open({ buttons: [button(() => Promise.reject(errors.shift()))] });
    const next = await watch(opened);
    await next();
    for (const text of ['Move: It was cancelled.', 'Move: it failed.']) {
      await press(opened, { id: 'move' });
      expect(await next()).toMatchObject({ text, isGood: false });
    }
  });

  it.each([
    ['no JSON', 'x'],
    ['no id', { session }],
    ['a session that is none', { id: 'move', session: 'mine' }],
    ['too much', { id: 'a'.repeat(20_000) }],
  ])('%s: is refused', async (_what, body) => {
    const opened = await open({ buttons: [button(() => Promise.reject(new Error('pressed')))] });
    expect((await press(opened, body)).status).toBe(400);
  });

  it('that nobody knows does nothing', async () => {
    const opened = await open();
    expect((await press(opened, { id: '__proto__' })).status).toBe(202);
  });
});
