// The playground with three clients that differ in how they are known, and the page on which they are watched.
import { setTimeout as pause } from 'node:timers/promises';
import { type LiveButton, startLivePage } from '../../adapters/live/livePage.ts';
import { headlessUserAgent } from '../../adapters/node.ts';
import type { ClientOptions, UserAgent } from '../../index.ts';
import { type Playground, startPlayground } from '../playground.ts';
import { buttonsFor } from './buttons.ts';
import { startWatchedClient, type WatchedClient } from './client.ts';

export interface InspectionOptions {
  /** The page itself. */
  readonly html: string;
  /** Milliseconds before each request, so that people can follow; none unless told. */
  readonly pace?: number;
  /** Asks a person. The playground says yes by itself unless told. */
  readonly userAgent?: () => UserAgent;
  /** Any that is free unless told. */
  readonly port?: number;
}

export interface Inspection {
  /** With the token that opens the page. */
  readonly url: string;
  readonly world: Playground;
  readonly clients: readonly WatchedClient[];
  close(): Promise<void>;
}

export async function startInspection(options: InspectionOptions): Promise<Inspection> {
  const { html, pace = 0, userAgent, port } = options;
  const closing = new AbortController();
  const fetch = paced(pace, closing.signal);
  const world = await startPlayground();
  const clients: WatchedClient[] = [];
  const underWay = new Set<Promise<unknown>>();
  const watched = ({ run, ...button }: LiveButton): LiveButton => ({
    ...button,
    run: (session) => {
      const running = run(session).finally(() => underWay.delete(running));
      underWay.add(running);
      return running;
    },
  });
  const page = await startLivePage({
    html,
    buttons: buttonsFor(world, clients, userAgent === undefined).map(watched),
    holdings: async ({ label }) =>
      (await clients.find((one) => one.label === label)?.session.holdings()) ?? [],
    ...(port !== undefined && { port }),
  }).catch(async (error: unknown) => {
    await world.close();
    throw error;
  });
  for (const [label, client] of Object.entries(clientsOf(world))) {
    const agent = userAgent ?? (() => headlessUserAgent({ fetch }));
    const { resource } = world;
    clients.push(
      startWatchedClient({
        resource,
        label,
        client,
        fetch,
        userAgent: agent,
        onTrace: (fact) => {
          if (!closing.signal.aborted) page.tell(fact);
        },
      }),
    );
  }
  return {
    url: page.url,
    world,
    clients,
    async close() {
      closing.abort();
      await Promise.all(clients.map((client) => client.quit()));
      await world.close();
      // The page comes last: it is told how what was under way has ended.
      await Promise.allSettled(underWay);
      await page.close();
    },
  };
}

/** By label: a move of the resource means something else for each of them. */
const clientsOf = ({ a, clientMetadataUrl }: Playground): Readonly<Record<string, ClientOptions>> => ({
  'registers itself': { name: 'Field Notes' },
  'known by its document': { name: 'Field Atlas', metadataUrl: clientMetadataUrl },
  'set up by hand': { name: 'Field Notebook', preRegistered: [{ issuer: a.issuer, ...a.preRegistered }] },
});

const paced =
  (milliseconds: number, closing: AbortSignal): typeof fetch =>
  async (input, init) => {
    if (milliseconds > 0) await pause(milliseconds, undefined, { signal: closing });
    return fetch(input, init);
  };
