// What the actors of one engine share, and what the policy says of it: each has a default, and each is used where it belongs.
import { describe, expect, it, vi } from 'vitest';
import type { DoorRequest } from '../../actors/network/door.ts';
import type { HostTools } from '../../actors/tools/hostOptions.ts';
import type { EnginePolicy } from '../../engine/engineOptions.ts';
import { Observer, type Progress } from '../../engine/observe.ts';
import { Observers } from '../../engine/observers.ts';
import { type ToolParts, toolsOf } from '../../engine/tools.ts';
import { memoryStore } from '../../index.ts';
import { keys } from '../../stores/records.ts';
import { toolsFor } from '../actors/tools.ts';
import { failureOf } from '../support/engine.ts';
import { full } from './contexts.ts';

const { session } = full;
const never = new AbortController().signal;

const request = (change: Partial<DoorRequest> = {}): DoorRequest => ({
  purpose: 'server-metadata',
  method: 'GET',
  url: 'https://a.example/.well-known/oauth-authorization-server',
  resource: session.resource,
  signal: never,
  ...change,
});

/** The tools of an engine with this policy, whose requests are all answered alike. */
function toolsWith(
  policy: EnginePolicy = {},
  { client, ...parts }: Partial<ToolParts & Pick<HostTools, 'client'>> = {},
) {
  const { tools: host, clock } = toolsFor({ policy, ...(client && { client }) });
  const progress: Progress[] = [];
  const told: Progress[] = [];
  const tell = (line: Progress): void => void told.push(line);
  const fetch = vi.fn(async () => Response.json({ issuer: 'https://a.example' }));
  const tools = toolsOf(host, {
    fetch,
    hasOwnFetch: true,
    store: memoryStore(),
    onProgress: (line) => void progress.push(line),
    observers: new Observers((of) => new Observer(of, tell)),
    ...parts,
  });
  return { tools, clock, fetch, progress, told };
}

describe('the tools of an engine', () => {
  it('a lease lasts as long as seven requests may take', () => {
    expect(toolsWith().tools.leaseTerm).toBe(70_000);
    expect(toolsWith({ requestTimeout: 3 }).tools.leaseTerm).toBe(21);
  });

  it('AUTHZ-12: each engine holds its logins under a name of its own', () => {
    const [one, other] = [toolsWith().tools.holder, toolsWith().tools.holder];
    expect(one).toMatch(/^[\da-f-]{36}$/);
    expect(other).not.toBe(one);
  });

  it.each<[string, EnginePolicy, number, number]>([
    ['a minute', {}, 59_999, 1],
    ['a minute, and no longer', {}, 60_000, 2],
    ['as long as the policy says', { rememberMetadata: 5 }, 4, 1],
    ['no longer than the policy says', { rememberMetadata: 5 }, 5, 2],
    ['not at all, where the policy says 0', { rememberMetadata: 0 }, 0, 2],
  ])('metadata is remembered %s', async (_what, policy, later, times) => {
    const { tools, clock } = toolsWith(policy);
    const ask = vi.fn(() => tools.doorOf(session)(request()));
    const question = { name: 'metadata', after: 0 };
    await tools.remembered.answerTo(question, ask, never);
    clock.pass(later);
    await tools.remembered.answerTo(question, ask, never);
    expect(ask).toHaveBeenCalledTimes(times);
  });

  it('tokens are bound to a key only where the host says so', async () => {
    const server = { ...full.server, dpopAlgorithms: ['ES256'] } as NonNullable<typeof full.server>;
    const keyWith = (client: HostTools['client']) =>
      toolsWith({}, { client }).tools.dpop.keyForLogin(session.resource, server);
    expect(await keyWith({ name: 'tests' })).toBeUndefined();
    expect(await keyWith({ name: 'tests', dpop: 'required' })).toBeDefined();
  });

  it('a record that is set aside is told by its key', async () => {
    const store = memoryStore();
    const key = keys.binding(session);
    await store.put(key, 'no record', undefined);
    const { tools, progress } = toolsWith({}, { store });
    expect(await tools.records.read(key)).toBeUndefined();
    expect(progress).toStrictEqual([{ kind: 'set-aside', key }]);
  });

  it('a home that tells of nothing is looked at again by the host’s timers', async () => {
    const { watch: _, ...store } = memoryStore();
    const { tools, clock } = toolsWith({}, { store });
    const leaving = new AbortController();
    const changed = tools.records.changed(new Map([[keys.binding(session), undefined]]), leaving.signal);
    await expect.poll(() => clock.next).toBeGreaterThan(clock.now());
    leaving.abort();
    await changed.catch(() => {});
  });

  it('a request to register is told to those who look at the session', () => {
    const { tools, told } = toolsWith();
    const one = { number: 1, changed: null, sent: {} as never, status: 201 };
    tools.tellRegistration(session, one);
    expect(told).toStrictEqual([{ kind: 'registration', session, ...one }]);
  });
});

describe('the door of a session', () => {
  it('L04: sends by the host’s fetch, and tells of each request', async () => {
    const { tools, fetch, told } = toolsWith();
    const answer = await tools.doorOf(session)(request());
    expect(JSON.parse(answer.text)).toEqual({ issuer: 'https://a.example' });
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(told).toEqual([
      expect.objectContaining({ kind: 'request', session, purpose: 'server-metadata', status: 200 }),
    ]);
  });

  it('D04: asks a private address only where the policy allows it', async () => {
    const url = 'https://10.0.0.1/.well-known/oauth-authorization-server';
    const refused = failureOf(toolsWith().tools.doorOf(session)(request({ url })));
    expect((await refused).code).toBe('address_refused');
    const policy = { dangerouslyAllowPrivateAddressAt: ['https://10.0.0.1'] };
    expect((await toolsWith(policy).tools.doorOf(session)(request({ url }))).status).toBe(200);
  });

  it('waits as long as the policy says', async () => {
    const fetch = (() => new Promise(() => {})) as unknown as typeof globalThis.fetch;
    const { tools } = toolsWith({ requestTimeout: 5 }, { fetch });
    expect((await failureOf(tools.doorOf(session)(request()))).code).toBe('timed_out');
  });

  it('D04: looks where names lead to, unless the host sends by itself', async () => {
    // A name of no host: it leads nowhere, and the request is sent all the same.
    const url = 'https://nowhere.invalid/.well-known/oauth-authorization-server';
    const { tools } = toolsWith({}, { hasOwnFetch: false });
    expect((await tools.doorOf(session)(request({ url }))).status).toBe(200);
  });

  it('adds the host’s own headers where they belong', async () => {
    const { origin } = new URL(session.resource);
    const { tools, fetch } = toolsWith({ resourceHeaders: { [origin]: { 'X-Key': 'k' } } });
    await tools.doorOf(session)(request({ url: `${origin}/.well-known/oauth-protected-resource` }));
    await tools.doorOf(session)(request());
    const sent = fetch.mock.calls.map((call) => new Request(...(call as unknown as [string])));
    expect(sent.map(({ headers }) => headers.get('x-key'))).toEqual(['k', null]);
  });
});
