// The playground with three clients, one for each kind of registration, and the live page that shows them.
import { setTimeout as pause } from 'node:timers/promises';
import { type LiveButton, startLivePage } from '../../adapters/live/livePage.ts';
import { headlessUserAgent } from '../../adapters/node.ts';
import type { ClientOptions, UserAgent } from '../../index.ts';
import { type Playground, startPlayground } from '../playground.ts';
import { buttonsFor } from './buttons.ts';
import { startWatchedClient, type WatchedClient } from './client.ts';

/** The options of `startInspection`. */
export interface InspectionOptions {
  /** The page: `visualizations/generated/live.html`. */
  readonly html: string;
  /** The pause before each request, so that people can follow, in milliseconds. Default none. */
  readonly pace?: number;
  /** Makes a user agent that asks a person. Default: the playground gives consent itself. */
  readonly userAgent?: () => UserAgent;
  /** The port of the page. Default: any that is free. */
  readonly port?: number;
}

/** A running playground with its live page. */
export interface Inspection {
  /** The address of the page, with the token that it needs. */
  readonly url: string;
  readonly world: Playground;
  readonly clients: readonly WatchedClient[];
  close(): Promise<void>;
}

/** Starts the playground, three clients, and the live page. */
export async function startInspection(options: InspectionOptions): Promise<Inspection> {
  const { html, pace = 0, userAgent, port } = options;
  const closing = new AbortController();
  const fetch = paced(pace, closing.signal);
  const world = await startPlayground();
  const clients: WatchedClient[] = [];
  const pressed = new Set<Promise<unknown>>();
  const watched = ({ run, ...button }: LiveButton): LiveButton => ({
    ...button,
    run: (session) => {
      const running = run(session).finally(() => pressed.delete(running));
      pressed.add(running);
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
      // The page is closed last, so that it can show how the pressed buttons have ended.
      await Promise.allSettled(pressed);
      await page.close();
    },
  };
}

/** The clients by label. A change of the authorization server has a different effect on each. */
const clientsOf = ({ a, clientMetadataUrl }: Playground): Readonly<Record<string, ClientOptions>> => ({
  'registers dynamically': { name: 'Field Notes' },
  'has a metadata document': { name: 'Field Atlas', metadataUrl: clientMetadataUrl },
  'registered by hand': { name: 'Field Notebook', preRegistered: [{ issuer: a.issuer, ...a.preRegistered }] },
});

const paced =
  (milliseconds: number, closing: AbortSignal): typeof fetch =>
  async (input, init) => {
    if (milliseconds > 0) await pause(milliseconds, undefined, { signal: closing });
    return fetch(input, init);
  };
