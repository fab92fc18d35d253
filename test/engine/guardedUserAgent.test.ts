// What the host's user agent throws: what is told of it, what is no fault, and what everybody else gets.
import { describe, expect, it, vi } from 'vitest';
import { causedBy } from '../../actors/userAgents/hostFault.ts';
import { AuthError, failure } from '../../contract/errors.ts';
import { guardedUserAgent, noUserAgent } from '../../engine/guardedUserAgent.ts';
import type { UserAgent } from '../../index.ts';
import { failureOf } from '../support/engine.ts';
import { HostFault, SECRET, textOf } from './faults.ts';

const redirectUri = 'https://app.example/callback';
const never = new AbortController().signal;

const requestWith = (signal: AbortSignal) => ({
  session: { resource: 'https://mcp.example', subject: '', label: '' },
  url: 'https://a.example/authorize',
  redirectUri,
  state: 's',
  issuer: 'https://a.example',
  signal,
});

const good: Required<UserAgent> = {
  name: 'good',
  leavesPage: true,
  reserve: async () => redirectUri,
  atLocalhost: (uri) => uri,
  hold: async () => true,
  present: async () => {},
  receive: async () => `${redirectUri}?code=c`,
  dismiss: () => {},
  release: async () => {},
  dispose: async () => {},
};

/** What a login calls, in one line each. */
const calls: Readonly<Record<string, (agent: UserAgent, signal: AbortSignal) => unknown>> = {
  reserve: (agent, signal) => agent.reserve(['https://app.example/other'], signal),
  hold: (agent, signal) => agent.hold?.(redirectUri, signal),
  present: (agent, signal) => agent.present(requestWith(signal)),
  receive: (agent, signal) => agent.receive(requestWith(signal)),
};
const names = Object.keys(calls);

/** A user agent whose method of this name fails, and what the host is told. */
function failing(name: string, error: unknown, signal = never) {
  const tell = vi.fn();
  const agent = guardedUserAgent({ ...good, [name]: () => Promise.reject(error) }, tell);
  return { tell, failure: failureOf((async () => calls[name]?.(agent, signal))()) };
}

describe('a user agent of the host', () => {
  it.each(names)('C14: %s that fails is told, and is a failure that says where to look', async (name) => {
    const fault = new HostFault();
    const { tell, failure: failed } = failing(name, fault);
    const told = (await failed).toFailure();
    expect(told).toStrictEqual({
      code: 'user_agent_failed',
      phase: 'authorizing',
      recovery: 'fix-config',
      message:
        'The user agent failed with an error of its own, which only `onDefect` is told; check the user agent.',
    });
    expect(tell.mock.calls).toEqual([[fault]]);
    expect(textOf(told)).not.toContain(SECRET);
  });

  it.each(names)('C09: %s that fails once it was called off is cancelled, and no fault', async (name) => {
    const { tell, failure: failed } = failing(name, new HostFault(), AbortSignal.abort());
    expect(await failed).toMatchObject({ code: 'cancelled' });
    expect(tell).not.toHaveBeenCalled();
  });

  it.each(names)('C14: an AuthError of %s goes on as it is', async (name) => {
    const own = new AuthError(failure('access_denied', 'authorizing', 'No.'));
    const { tell, failure: failed } = failing(name, own);
    expect(await failed).toBe(own);
    expect(tell).not.toHaveBeenCalled();
  });

  it('C14: the fault behind an AuthError is told, also where it is nothing', async () => {
    for (const fault of [new HostFault(), undefined]) {
      const own = causedBy(fault, new AuthError(failure('user_agent_failed', 'authorizing', 'No.')));
      const { tell, failure: failed } = failing('present', own);
      expect(await failed).toBe(own);
      expect(tell.mock.calls).toEqual([[fault]]);
    }
  });

  it.each(['release', 'dispose'] as const)(
    'C14: %s that fails is told, and fails nobody; its AuthError goes on',
    async (name) => {
      const tell = vi.fn();
      const fault = new HostFault();
      const own = new AuthError(failure('user_agent_failed', 'authorizing', 'No.'));
      const ending = (error: unknown) => {
        const agent = guardedUserAgent({ ...good, [name]: () => Promise.reject(error) }, tell);
        return name === 'release' ? agent.release(redirectUri) : agent.dispose();
      };
      expect(await ending(fault)).toBeUndefined();
      await expect(ending(own)).rejects.toBe(own);
      expect(tell.mock.calls).toEqual([[fault]]);
    },
  );

  it('C14: is given what the engine gives, and ends what it has', async () => {
    const called: unknown[] = [];
    const noting = Object.fromEntries(
      Object.entries(good).map(([name, one]) => [
        name,
        typeof one === 'function'
          ? (...given: unknown[]) => {
              called.push([name, ...given]);
              return (one as (...of: unknown[]) => unknown)(...given);
            }
          : one,
      ]),
    ) as unknown as UserAgent;
    const tell = vi.fn();
    const agent = guardedUserAgent(noting, tell);
    for (const name of names) await calls[name]?.(agent, never);
    expect(agent.atLocalhost?.(redirectUri)).toBe(redirectUri);
    agent.dismiss?.();
    await agent.release(redirectUri);
    await agent.dispose();
    expect(called).toEqual([
      ['reserve', ['https://app.example/other'], never],
      ['hold', redirectUri, never],
      ['present', requestWith(never)],
      ['receive', requestWith(never)],
      ['atLocalhost', redirectUri],
      ['dismiss'],
      ['release', redirectUri],
      ['dispose'],
    ]);
    expect(tell).not.toHaveBeenCalled();
  });

  it.each([7, null, {}])('REG-12: %j is no name of this machine, and nothing to tell', (name) => {
    const tell = vi.fn();
    const agent = guardedUserAgent({ ...good, atLocalhost: () => name as never }, tell);
    expect(agent.atLocalhost?.(redirectUri)).toBeUndefined();
    expect(tell).not.toHaveBeenCalled();
  });

  it('C14: what is out of the contract is told in words', async () => {
    const tell = vi.fn();
    const agent = guardedUserAgent({ ...good, reserve: async () => 7 as never }, tell);
    await failureOf(agent.reserve([], never));
    expect(String(tell.mock.calls[0]?.[0])).toBe(
      'TypeError: The user agent returned what its contract does not know: see `UserAgent`.',
    );
  });
});

describe('where no user agent is given', () => {
  it.each(names.filter((name) => name !== 'hold'))('HOST-2: %s says what to give', async (name) => {
    const failed = await failureOf((async () => calls[name]?.(noUserAgent, never))());
    expect(failed).toMatchObject({
      code: 'config_invalid',
      phase: 'authorizing',
      message: 'This login needs a person at a browser, and the option userAgent was left out; give one.',
    });
  });

  it('HOST-2: there is nothing to end', async () => {
    expect([await noUserAgent.release(redirectUri), await noUserAgent.dispose()]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
