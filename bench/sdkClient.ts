// The MCP SDK's client, with the provider of a host, as the SDK's documentation shows both.
import * as sdk from '@modelcontextprotocol/client';
import { type Client, call } from './call.ts';

// The SDK says on the console what a host should do about each error; hundreds of the same lines would hide the figures.
const warn = console.warn;
console.warn = (...words: readonly unknown[]) => {
  if (!String(words[0]).startsWith('[mcp-sdk]')) warn(...words);
};

/** What a provider keeps from one process to the next. */
export interface Kept {
  readonly client?: sdk.OAuthClientInformationMixed;
  readonly tokens?: sdk.OAuthTokens;
  readonly discovered?: sdk.OAuthDiscoveryState;
}

/** The provider of a host that keeps everything in memory, as the SDK's own examples have it, and a browser that consents. */
export class MemoryProvider implements sdk.OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1/callback';
  readonly clientMetadata = { client_name: 'bench', redirect_uris: [this.redirectUrl] };
  readonly #fetch: typeof globalThis.fetch;
  #client: sdk.OAuthClientInformationMixed | undefined;
  #tokens: sdk.OAuthTokens | undefined;
  #verifier = '';
  #discovered: sdk.OAuthDiscoveryState | undefined;
  /** The last answer of the authorization server, until it is handed over. */
  answer: URLSearchParams | undefined;

  /** @param kept by another provider, which has logged in. */
  constructor(fetch: typeof globalThis.fetch, kept: Kept = {}) {
    this.#fetch = fetch;
    this.#client = kept.client;
    this.#tokens = kept.tokens;
    this.#discovered = kept.discovered;
  }

  /** What a host would store. */
  get kept(): Kept {
    return {
      ...(this.#client && { client: this.#client }),
      ...(this.#tokens && { tokens: this.#tokens }),
      ...(this.#discovered && { discovered: this.#discovered }),
    };
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

/** `withOAuth`, and the code is handed over when it came. */
export function sdkClient(
  provider: MemoryProvider,
  resource: string,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Client {
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
}
