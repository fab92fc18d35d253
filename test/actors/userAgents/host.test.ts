// The host leads, and the wait ends only with the signal.
import { expect, test } from 'vitest';
import { hostUserAgent } from '../../../actors/userAgents/host.ts';
import { faultBehind } from '../../../actors/userAgents/hostFault.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
import { failureOf } from './scriptedServer.ts';

const redirectUri = 'https://app.example/callback';
const signal = new AbortController().signal;
const session = { resource: 'https://resource.example/mcp', subject: 'somebody', label: '' };
const request = {
  redirectUri,
  state: 's',
  session,
  issuer: 'https://as.example',
  signal,
  url: 'https://as.example/a b',
};

test('gives the host the URL and the issuer, and nothing else', async () => {
  const calls: unknown[] = [];
  const agent = hostUserAgent({ redirectUri, present: (to) => void calls.push(to) });
  expect(await agent.reserve(['https://other.example/'], signal)).toBe(redirectUri);
  await agent.present(request);
  expect(calls).toEqual([{ session, url: 'https://as.example/a%20b', issuer: 'https://as.example' }]);
});

test.each([
  ['A01 a URL that may not be opened', 'file:///etc/passwd', () => {}, 'address_refused'],
  [
    'a host that throws',
    request.url,
    () => {
      throw new Error('secret');
    },
    'user_agent_failed',
  ],
  ['a host that rejects', request.url, () => Promise.reject(new Error('secret')), 'user_agent_failed'],
])('present fails: %s', async (_what, url, present, code) => {
  const error = await failureOf(hostUserAgent({ redirectUri, present }).present({ ...request, url }));
  expect([error.code, error.message.includes('secret')]).toEqual([code, false]);
});

test.each(['signal', 'dispose'])('receive and present end with %s', async (way) => {
  const cancel = new AbortController();
  const agent = hostUserAgent({ redirectUri, present: () => new Promise<void>(() => {}) });
  const waits = [
    failureOf(agent.receive({ ...request, signal: cancel.signal })),
    failureOf(agent.present({ ...request, signal: cancel.signal })),
  ];
  if (way === 'signal') cancel.abort();
  else await agent.dispose();
  expect((await Promise.all(waits)).map((error) => error.code)).toEqual(['cancelled', 'cancelled']);
  await agent.release(redirectUri);
});

test('a fault of the host is behind the failure, and a failure of the host is told as it is', async () => {
  const fault = new Error('secret');
  const rejects = (thrown: unknown) => hostUserAgent({ redirectUri, present: () => Promise.reject(thrown) });
  const error = await failureOf(rejects(fault).present(request));
  expect(error).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
  expect(error.message).toContain('its `present` failed');
  expect(faultBehind(error)).toEqual({ fault });
  const own = new AuthError(failure('timed_out', 'authorizing', 'The host gave up.'));
  expect(await failureOf(rejects(own).present(request))).toBe(own);
});

test('C09 the host is asked for nothing where the signal was given before, or after dispose', async () => {
  const calls: unknown[] = [];
  const agent = hostUserAgent({ redirectUri, present: (to) => void calls.push(to) });
  const codes = (given: AbortSignal): Promise<string[]> =>
    Promise.all(
      [agent.reserve([], given), agent.present({ ...request, signal: given })].map(
        async (one) => (await failureOf(one)).code,
      ),
    );
  expect(await codes(AbortSignal.abort())).toEqual(['cancelled', 'cancelled']);
  await agent.dispose();
  expect(await codes(signal)).toEqual(['cancelled', 'cancelled']);
  expect([calls, agent.name]).toEqual([[], 'host']);
});
