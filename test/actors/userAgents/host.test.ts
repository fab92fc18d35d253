// The host leads, and the wait ends only with the signal.
import { expect, test } from 'vitest';
import { hostUserAgent } from '../../../actors/userAgents/host.ts';
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
