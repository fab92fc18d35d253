// A small MCP client. It calls tools with `session.fetch`, and has no code for authorization.
import { fileStore, headlessUserAgent } from '../../adapters/node.ts';
import {
  type ClientOptions,
  createAuthEngine,
  type Interaction,
  type Session,
  type TraceFact,
} from '../../index.ts';
import { textOf, toolCall } from '../toolCalls.ts';
import { CHECKER } from './evidence.ts';
import type { Narrator } from './narrator.ts';

/** The options of a client. */
export interface AgentOptions {
  readonly resource: string;
  readonly folder: string;
  readonly client: ClientOptions;
  /** Whether a challenge may start a login, or only `login()`. */
  readonly interaction: Interaction;
  /** The label of its session. Clients with the same store have different ones. */
  readonly label: string;
  /** Records what the client does. */
  readonly onTrace: (fact: TraceFact) => void;
}

/** A client. */
export interface Agent {
  /** Its session, which is made at the first use. */
  readonly session: Session;
  /** Calls a tool. @returns the text of the answer; the HTTP status when there is none. */
  call(tool: string): Promise<string>;
  /** Ends the client, as when an app is closed. The store stays. */
  quit(): Promise<void>;
}

/** Starts a client. */
export function startAgent(options: AgentOptions, narrator: Narrator): Agent {
  const { resource, folder, client, interaction, label, onTrace } = options;
  const engine = createAuthEngine({
    client,
    store: fileStore({ folder }),
    userAgent: headlessUserAgent(),
    policy: { interaction },
    onProgress: (progress) => narrator.progress(progress),
    onTrace,
  });
  return {
    get session() {
      return engine.session({ resource, label });
    },
    async call(tool) {
      return textOf(await this.session.fetch(resource, toolCall(tool)));
    },
    quit: () => engine.dispose(),
  };
}

/** Whether the resource accepts this token. It checks a claim, without the client. */
export async function works(resource: string, token: string): Promise<boolean> {
  const { headers, ...call } = toolCall('read_note');
  const own = { authorization: `Bearer ${token}`, 'user-agent': CHECKER };
  const response = await fetch(resource, { ...call, headers: { ...headers, ...own } });
  await response.body?.cancel();
  return response.status === 200;
}
