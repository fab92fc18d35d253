// The clients that are measured beside each other: this one, the MCP SDK's, and the platform's own fetch.
import { readFileSync } from 'node:fs';
import * as sdk from '@modelcontextprotocol/client';
import type { Engine, EngineOptions, Session, Store } from '../index.ts';

/** This package as it is built: what its users get. */
export const built: typeof import('../index.ts') = await import(
  new URL('../dist/index.js', import.meta.url).href
);
/** The same, of its entry for Node. */
export const builtForNode: typeof import('../adapters/node.ts') = await import(
  new URL('../dist/adapters/node.js', import.meta.url).href
);

// The SDK says on the console what a host should do about each error; hundreds of the same lines would hide the figures.
const warn = console.warn;
console.warn = (...words: readonly unknown[]) => {
  if (!String(words[0]).startsWith('[mcp-sdk]')) warn(...words);
};

/** A client that has just been made, and knows nothing. */
export interface Client {
  /** Sends one call of a tool, and logs in where that is asked for. */
  call(): Promise<Response>;
  /** Ends it. */
  end(): Promise<void>;
}

/** How clients of one kind are made. */
export interface Peer {
  readonly name: 'plain' | 'sdk' | 'authchart';
  readonly version: string;
  /** @param fetch sends its requests. Default: the platform's. */
  make(resource: string, fetch?: typeof globalThis.fetch): Client;
}

const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'any', arguments: {} },
});

/** The call that every client makes. */
export const call = {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  body,
} as const;

const versionIn = (manifest: string): string => {
  const read: { readonly version: string } = JSON.parse(
    readFileSync(new URL(manifest, import.meta.url), 'utf8'),
  );
  return read.version;
};

/** An engine that may log in by itself, without a person. */
export function engineFor(store: Store, options: Partial<EngineOptions> = {}): Engine {
  return built.createAuthEngine({
    client: { name: 'bench' },
    store,
    userAgent: builtForNode.headlessUserAgent(),
    policy: { interaction: 'auto' },
    ...options,
  });
}

/** This client, with its records in memory. */
export const authchart: Peer = {
  name: 'authchart',
  version: versionIn('../package.json'),
  make(resource, fetch) {
    const engine = engineFor(built.memoryStore(), fetch ? { fetch } : {});
    const session: Session = engine.session({ resource });
    return { call: () => session.fetch(resource, call), end: () => engine.dispose() };
  },
};

/** The provider of a host that keeps everything in memory, as the SDK's own examples have it, and a browser that consents. */
class MemoryProvider implements sdk.OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1/callback';
  readonly clientMetadata = { client_name: 'bench', redirect_uris: [this.redirectUrl] };
  readonly #fetch: typeof globalThis.fetch;
  #client: sdk.OAuthClientInformationMixed | undefined;
  #tokens: sdk.OAuthTokens | undefined;
  #verifier = '';
  #discovered: sdk.OAuthDiscoveryState | undefined;
  /** The last answer of the authorization server, until it is handed over. */
  answer: URLSearchParams | undefined;

  constructor(fetch: typeof globalThis.fetch) {
    this.#fetch = fetch;
  }

  state(): string {
    return crypto.randomUUID();
  }

  clientInformation(): sdk.OAuthClientInformationMixed | undefined {
    return this.#client;
  }

  saveClientInformation(client: sdk.OAuthClientInformationMixed): void {
    this.#client = client;
  }

  tokens(): sdk.OAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: sdk.OAuthTokens): void {
    this.#tokens = tokens;
  }

  discoveryState(): sdk.OAuthDiscoveryState | undefined {
    return this.#discovered;
  }

  saveDiscoveryState(state: sdk.OAuthDiscoveryState): void {
    this.#discovered = state;
  }

  invalidateCredentials(of: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (of === 'all' || of === 'client') this.#client = undefined;
    if (of === 'all' || of === 'tokens') this.#tokens = undefined;
    if (of === 'all' || of === 'discovery') this.#discovered = undefined;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    const { headers } = await this.#fetch(url, { redirect: 'manual' });
    this.answer = new URL(headers.get('location') ?? '', url).searchParams;
  }
}

/** The MCP SDK's client, as its documentation shows it: `withOAuth`, and the code is handed over when it came. */
export const mcpSdk: Peer = {
  name: 'sdk',
  version: versionIn('../node_modules/@modelcontextprotocol/client/package.json'),
  make(resource, fetch = globalThis.fetch) {
    const provider = new MemoryProvider(fetch);
    const send = sdk.withOAuth(provider, resource)(fetch);
    return {
      async call() {
        try {
          return await send(resource, call);
        } catch (error) {
          const answer = provider.answer;
          provider.answer = undefined;
          if (!(error instanceof sdk.UnauthorizedError) || !answer) throw error;
          const [authorizationCode, iss] = [answer.get('code') ?? '', answer.get('iss') ?? undefined];
          await sdk.auth(provider, {
            serverUrl: resource,
            authorizationCode,
            ...(iss && { iss }),
            fetchFn: fetch,
          });
          return send(resource, call);
        }
      },
      end: async () => {},
    };
  },
};

/** No client at all: what a call costs by itself, with a token that somebody else has got. */
export const plainWith = (token: string): Peer => ({
  name: 'plain',
  version: process.version,
  make: (resource, fetch = globalThis.fetch) => ({
    call: () => fetch(resource, { ...call, headers: { ...call.headers, authorization: `Bearer ${token}` } }),
    end: async () => {},
  }),
});
