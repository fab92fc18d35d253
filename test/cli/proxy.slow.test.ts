// The proxy and its host: what is answered while a person is awaited, after a refusal, and when the host goes away.
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { programFile } from '../support/programs.ts';
import { newFolder, removeFolder, run } from './command.ts';
import { isThere, type LineHost, lineHost, logInAt, page, untilGone } from './proxyHost.ts';

const headless = ['--user-agent', 'headless'];
const TIME = 60_000;

let world: Playground;
let folder: string;
let hosts: LineHost[];
beforeEach(async () => {
  hosts = [];
  [world, folder] = await Promise.all([startPlayground(), newFolder()]);
});
afterEach(async () => {
  for (const { child } of hosts) child.kill('SIGKILL');
  await Promise.all(hosts.map(({ ended }) => ended));
  await Promise.all([world.close(), removeFolder(folder)]);
});

function host(url: string, ...args: readonly string[]): LineHost {
  const one = lineHost(folder, [url, ...args]);
  hosts.push(one);
  return one;
}

const pages = (): number =>
  world.exchanges.filter(({ path, query }) => path === '/authorize' && query !== '').length;
const call = (one: LineHost, name: string) =>
  one.ask('tools/call', { name, arguments: { name: 'hello', text: 'Hello again.' } });
const codeOf = ({ error }: Awaited<ReturnType<LineHost['ask']>>) => (error?.data as { code?: string })?.code;

/** Waits until somebody listens there. */
async function untilAnswered(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response) return void (await response.body?.cancel());
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('while a person is awaited', () => {
  test('a request fails in time with a sentence, the login goes on, and the next request works', {
    timeout: TIME,
  }, async () => {
    const one = host(world.resource, '--answer-within', '2');
    const answer = await one.initialize();
    expect(answer.error).toEqual({
      code: -32_603,
      message: `A login at ${world.resource} waits for you in the browser. Finish it there, and send the request again. If the page is gone, restart this server in its host.`,
      data: { code: 'interaction_required', recovery: 'ask-user' },
    });
    expect(await one.ask('ping')).toMatchObject({ error: { data: { code: 'interaction_required' } } });
    const joined = host(world.resource, '--answer-within', '2');
    expect(codeOf(await joined.initialize())).toBe('interaction_required');
    await logInAt(await one.printed(page));
    expect(await one.initialize()).toMatchObject({ result: { serverInfo: { name: 'notes' } } });
    expect(await joined.initialize()).toMatchObject({ result: { serverInfo: { name: 'notes' } } });
    expect(pages()).toBe(1);
  });

  test('a login on another device: the code is printed', { timeout: TIME }, async () => {
    const one = host(world.resource, '--grant', 'device', '--answer-within', '2');
    expect(codeOf(await one.initialize())).toBe('interaction_required');
    const said = await one.printed(/and type \S+/);
    await world.approveDevice(said.replace('and type ', ''));
    const answers = [
      await one.initialize(),
      await one.initialize(),
      await one.initialize(),
      await one.initialize(),
    ];
    expect(answers.at(-1)).toMatchObject({ result: { serverInfo: { name: 'notes' } } });
  });

  test('a request that the host has cancelled is not sent after the login', { timeout: TIME }, async () => {
    const one = host(world.resource);
    const said = one.printed(page);
    one.tell({
      jsonrpc: '2.0',
      id: 'a',
      method: 'tools/call',
      params: { name: 'read_note', arguments: { name: 'hello' } },
    });
    await said;
    one.tell({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'a' } });
    await logInAt(await said);
    expect(await one.initialize()).toMatchObject({ result: {} });
    expect(one.lines.some((line) => line.includes('"a"'))).toBe(false);
    expect(world.exchanges.filter(({ body }) => body.includes('read_note'))).toHaveLength(1);
  });

  test('when the process that holds the login is killed, another one ends it, with the same page', {
    timeout: TIME,
  }, async () => {
    const first = host(world.resource);
    void first.initialize().catch(() => {});
    const said = await first.printed(page);
    const second = host(world.resource);
    const waiting = second.initialize();
    await second.printed(/waiting/);
    first.child.kill('SIGKILL');
    await first.ended;
    await untilAnswered(new URL(page.exec(said)?.[1] ?? '').searchParams.get('redirect_uri') ?? '');
    await logInAt(said);
    expect(await waiting).toMatchObject({ result: { serverInfo: { name: 'notes' } } });
    expect(pages()).toBe(1);
  });
});

test('a host that starts its server again during the login: the page from before still works', {
  timeout: TIME,
}, async () => {
  const first = host(world.resource);
  void first.initialize().catch(() => {});
  const said = await first.printed(page);
  first.child.stdin.end();
  expect((await first.ended).code).toBe(0);
  const second = host(world.resource);
  const waiting = second.initialize();
  expect(page.exec(await second.printed(page))?.[1]).toBe(page.exec(said)?.[1]);
  await logInAt(said);
  expect(await waiting).toMatchObject({ result: { serverInfo: { name: 'notes' } } });
  expect(pages()).toBe(1);
});

describe('where a login does not help', () => {
  test('a refusal of the person reaches the host, brings up no second page, and a login elsewhere helps', {
    timeout: TIME,
  }, async () => {
    world.denyNextConsent();
    const one = host(world.resource, ...headless);
    const answer = await one.initialize();
    expect(codeOf(answer)).toBe('access_denied');
    expect(answer.error?.message).toContain(`or run authchart login ${world.resource}.`);
    const count = pages();
    expect(codeOf(await one.initialize())).toBe('access_denied');
    expect(codeOf(await one.ask('tools/list'))).toBe('access_denied');
    expect(pages()).toBe(count);
    expect((await run(folder, ['login', world.resource, ...headless])).code).toBe(0);
    expect(await one.initialize()).toMatchObject({ result: {} });
  });

  test('--no-login: a request says which command to run, and a login there helps', {
    timeout: TIME,
  }, async () => {
    const one = host(world.resource, '--no-login');
    const sentence = `A person has to log in at ${world.a.issuer}. Run authchart login ${world.resource}.`;
    expect((await one.initialize()).error).toEqual({
      code: -32_603,
      message: sentence,
      data: { code: 'interaction_required', recovery: 'ask-user' },
    });
    expect((await run(folder, ['login', world.resource, ...headless])).code).toBe(0);
    expect(await one.initialize()).toMatchObject({ result: {} });
    const stepUp = await call(one, 'write_note');
    expect(codeOf(stepUp)).toBe('interaction_required');
    expect(stepUp.error?.message).toContain(
      `Run authchart login ${world.resource} with a --scope for these.`,
    );
    expect(await call(one, 'read_note')).toMatchObject({ result: {} });
    expect(pages()).toBe(1);
  });

  test('a server that is down, and comes back', { timeout: TIME }, async () => {
    const server = createServer((_, response) => response.writeHead(503).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/mcp`;
    const one = host(url);
    expect((await one.initialize()).error).toEqual({
      code: -32_603,
      message: `${url} answered with the status 503. Try again later.`,
      data: { code: 'server_unavailable', recovery: 'retry-later', status: 503 },
    });
    await new Promise((resolve) => server.close(resolve).closeAllConnections());
    const down = await one.initialize();
    expect(codeOf(down)).toBe('unreachable');
    expect(down.error?.message).toContain(`127.0.0.1:${port} cannot be reached (ECONNREFUSED).`);
    one.child.stdin.end();
    expect((await one.ended).code).toBe(0);
  });

  test('the error of the server is passed on as it is, where it has an unusual status', {
    timeout: TIME,
  }, async () => {
    const error = { code: -32_601, message: 'There is no such method.', data: { hint: 1 } };
    const server = createServer((_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const one = host(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
    expect(await one.ask('server/discover')).toEqual({ jsonrpc: '2.0', id: 1, error });
    await new Promise((resolve) => server.close(resolve).closeAllConnections());
  });
});

describe('the end of the host', () => {
  test.each<[string, (one: LineHost) => unknown]>([
    ['standard input ends', ({ child }) => child.stdin.end()],
    [
      'nobody reads any more',
      async (one) => {
        one.child.stdout.destroy();
        one.tell({ jsonrpc: '2.0', id: 'last', method: 'tools/list' });
      },
    ],
    ['SIGTERM', ({ child }) => child.kill('SIGTERM')],
    ['SIGINT', ({ child }) => child.kill('SIGINT')],
    ['SIGHUP', ({ child }) => child.kill('SIGHUP')],
  ])('%s: the process ends with 0, and leaves no lock', { timeout: TIME }, async (_, end) => {
    const one = host(world.resource, ...headless);
    await one.initialize();
    await end(one);
    expect(await one.ended).toMatchObject({ code: 0 });
    const left = await readdir(folder, { recursive: true });
    expect(left.filter((name) => /lock/i.test(name))).toEqual([]);
  });

  test('while a person is awaited: the process ends, and nothing listens any more', {
    timeout: TIME,
  }, async () => {
    const one = host(world.resource);
    void one.initialize().catch(() => {});
    const url = page.exec(await one.printed(page))?.[1] ?? '';
    one.child.stdin.end();
    expect((await one.ended).code).toBe(0);
    const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? '';
    await expect(fetch(redirectUri)).rejects.toThrow('fetch failed');
  });

  test('the host is killed, and its input is still open elsewhere', { timeout: TIME }, async () => {
    const args = JSON.stringify([programFile('command'), 'proxy', world.resource, ...headless]);
    const program = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ${args}, { stdio: ['inherit', 'ignore', 'ignore'] });
      process.stdout.write(child.pid + '\\n');`;
    const parent = spawn(process.execPath, ['-e', program], {
      env: { ...process.env, AUTHCHART_STORE: folder },
    });
    const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(isThere(pid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await untilGone(pid)).toBe(true);
    parent.stdin.destroy();
  });
});

test('standard output has messages only, and standard error no secret', { timeout: TIME }, async () => {
  const one = host(world.resource, ...headless, '--verbose');
  await one.initialize();
  await call(one, 'write_note');
  one.child.stdin.write('this is no message\n{"jsonrpc":"2.0"}\n');
  expect(await one.ask('tools/list')).toMatchObject({ result: {} });
  one.child.stdin.end();
  const { stdout, stderr } = await one.ended;
  for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  const secrets = world.exchanges
    .filter(({ path }) => path === '/token' || path === '/register')
    .flatMap(({ responseBody }) => [...responseBody.matchAll(/"(?:\w+_token|client_secret)":"([^"]+)"/g)])
    .map((match) => match[1] ?? '');
  expect(secrets.length).toBeGreaterThan(1);
  for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
});
