// What every chapter has at hand: the world, the narrator, the client, and what the servers recorded.
import type { TraceFact } from '../../index.ts';
import type { Exchange } from '../exchanges.ts';
import type { Playground } from '../playground.ts';
import { type Agent, startAgent } from './agent.ts';
import type { Narrator } from './narrator.ts';

/** Where the story takes place. */
export interface Setting {
  readonly world: Playground;
  readonly narrator: Narrator;
  /** Where clients keep their records. */
  readonly folder: string;
  /** Records what they do. */
  readonly onTrace: (fact: TraceFact) => void;
}

export interface Stage extends Setting {
  /** The client of the story. Chapter 4 restarts it. */
  client: Agent;
  /** Another client, which an administrator set up: from chapter 6 on. */
  preRegistered?: Agent;
}

/** One thing that the chart is for. */
export interface Chapter {
  readonly title: string;
  /** Why it matters, and who gets it wrong. */
  readonly why: string;
  /** Plays it, and checks its claims against the record. */
  play(stage: Stage): Promise<void>;
}

/** A client that nobody knows anywhere. */
export function startClient({ world, folder, narrator, onTrace }: Setting): Agent {
  const [{ resource }, client] = [world, { name: 'Field Notes' }];
  return startAgent({ resource, folder, client, interaction: 'auto', label: '', onTrace }, narrator);
}

/** A client with an id and a secret of server A. */
export function startPreRegistered({ world, folder, narrator, onTrace }: Setting): Agent {
  const client = {
    name: 'Field Notebook',
    preRegistered: [{ issuer: world.a.issuer, ...world.a.preRegistered }],
  };
  const [{ resource }, label] = [world, 'pre-registered'];
  return startAgent({ resource, folder, client, interaction: 'ask', label, onTrace }, narrator);
}

/** Plays one act, and gives what the servers recorded meanwhile. */
export async function recorded(
  { world }: Setting,
  act: () => Promise<unknown>,
): Promise<readonly Exchange[]> {
  const before = world.exchanges.length;
  await act();
  return world.exchanges.slice(before);
}

/** Calls a tool, tells it, and gives the answer. */
export async function tell({ narrator }: Setting, client: Agent, tool: string): Promise<string> {
  narrator.act(tool);
  const answer = await client.call(tool);
  narrator.got(answer);
  return answer;
}
