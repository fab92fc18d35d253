// A small MCP client: it calls tools through `session.fetch`, and knows nothing of authorization itself.
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

export interface AgentOptions {
  readonly resource: string;
  readonly folder: string;
  readonly client: ClientOptions;
  /** Whether a challenge may send a person to log in, or only `login()`. */
  readonly interaction: Interaction;
  /** Keeps the logins of several clients of one store apart. */
  readonly label: string;
  /** Records the run. */
  readonly onTrace: (fact: TraceFact) => void;
}

export interface Agent {
  /** The same one each time; made when first asked for. */
  readonly session: Session;
  /** Calls a tool; the text that it answers, or the HTTP status when it does not. */
  call(tool: string): Promise<string>;
  /** Ends the client as a closed app ends: what is stored stays. */
  quit(): Promise<void>;
}

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

/** Whether the resource takes this token: asked behind the client's back, to check a claim. */
export async function works(resource: string, token: string): Promise<boolean> {
  const { headers, ...call } = toolCall('read_note');
  const own = { authorization: `Bearer ${token}`, 'user-agent': CHECKER };
  const response = await fetch(resource, { ...call, headers: { ...headers, ...own } });
  await response.body?.cancel();
  return response.status === 200;
}
