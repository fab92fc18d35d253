// The clients that are measured beside each other: this one, the MCP SDK's, and the platform's own fetch.
import { readFileSync } from 'node:fs';
import type { Engine, EngineOptions, Session, Store } from '../index.ts';
import { type Client, call, plainCall } from './call.ts';
import { MemoryProvider, sdkClient } from './sdkClient.ts';

/** This package as it is built: what its users get. */
export const built: typeof import('../index.ts') = await import(
  new URL('../dist/index.js', import.meta.url).href
);
/** The same, of its entry for Node. */
export const builtForNode: typeof import('../adapters/node.ts') = await import(
  new URL('../dist/adapters/node.js', import.meta.url).href
);

/** How clients of one kind are made. */
export interface Peer {
  readonly name: 'plain' | 'sdk' | 'authchart';
  readonly version: string;
  /** @param fetch sends its requests. Default: the platform's. */
  make(resource: string, fetch?: typeof globalThis.fetch): Client;
}

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

/** The MCP SDK's client, as its documentation shows it: `withOAuth`, and the code is handed over when it came. */
export const mcpSdk: Peer = {
  name: 'sdk',
  version: versionIn('../node_modules/@modelcontextprotocol/client/package.json'),
  make: (resource, fetch = globalThis.fetch) => sdkClient(new MemoryProvider(fetch), resource, fetch),
};

/** No client at all: what a call costs by itself, with a token that somebody else has got. */
export const plainWith = (token: string): Peer => ({
  name: 'plain',
  version: process.version,
  make: (resource, fetch) => ({
    call: () => plainCall(resource, token, fetch),
    end: async () => {},
  }),
});
