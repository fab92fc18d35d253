// Each user agent keeps the contract of `authchart/testing`; and the contract finds each way in which one can be wrong.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { popupUserAgent, redirectUserAgent } from '../../../adapters/browser.ts';
import { headlessUserAgent, loopbackUserAgent, pasteUserAgent } from '../../../adapters/node.ts';
import { testUserAgent } from '../../../adapters/testing/userAgent.ts';
import { createTestWorld, userAgentContract } from '../../../adapters/testing.ts';
import { failure } from '../../../contract/errors.ts';
import { AuthError, hostUserAgent, type UserAgent } from '../../../index.ts';

type Contract = ReturnType<typeof userAgentContract>;

/** A person with one browser, who pastes the address that it ended at, whatever they are asked for. */
function pastingPerson(browser: (url: string) => Promise<string>): UserAgent {
  const ended = new Map<string, string>();
  const waiting: (() => void)[] = [];
  return pasteUserAgent({
    show: (url) =>
      void browser(url).then((response) => {
        ended.set(response, response);
        for (const tell of waiting.splice(0)) tell();
      }),
    async ask() {
      // One after the other, as somebody with several addresses at hand would.
      for (;;) {
        const [next] = ended.keys();
        if (next !== undefined) {
          ended.delete(next);
          ended.set(next, next);
          return next;
        }
        await new Promise<void>((resolve) => void waiting.push(resolve));
      }
    },
  });
}

const contracts: Readonly<Record<string, Contract>> = {
  headlessUserAgent: userAgentContract(({ fetch }) => headlessUserAgent({ fetch })),
  loopbackUserAgent: userAgentContract(({ browser }) =>
    loopbackUserAgent({
      open: async (url) => {
        const response = await browser(url);
        await fetch(response);
      },
    }),
  ),
  pasteUserAgent: userAgentContract(({ browser }) => pastingPerson(browser)),
  hostUserAgent: userAgentContract(
    ({ browser }) =>
      hostUserAgent({
        redirectUri: 'https://app.example/callback',
        present: async ({ url }) => void (await browser(url)),
      }),
    { receives: false },
  ),
  redirectUserAgent: userAgentContract(
    ({ browser }) => {
      stubPage((url) => void browser(url));
      return redirectUserAgent({ redirectUri: 'https://app.example/callback' });
    },
    { receives: false },
  ),
  popupUserAgent: userAgentContract(
    ({ browser }) => {
      stubPage((url) => void browser(url));
      return popupUserAgent({ redirectUri: 'https://app.example/callback' });
    },
    { receives: false },
  ),
  'the user agent of a test world': userAgentContract(({ browser }) => {
    // It ends with its world, whatever becomes of an engine.
    const closing = new AbortController();
    return { ...testUserAgent(browser, closing.signal), dispose: async () => closing.abort() };
  }),
};

/** The page of a browser, as far as user agents of pages use it. */
function stubPage(open: (url: string) => void): void {
  const element = () => ({ style: {} });
  const opened = {
    closed: false,
    opener: null,
    document: { title: '', documentElement: element(), body: { ...element(), textContent: '' } },
    location: { replace: open },
    addEventListener: () => {},
    focus: () => {},
    close: () => {},
  };
  vi.stubGlobal('location', { assign: open });
  vi.stubGlobal('window', { open: () => opened });
}

afterEach(() => void vi.unstubAllGlobals());

describe.each(Object.entries(contracts))('%s keeps the contract of user agents', (_name, contract) => {
  for (const { name, run } of contract) test(name, run);
});

/** Of the tests that are called so, the names of those that fail for such a user agent. */
async function failedBy(
  change: (right: UserAgent) => Partial<UserAgent>,
  called: RegExp,
): Promise<readonly string[]> {
  const failed: string[] = [];
  const contract = userAgentContract(({ fetch }) => {
    const right = headlessUserAgent({ fetch });
    return { ...right, ...change(right) };
  });
  for (const { name, run } of contract) if (called.test(name)) await run().catch(() => failed.push(name));
  return failed;
}

const wrong: Readonly<Record<string, readonly [(right: UserAgent) => Partial<UserAgent>, RegExp]>> = {
  'has no name': [() => ({ name: '' }), /^has a name/],
  'listens in plain http to everybody': [
    () => ({ reserve: async () => 'http://app.example/callback' }),
    /^reserves a redirect URI/,
  ],
  'has another machine for its redirect URI': [
    () => ({ atLocalhost: () => 'http://example.com/callback' }),
    /^has no other name/,
  ],
  'opens the page twice': [
    ({ present }) => ({
      present: async (request) => {
        await present(request);
        await present(request);
      },
    }),
    /^leads the person to the page/,
  ],
  'opens a page that was cancelled': [
    ({ present }) => ({
      present: (request) => present({ ...request, signal: new AbortController().signal }),
    }),
    /^ends each call by its signal/,
  ],
  'says something else than that it was cancelled': [
    () => ({
      receive: async () => {
        throw new AuthError(failure('timed_out', 'authorizing', 'Too late.'));
      },
    }),
    /^ends each call by its signal/,
  ],
  'loses the code': [
    ({ receive }) => ({ receive: async (request) => (await receive(request)).replace(/code=[^&]+&/, '') }),
    /^receives the response/,
  ],
  'goes on after it was disposed of': [
    ({ reserve }) => ({ reserve, dispose: async () => {} }),
    /^ends every call when it is disposed of/,
  ],
};

describe('the contract of user agents', () => {
  test.each(Object.entries(wrong))(
    'finds one that %s',
    async (_what, [change, found]) => {
      expect(await failedBy(change, found)).toHaveLength(1);
    },
    60_000,
  );

  test('is kept by the user agent of a test world, whose person is its own', async () => {
    const world = createTestWorld();
    const signal = AbortSignal.timeout(20_000);
    const redirectUri = await world.userAgent.reserve([], signal);
    const session = { resource: world.resource, subject: '', label: '' };
    const request = {
      session,
      url: world.resource,
      redirectUri,
      state: 's',
      issuer: world.urlOf('a'),
      signal,
    };
    const receiving = world.userAgent.receive(request);
    const heard = expect(receiving).rejects.toMatchObject({ code: 'user_agent_failed' });
    await world.userAgent.present(request);
    await heard;
  });
});
