// A client whose login is watched: it calls tools of the resource, and can be closed and opened again.
import {
  type ClientOptions,
  createAuthEngine,
  memoryStore,
  type Session,
  type TraceFact,
  type UserAgent,
} from '../../index.ts';
import { textOf, toolCall } from '../toolCalls.ts';

export interface WatchedOptions {
  readonly resource: string;
  /** Tells it from the other clients of the same resource. */
  readonly label: string;
  readonly client: ClientOptions;
  /** One for each engine: it ends with it. */
  readonly userAgent: () => UserAgent;
  readonly fetch: typeof fetch;
  readonly onTrace: (fact: TraceFact) => void;
}

export interface WatchedClient {
  readonly label: string;
  /** Another one after `restart`. */
  readonly session: Session;
  /** Calls a tool. @returns what it answers, or the HTTP status when it does not. */
  call(tool: string): Promise<string>;
  /** Ends, and starts again with nothing but what was stored. */
  restart(): Promise<void>;
  quit(): Promise<void>;
}

export function startWatchedClient(options: WatchedOptions): WatchedClient {
  const { resource, label, client, userAgent, fetch, onTrace } = options;
  const store = memoryStore();
  const start = () => {
    const policy = { interaction: 'auto' } as const;
    const engine = createAuthEngine({ client, store, userAgent: userAgent(), policy, fetch, onTrace });
    const session = engine.session({ resource, label });
    // It is looked at, so it is not put to rest.
    session.subscribe(() => {});
    return { engine, session };
  };
  let running = start();
  return {
    label,
    get session() {
      return running.session;
    },
    call: async (tool) => textOf(await running.session.fetch(resource, toolCall(tool))),
    async restart() {
      await running.engine.dispose();
      running = start();
    },
    quit: () => running.engine.dispose(),
  };
}
