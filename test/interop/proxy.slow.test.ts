// The official clients over stdio, through the proxy, against the playground: login, step-up, move, and many at once.
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { newFolder, removeFolder, run } from '../cli/command.ts';
import { connectHost, type Hosted, logInAt, untilGone } from '../cli/proxyHost.ts';
import { programFile } from '../support/programs.ts';

const headless = ['--user-agent', 'headless'];
const TIME = 60_000;

let world: Playground;
let folder: string;
let hosts: Hosted[];
beforeEach(async () => {
  hosts = [];
  [world, folder] = await Promise.all([startPlayground(), newFolder()]);
});
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.close()));
  for (const { pid } of hosts) expect(await untilGone(pid)).toBe(true);
  await Promise.all([world.close(), removeFolder(folder)]);
});

async function host(...args: readonly string[]): Promise<Hosted> {
  hosts.push(await connectHost(folder, [world.resource, ...args]));
  return hosts.at(-1) as Hosted;
}

const pages = (): number =>
  world.exchanges.filter(({ path, query }) => path === '/authorize' && query !== '').length;
const tokenRequests = (): number => world.exchanges.filter(({ path }) => path === '/token').length;
const call = ({ client }: Pick<Hosted, 'client'>, name: string) =>
  client.callTool({ name, arguments: { name: 'hello', text: 'Hello again.' } });

describe('one host', () => {
  test('login, step-up, a move of the server, expiry, and a sign-out elsewhere', {
    timeout: TIME,
  }, async () => {
    const one = await host(...headless);
    expect((await one.client.listTools()).tools.map(({ name }) => name)).toEqual([
      'read_note',
      'write_note',
      'delete_note',
    ]);
    expect((await call(one, 'read_note')).content).toEqual([{ type: 'text', text: 'The first note.' }]);
    expect(pages()).toBe(1);
    expect((await call(one, 'write_note')).content).toEqual([{ type: 'text', text: 'Written.' }]);
    expect(pages()).toBe(2);
    world.moveTo('b');
    expect((await call(one, 'read_note')).content).toEqual([{ type: 'text', text: 'Hello again.' }]);
    expect([pages(), world.a.registrations, world.b.registrations]).toEqual([3, 1, 1]);
    world.expireAccessTokens();
    await call(one, 'read_note');
    expect(pages()).toBe(3);
    expect((await run(folder, ['logout', world.resource])).code).toBe(0);
    await call(one, 'read_note');
    expect(pages()).toBe(4);
  });

  test('a person at a browser: the address is printed, and the first request waits', {
    timeout: TIME,
  }, async () => {
    const one = await connectHost(folder, [world.resource], { onPage: logInAt });
    hosts.push(one);
    expect(one.said()).toContain('No browser can be opened from here. Open this URL on this machine');
    expect((await one.client.listTools()).tools).toHaveLength(3);
    expect(pages()).toBe(1);
  });

  test('the protocol of 2026-07-28', { timeout: TIME }, async () => {
    hosts.push(
      await connectHost(folder, [world.resource, ...headless], { versionNegotiation: { mode: 'auto' } }),
    );
    const [one] = hosts as [Hosted];
    expect(one.client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    expect((await one.client.listTools()).tools).toHaveLength(3);
    expect((await call(one, 'write_note')).content).toEqual([{ type: 'text', text: 'Written.' }]);
    expect(pages()).toBe(2);
  });

  test('the client of SDK 1', { timeout: TIME }, async () => {
    const client = new OldClient({ name: 'old', version: '1.0.0' });
    const transport = new OldStdio({
      command: process.execPath,
      args: [programFile('command'), 'proxy', world.resource, ...headless],
      env: { PATH: process.env['PATH'] ?? '', AUTHCHART_STORE: folder },
      stderr: 'ignore',
    });
    await client.connect(transport as Parameters<OldClient['connect']>[0]);
    const pid = transport.pid ?? 0;
    expect((await client.listTools()).tools).toHaveLength(3);
    const answer = await client.callTool({ name: 'write_note', arguments: { name: 'a', text: 'b' } });
    expect(answer.content).toEqual([{ type: 'text', text: 'Written.' }]);
    await client.close();
    expect(await untilGone(pid)).toBe(true);
  });
});

describe('many hosts', () => {
  test('four from cold at once: one page, one login', { timeout: 2 * TIME }, async () => {
    const four = await Promise.all([0, 1, 2, 3].map(() => host(...headless)));
    expect([pages(), tokenRequests(), world.a.registrations]).toEqual([1, 1, 1]);
    const lists = await Promise.all(four.map(({ client }) => client.listTools()));
    expect(lists.map(({ tools }) => tools.length)).toEqual([3, 3, 3, 3]);
    await Promise.all(four.map((one) => call(one, 'read_note')));
    expect([pages(), tokenRequests()]).toEqual([1, 1]);
  });

  test('four from cold with a person who takes a while: one address is printed', {
    timeout: 2 * TIME,
  }, async () => {
    let shown = 0;
    const onPage = async (said: string): Promise<void> => {
      shown += 1;
      await new Promise((resolve) => setTimeout(resolve, 4000));
      await logInAt(said);
    };
    hosts = await Promise.all([0, 1, 2, 3].map(() => connectHost(folder, [world.resource], { onPage })));
    expect([shown, pages(), tokenRequests(), world.a.registrations]).toEqual([1, 1, 1, 1]);
    expect(hosts.filter(({ said }) => said().includes('asks you to log in'))).toHaveLength(1);
  });

  test('all of them are refreshed by one, and step up by one page', { timeout: 2 * TIME }, async () => {
    const first = await host(...headless);
    const others = await Promise.all([host(...headless), host(...headless)]);
    const before = tokenRequests();
    world.expireAccessTokens();
    await Promise.all([first, ...others].map((one) => call(one, 'read_note')));
    expect(tokenRequests()).toBe(before + 1);
    await Promise.all([first, ...others].map((one) => call(one, 'write_note')));
    expect(pages()).toBe(2);
  });
});
