// What an engine makes of the host's own parts: each is used where it was given, and has a default where it was not.
import { describe, expect, it, vi } from 'vitest';
import { guardedFetch } from '../../engine/guardedFetch.ts';
import { noUserAgent } from '../../engine/guardedUserAgent.ts';
import { hostCodeOf } from '../../engine/hostCode.ts';
import { relaxedChecks, relaxedChecksOf } from '../../engine/relaxedChecks.ts';
import { memoryStore } from '../../index.ts';
import { failureOf, testHost } from '../support/engine.ts';

const client = { name: 'tests' };

describe('the code of a host', () => {
  it('HOST-2: is called where it is given', async () => {
    const { userAgent } = testHost();
    const told: unknown[] = [];
    const keep = (fact: unknown): void => void told.push(fact);
    const answer = new Response('here');
    const slept: number[] = [];
    const store = memoryStore();
    const host = hostCodeOf({
      client,
      userAgent,
      store,
      onProgress: keep,
      onTrace: keep,
      inspect: keep,
      onDefect: keep,
      fetch: async () => answer,
      now: () => 5,
      sleep: async (milliseconds) => void slept.push(milliseconds),
    });
    host.onProgress('progress' as never);
    host.onTrace?.('trace' as never);
    host.inspect('inspect' as never);
    host.onDefect('defect');
    expect(told).toEqual(['progress', 'trace', 'inspect', 'defect']);
    expect(await host.fetch('https://mcp.example')).toBe(answer);
    expect(host.hasOwnFetch).toBe(true);
    expect(host.now()).toBe(5);
    await host.sleep(60_000, new AbortController().signal);
    expect(slept).toEqual([60_000]);
    expect(host.userAgent.name).toBe(userAgent.name);
    await host.store.put('a', 'text', undefined);
    expect((await store.get('a'))?.text).toBe('text');
  });

  it('HOST-2: has the parts of the system where nothing is given', async () => {
    const host = hostCodeOf({ client });
    const before = Date.now();
    expect(host.now()).toBeGreaterThanOrEqual(before);
    expect(host.now()).toBeLessThan(before + 60_000);
    expect(host.onTrace).toBeUndefined();
    expect(host.userAgent).toBe(noUserAgent);
    expect(host.userAgent.name).toBe('none');
    const version = await host.store.put('a', 'text', undefined);
    expect(await host.store.get('a')).toEqual({ version, text: 'text' });
    const start = performance.now();
    await host.sleep(30, new AbortController().signal);
    expect(performance.now() - start).toBeGreaterThan(20);
    for (const tell of [host.onProgress, host.inspect, host.onDefect]) tell('nobody' as never);
  });

  it('C14: is told of no defect where it is nothing, and of what it throws where it is there', async () => {
    const onDefect = vi.fn();
    const none = hostCodeOf({ client, onDefect });
    none.now();
    await none.sleep(1, new AbortController().signal);
    await none.store.list('');
    expect(onDefect).not.toHaveBeenCalled();
    const fault = new Error('of the host');
    const fail = (): never => {
      throw fault;
    };
    const own = hostCodeOf({ client, onDefect, onProgress: fail, onTrace: fail, inspect: fail, now: fail });
    for (const tell of [own.onProgress, own.onTrace, own.inspect]) tell?.('somebody' as never);
    own.now();
    expect(onDefect.mock.calls).toEqual([[fault], [fault], [fault], [fault]]);
  });

  it('HOST-2: sends by the fetch of the platform as it was when the engine was made', async () => {
    const answer = new Response('there');
    const send = vi.fn(async function (this: unknown) {
      expect(this).toBe(globalThis);
      return answer;
    });
    vi.stubGlobal('fetch', send);
    const host = hostCodeOf({ client });
    vi.unstubAllGlobals();
    expect(host.hasOwnFetch).toBe(false);
    expect(await host.fetch('https://mcp.example', { method: 'PUT' })).toBe(answer);
    expect(send.mock.calls).toEqual([['https://mcp.example', { method: 'PUT' }]]);
  });
});

describe('the fetch of a host', () => {
  const sent = (value: unknown) => {
    const tell = vi.fn();
    const send = guardedFetch((async () => value) as typeof fetch, tell);
    return { tell, answer: send('https://mcp.example') };
  };

  it.each([
    undefined,
    null,
    '200',
    200,
    {},
    { status: 200 },
    { status: '200', headers: new Headers() },
    { status: 200, headers: {} },
    { status: 200, headers: null },
    { headers: new Headers() },
  ])('C14: %j is no response', async (value) => {
    const { tell, answer } = sent(value);
    expect(await failureOf(answer)).toMatchObject({
      code: 'config_invalid',
      phase: 'requesting',
      message: 'The `fetch` that this engine was given resolved to no Response; give one that does.',
    });
    expect(tell.mock.calls).toEqual([[expect.any(TypeError)]]);
    expect(String(tell.mock.calls[0]?.[0])).toMatch(/resolved to something that is no Response/);
  });

  it('C14: a response of another library is one', async () => {
    const foreign = { status: 200, headers: { get: () => null } };
    const { tell, answer } = sent(foreign);
    expect(await answer).toBe(foreign);
    expect(tell).not.toHaveBeenCalled();
  });
});

describe('what a host has relaxed', () => {
  it('DISC-10: is nothing where it has relaxed nothing', () => {
    expect(relaxedChecks(client, {})).toEqual([]);
    const bound = { clientId: 'a', issuer: 'https://a.example' };
    expect(relaxedChecks({ ...client, preRegistered: [bound] }, { legacyDiscovery: false })).toEqual([]);
    expect(relaxedChecksOf('https://mcp.example/mcp')).toEqual([]);
  });

  it('DISC-8, DISC-9, DISC-10: is said one by one, and for each issuer', () => {
    const preRegistered = [
      { clientId: 'bound', issuer: 'https://a.example' },
      { clientId: 'first', dangerouslyTrustFirstIssuer: true },
    ] as const;
    const policy = {
      legacyDiscovery: true,
      dangerouslyOmitResourceAt: ['https://a.example', 'https://b.example'],
      dangerouslySendResourceAs: { 'https://f.example': 'https://mcp.example' },
      dangerouslyIgnoreTrailingSlashOf: ['https://c.example'],
      dangerouslyAllowWithoutPkceAt: ['https://d.example'],
      dangerouslyAllowPrivateAddressAt: ['https://10.0.0.1'],
    };
    expect(relaxedChecks({ ...client, preRegistered }, policy)).toEqual([
      'A resource without metadata is taken for its own authorization server.',
      'Tokens of https://a.example are asked for without naming their resource.',
      'Tokens of https://b.example are asked for without naming their resource.',
      'Tokens of https://f.example are asked for in the name of https://mcp.example.',
      'A slash at the end of https://c.example is overlooked.',
      'https://d.example need not say that it supports PKCE.',
      'https://10.0.0.1 may be asked although it is in a private network.',
      'The client first is trusted to the first server that its resource names.',
    ]);
    expect(relaxedChecksOf('http://127.0.0.1:3000/mcp')).toEqual([
      'Plain http on this machine is allowed: the resource is on it.',
    ]);
  });
});
