// The contract of user agents: how a person gets to the server, and how the response comes back.
import type { AuthorizationRequest, UserAgent } from '../../../actors/userAgents/userAgent.ts';
import { type ContractTest, check, ends, failsWith, same } from './contract.ts';

/** What a user agent has to work with in these tests. */
export interface UserAgentBench {
  /**
   * What the person's browser does with the address of a login page: the person consents, and the browser is sent on.
   * A user agent that opens a browser calls it with the address.
   * @returns where the browser is sent: the redirect URI with the response. Nobody has requested it yet.
   */
  readonly browser: (url: string) => Promise<string>;
  /** A login page, for a user agent that requests it by itself: it redirects. */
  readonly fetch: typeof globalThis.fetch;
}

/** What a user agent cannot do, and need not. */
export interface UserAgentContractOptions {
  /**
   * Whether `receive` brings the response. Default true. False: somebody else gets it, as in a web server whose route
   * passes it to `engine.complete`.
   */
  readonly receives?: boolean;
}

type Make = (bench: UserAgentBench) => UserAgent | Promise<UserAgent>;
type Test = (userAgent: UserAgent, pages: Pages) => Promise<void>;

/**
 * The contract of `UserAgent` as tests: give each to your runner.
 * @param make a fresh user agent. It is called by each test, and disposed of at its end.
 * @example
 * import { test } from 'node:test';
 * import { headlessUserAgent } from 'authchart/node';
 * import { userAgentContract } from 'authchart/testing';
 * const contract = userAgentContract(({ fetch }) => headlessUserAgent({ fetch }));
 * for (const { name, run } of contract) test(name, run);
 */
export function userAgentContract(
  make: Make,
  { receives = true }: UserAgentContractOptions = {},
): readonly ContractTest[] {
  const tests = { ...leading, ...ending, ...(receives ? receiving : {}) };
  return Object.entries(tests).map(([name, test]) => ({ name, run: () => withUserAgent(make, test) }));
}

async function withUserAgent(make: Make, test: Test): Promise<void> {
  const pages = loginPages();
  const userAgent = await make(pages);
  try {
    await ends(test(userAgent, pages), 'The test of this user agent', 25_000);
  } finally {
    await userAgent.dispose();
  }
}

const never = new AbortController().signal;

const leading: Readonly<Record<string, Test>> = {
  async 'has a name'({ name }) {
    check(
      typeof name === 'string' && name !== '',
      'name has to be a text: registrations are kept apart by it.',
    );
  },
  async 'reserves a redirect URI that a server may send the person to'(userAgent) {
    const redirectUri = await userAgent.reserve([], never);
    const { protocol, hostname, hash } = new URL(redirectUri);
    const isLoopback = /^(?:127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname);
    check(
      protocol === 'https:' || (protocol === 'http:' && isLoopback) || protocol.includes('.'),
      'A redirect URI has to be https, http of loopback, or of a private scheme such as com.example.app.',
    );
    same(hash, '', 'The fragment of a redirect URI');
    await userAgent.release(redirectUri);
  },
  async 'has no other name for its redirect URI than localhost'(userAgent) {
    const redirectUri = await userAgent.reserve([], never);
    const other = userAgent.atLocalhost?.(redirectUri);
    if (other !== undefined) {
      const expected = new URL(redirectUri);
      expected.hostname = 'localhost';
      same(other, expected.href, 'The redirect URI by the name localhost');
    }
    await userAgent.release(redirectUri);
  },
  async 'leads the person to the page of the request, once, and does not wait for them'(userAgent, pages) {
    const request = await requestOf(userAgent, pages, 'one');
    const receiving = userAgent.receive(request).catch(() => {});
    await ends(userAgent.present(request), 'present()');
    await ends(pages.opened('one'), 'Waiting for somebody to open the page');
    same(pages.openings(), ['one'], 'The pages that were opened');
    await userAgent.release(request.redirectUri);
    await userAgent.dispose();
    await receiving;
  },
};

const receiving: Readonly<Record<string, Test>> = {
  async 'receives the response: the whole address that the browser was sent to'(userAgent, pages) {
    const request = await requestOf(userAgent, pages, 'one');
    const [, response] = await Promise.all([userAgent.present(request), userAgent.receive(request)]);
    same(response, pages.responseTo(request), 'The response');
    await userAgent.release(request.redirectUri);
  },
  async 'gives each of two requests at a time its own response'(userAgent, pages) {
    const requests = [await requestOf(userAgent, pages, 'one'), await requestOf(userAgent, pages, 'two')];
    const responses = requests.map((request) => userAgent.receive(request));
    for (const request of [...requests].reverse()) await userAgent.present(request);
    same(await Promise.all(responses), requests.map(pages.responseTo), 'The responses');
    for (const { redirectUri } of requests) await userAgent.release(redirectUri);
  },
};

const ending: Readonly<Record<string, Test>> = {
  async 'ends each call by its signal, with the code cancelled'(userAgent, pages) {
    const cancel = new AbortController();
    const request = await requestOf(userAgent, pages, 'nobody', cancel.signal);
    const waiting = failsWith('cancelled', userAgent.receive(request), 'receive() whose signal is given');
    cancel.abort();
    await waiting;
    await failsWith(
      'cancelled',
      userAgent.reserve([], cancel.signal),
      'reserve() with a signal that was given before',
    );
    await failsWith('cancelled', userAgent.present(request), 'present() with a signal that was given before');
    same(pages.openings(), [], 'The pages that were opened');
    await userAgent.release(request.redirectUri);
  },
  async 'is ready for another login after a cancel'(userAgent, pages) {
    const cancel = new AbortController();
    const request = await requestOf(userAgent, pages, 'nobody', cancel.signal);
    const waiting = userAgent.receive(request).catch(() => {});
    cancel.abort();
    await waiting;
    await userAgent.release(request.redirectUri);
    const next = await requestOf(userAgent, pages, 'next');
    const rest = userAgent.receive(next).catch(() => {});
    await userAgent.present(next);
    await ends(pages.opened('next'), 'Waiting for somebody to open the page');
    await userAgent.release(next.redirectUri);
    await userAgent.dispose();
    await rest;
  },
  async 'ends every call when it is disposed of, and does nothing afterwards'(userAgent, pages) {
    const request = await requestOf(userAgent, pages, 'nobody');
    const waiting = failsWith(
      'cancelled',
      userAgent.receive(request),
      'receive() of one that is disposed of',
    );
    await userAgent.dispose();
    await waiting;
    await failsWith('cancelled', userAgent.reserve([], never), 'reserve() of one that was disposed of');
    await failsWith('cancelled', userAgent.present(request), 'present() of one that was disposed of');
    same(pages.openings(), [], 'The pages that were opened');
    await userAgent.release(request.redirectUri);
    await userAgent.dispose();
  },
};

async function requestOf(
  userAgent: UserAgent,
  pages: Pages,
  name: string,
  signal: AbortSignal = never,
): Promise<AuthorizationRequest> {
  const redirectUri = await userAgent.reserve([], signal);
  const session = { resource: 'https://resource.test/mcp', subject: '', label: '' };
  const state = `state-of-${name}-${crypto.randomUUID()}`;
  return { session, url: pages.urlOf(name, redirectUri, state), redirectUri, state, issuer: ORIGIN, signal };
}

const ORIGIN = 'https://a.test';

/** Login pages whose person consents at once. */
interface Pages extends UserAgentBench {
  urlOf(name: string, redirectUri: string, state: string): string;
  responseTo(request: Pick<AuthorizationRequest, 'url'>): string;
  /** Names of the pages that were opened, in order. */
  openings(): readonly string[];
  /** Ends when somebody has opened the page. */
  opened(name: string): Promise<void>;
}

function loginPages(): Pages {
  const opened: string[] = [];
  const waiting: { readonly name: string; readonly tell: () => void }[] = [];
  const responseTo = ({ url }: { readonly url: string }): string => {
    const { searchParams } = new URL(url);
    const state = searchParams.get('state') ?? '';
    return `${searchParams.get('redirect_uri')}?code=code-of-${searchParams.get('name')}&state=${state}`;
  };
  const open = (url: string): string => {
    const name = new URL(url).searchParams.get('name') ?? '';
    opened.push(name);
    for (const one of waiting) if (one.name === name) one.tell();
    return responseTo({ url });
  };
  return {
    urlOf: (name, redirectUri, state) =>
      `${ORIGIN}/authorize?${new URLSearchParams({ name, redirect_uri: redirectUri, state })}`,
    responseTo,
    openings: () => opened,
    opened: (name) =>
      new Promise((tell) => {
        if (opened.includes(name)) return tell();
        waiting.push({ name, tell });
      }),
    browser: async (url) => open(url),
    fetch: async (input) => {
      const url = input instanceof Request ? input.url : String(input);
      return new Response(null, { status: 302, headers: { location: open(url) } });
    },
  };
}
