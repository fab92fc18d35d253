// Logins on loopback that go wrong early: cancelled before or meanwhile, or without a browser. Nothing is left open.
import { Server } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { faultBehind } from '../../../actors/userAgents/hostFault.ts';
import { type LoopbackOptions, loopbackUserAgent } from '../../../actors/userAgents/loopback.ts';
import type { AuthorizationRequest, UserAgent } from '../../../actors/userAgents/userAgent.ts';
import { failureOf, listens } from './scriptedServer.ts';

const never = new AbortController().signal;
const agents: UserAgent[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const agent of agents.splice(0)) await agent.dispose();
});

function makeAgent(options: LoopbackOptions = {}): UserAgent {
  const agent = loopbackUserAgent({ open: async () => {}, ...options });
  agents.push(agent);
  return agent;
}

const requestAt = (redirectUri: string, signal = never): AuthorizationRequest => ({
  session: { resource: 'https://resource.example/mcp', subject: '', label: '' },
  url: 'https://as.example/authorize',
  redirectUri,
  state: 'right',
  issuer: 'https://as.example',
  signal,
});

/** A redirect URI whose port is free. */
async function free(): Promise<string> {
  const earlier = makeAgent();
  const redirectUri = await earlier.reserve([], never);
  await earlier.dispose();
  return redirectUri;
}

const isOpen = (uri: string): Promise<boolean> => listens('127.0.0.1', Number(new URL(uri).port));

test('is named', () => {
  expect(makeAgent().name).toBe('loopback');
});

describe('a cancel', () => {
  test.each(['reserve', 'present', 'receive', 'hold'] as const)(
    'C09: before %s binds nothing',
    async (step) => {
      const redirectUri = await free();
      const listen = vi.spyOn(Server.prototype, 'listen');
      onTestFinished(() => listen.mockRestore());
      const opened: string[] = [];
      const agent = makeAgent({ open: async (url) => void opened.push(url) });
      const request = requestAt(redirectUri, AbortSignal.abort());
      const work = {
        reserve: () => agent.reserve([redirectUri], request.signal),
        present: () => agent.present(request),
        receive: () => agent.receive(request),
        hold: async () => agent.hold?.(redirectUri, request.signal),
      };
      expect((await failureOf(work[step]())).code).toBe('cancelled');
      expect(opened).toEqual([]);
      expect(listen).not.toHaveBeenCalled();
    },
  );

  test('C09: while the port is being bound opens no browser', async () => {
    const opened: string[] = [];
    const cancel = new AbortController();
    const agent = makeAgent({ open: async (url) => void opened.push(url) });
    const presenting = failureOf(agent.present(requestAt(await free(), cancel.signal)));
    cancel.abort();
    expect((await presenting).code).toBe('cancelled');
    expect(opened).toEqual([]);
  });

  test('A33: during hold of a port that another has takes nothing from a login here', async () => {
    const taken = await makeAgent().reserve([], never);
    const agent = makeAgent();
    const own = await agent.reserve([], never);
    const cancel = new AbortController();
    const holding = failureOf(agent.hold?.(taken, cancel.signal) ?? expect.unreachable());
    cancel.abort();
    expect((await holding).code).toBe('cancelled');
    expect([await isOpen(own), await isOpen(taken)]).toEqual([true, true]);
  });
});

describe('a browser that cannot be opened', () => {
  const fault = new Error('secret');
  const fails = (): Promise<never> => Promise.reject(fault);

  test('A07: leaves nothing open after its login is released', async () => {
    const agent = makeAgent({ open: fails });
    const redirectUri = await agent.reserve([], never);
    expect((await failureOf(agent.present(requestAt(redirectUri)))).code).toBe('user_agent_failed');
    await agent.release(redirectUri);
    expect(await isOpen(redirectUri)).toBe(false);
  });

  test.each([
    ['here', async (agent: UserAgent) => agent.reserve([], never)],
    ['at another process', async () => 'https://app.example/callback'],
  ])('A07: is told with the fault of the host behind it, where the answer comes %s', async (_what, at) => {
    const agent = makeAgent({ open: fails });
    const error = await failureOf(agent.present(requestAt(await at(agent))));
    expect(error).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
    expect(error.message).toContain('`open` of loopbackUserAgent failed');
    expect(error.message).not.toContain('secret');
    expect(faultBehind(error)).toEqual({ fault });
  });

  test('A07: is that of the platform where the host opens none itself', async () => {
    vi.stubEnv('SSH_CONNECTION', '::1 1 ::1 22');
    const agent = loopbackUserAgent();
    agents.push(agent);
    const error = await failureOf(agent.present(requestAt(await agent.reserve([], never))));
    expect(error.code).toBe('user_agent_failed');
    expect(error.message).toContain('No browser can be opened from here');
    expect(faultBehind(error)).toBeUndefined();
  });
});

describe('HOST-2: an option', () => {
  test.each([
    [{ path: 'http://[' }, 'path must be the path of a redirect URI, such as "/callback".'],
    [
      { path: { toString: (): string => '/callback' } },
      'path must be the path of a redirect URI, such as "/callback".',
    ],
    [{ path: '/done' }, 'path must be the path of a redirect URI, such as "/callback".'],
    [{ port: 80 }, 'port must be a port from 1 to 65535, and not 80.'],
    [{ port: 65_536 }, 'port must be a port from 1 to 65535, and not 80.'],
    [{ host: 'localhost' }, 'host must be one of 127.0.0.1, ::1.'],
  ])('%o is refused in one sentence', (options, message) => {
    expect(() => loopbackUserAgent(options as LoopbackOptions)).toThrow(
      expect.objectContaining({ code: 'config_invalid', message }),
    );
  });

  test.each([{ port: 1 }, { port: 79 }, { port: 81 }, { port: 65_535 }, { path: '/' }, { path: '/a/b' }])(
    '%o may be',
    (options) => {
      expect(() => loopbackUserAgent(options)).not.toThrow();
    },
  );
});
