// What all chapters use: the playground, the narrator, the clients, and the recorded exchanges.
import type { TraceFact } from '../../index.ts';
import type { Exchange } from '../exchanges.ts';
import type { Playground } from '../playground.ts';
import { type Agent, startAgent } from './agent.ts';
import type { Narrator } from './narrator.ts';

/** The parts of the story that stay the same. */
export interface Setting {
  readonly world: Playground;
  readonly narrator: Narrator;
  /** The folder of the clients' store. */
  readonly folder: string;
  /** Records what the clients do. */
  readonly onTrace: (fact: TraceFact) => void;
}

/** The parts of the story, with the clients. */
export interface StoryContext extends Setting {
  /** The client of the story. Chapter 4 restarts it. */
  client: Agent;
  /** A client that was registered by hand. Chapter 6 starts it. */
  preRegistered?: Agent;
}

/** A chapter of the story: one thing that the chart does. */
export interface Chapter {
  readonly title: string;
  /** Why it matters, and what other clients do. */
  readonly why: string;
  /** Runs the chapter, and checks its claims against the recorded exchanges. */
  run(story: StoryContext): Promise<void>;
}

/** Starts a client that no server knows. */
export function startClient({ world, folder, narrator, onTrace }: Setting): Agent {
  const [{ resource }, client] = [world, { name: 'Field Notes' }];
  return startAgent({ resource, folder, client, interaction: 'auto', label: '', onTrace }, narrator);
}

/** Starts a client with an id and a secret of server A. */
export function startPreRegistered({ world, folder, narrator, onTrace }: Setting): Agent {
  const client = {
    name: 'Field Notebook',
    preRegistered: [{ issuer: world.a.issuer, ...world.a.preRegistered }],
  };
  const [{ resource }, label] = [world, 'pre-registered'];
  return startAgent({ resource, folder, client, interaction: 'ask', label, onTrace }, narrator);
}

/** Runs something. @returns the exchanges that the servers recorded meanwhile. */
export async function recorded(
  { world }: Setting,
  run: () => Promise<unknown>,
): Promise<readonly Exchange[]> {
  const before = world.exchanges.length;
  await run();
  return world.exchanges.slice(before);
}

/** Calls a tool, and prints the call and the answer. @returns the answer. */
export async function callTool({ narrator }: Setting, client: Agent, tool: string): Promise<string> {
  narrator.does(tool);
  const answer = await client.call(tool);
  narrator.got(answer);
  return answer;
}
