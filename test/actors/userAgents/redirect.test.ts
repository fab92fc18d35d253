// The page itself is led to the authorization server.
import { afterEach, expect, test, vi } from 'vitest';
import { type RedirectOptions, redirectUserAgent } from '../../../actors/userAgents/redirect.ts';
import { failureOf } from './scriptedServer.ts';

const redirectUri = 'https://app.example/callback';
const signal = new AbortController().signal;
const request = {
  session: { resource: 'https://resource.example/mcp', subject: '', label: '' },
  redirectUri,
  state: 's',
  issuer: 'https://as.example',
  signal,
};

afterEach(() => void vi.unstubAllGlobals());

test('AUTHZ-9: leads the page to the URL, and nowhere that may not be opened', async () => {
  const visited: string[] = [];
  vi.stubGlobal('location', { assign: (url: string) => void visited.push(url) });
  const agent = redirectUserAgent({ redirectUri });
  expect([agent.name, await agent.reserve([], signal)]).toEqual(['redirect', redirectUri]);
  await agent.present({ ...request, url: 'https://as.example/a b' });
  const refused = agent.present({ ...request, url: 'javascript:alert(1)' });
  expect((await failureOf(refused)).code).toBe('address_refused');
  expect(visited).toEqual(['https://as.example/a%20b']);
});

test.each([{}, { redirectUri: '/callback' }, { redirectUri, other: 1 }])(
  'HOST-2: is not made with %o',
  (options) => {
    expect(() => redirectUserAgent(options as RedirectOptions)).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    );
  },
);
