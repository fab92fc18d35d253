// A client that the live page shows. It calls tools of the resource, and can be restarted.
import {
  type ClientOptions,
  createAuthEngine,
  memoryStore,
  type Session,
  type TraceFact,
  type UserAgent,
} from '../../index.ts';
import { textOf, toolCall } from '../toolCalls.ts';

/** The options of a client. */
export interface WatchedOptions {
  readonly resource: string;
  /** The label of its session, different from those of other clients. */
  readonly label: string;
  readonly client: ClientOptions;
  /** Makes the user agent of each engine. It is disposed with the engine. */
  readonly userAgent: () => UserAgent;
  readonly fetch: typeof fetch;
  readonly onTrace: (fact: TraceFact) => void;
}

/** A client that the live page shows. */
export interface WatchedClient {
  readonly label: string;
  /** The session. After `restart` it is a new one. */
  readonly session: Session;
  /** Calls a tool. @returns the text of the answer; the HTTP status when there is none. */
  call(tool: string): Promise<string>;
  /** Ends the engine, and starts a new one with the same store. */
  restart(): Promise<void>;
  /** Ends the engine. */
  quit(): Promise<void>;
}

/** Starts a client. */
export function startWatchedClient(options: WatchedOptions): WatchedClient {
  const { resource, label, client, userAgent, fetch, onTrace } = options;
  const store = memoryStore();
  const start = () => {
    const policy = { interaction: 'auto' } as const;
    const engine = createAuthEngine({ client, store, userAgent: userAgent(), policy, fetch, onTrace });
    const session = engine.session({ resource, label });
    // A session that somebody subscribes to is not stopped when it is idle.
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
