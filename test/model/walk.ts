// The exhaustive walk: every stimulus in every state that can be reached, and each edge shown to whoever looks.
import type { AuthInput } from '../../machines/context.ts';
import type { Snapshot, Stepper } from './step.ts';
import { RESOURCE, type Stimulus, stimuliOf } from './stimuli.ts';
import type { Arrow } from './transitions.ts';

/** One step that can happen: what invariants are asked about. */
export interface Edge {
  readonly from: Snapshot;
  readonly stimulus: Stimulus;
  readonly to: Snapshot;
  readonly arrows: readonly Arrow[];
  /** Names of what happened from the start, to tell a violation as a story. */
  readonly story: () => readonly string[];
}

export interface Walked {
  readonly states: number;
  readonly edges: number;
  /** Ids of the arrows that were taken. */
  readonly arrows: ReadonlySet<string>;
  /** Edges from state to state, folded: for questions about what can be reached. */
  readonly graph: ReadonlyMap<string, ReadonlySet<string>>;
  /** One snapshot of each folded state. */
  readonly samples: ReadonlyMap<string, Snapshot>;
  /** True when the bound on states was met before the end. */
  readonly cut: boolean;
}

interface Place {
  readonly snapshot: Snapshot;
  readonly name: string;
  readonly before: Place | undefined;
  readonly by: string;
}

/** Starts of the walk: who may send a person somewhere without being asked to. */
const inputs: readonly AuthInput[] = [
  { resource: RESOURCE, interaction: 'ask' },
  { resource: RESOURCE, interaction: 'auto' },
];

/**
 * Walks breadth first, so that the stories of violations are short.
 * States are folded by what decides the future; edges are not: each is looked at.
 */
export function walk(
  stepper: Stepper,
  look: (edge: Edge) => void,
  mostStates = Number.POSITIVE_INFINITY,
): Walked {
  const queue: Place[] = inputs.map((input) => {
    const snapshot = stepper.start(input);
    return { snapshot, name: fold(snapshot), before: undefined, by: `start, ${input.interaction}` };
  });
  const samples = new Map(queue.map(({ name, snapshot }) => [name, snapshot]));
  const graph = new Map<string, Set<string>>();
  const arrows = new Set<string>();
  let edges = 0;
  for (let at = 0; at < queue.length && graph.size < mostStates; at += 1) {
    const place = queue[at];
    if (!place) break;
    const next = new Set<string>();
    graph.set(place.name, next);
    for (const stimulus of stimuliOf(place.snapshot)) {
      const { snapshot, arrows: taken } = stepper.step(place.snapshot, stimulus.event);
      edges += 1;
      for (const arrow of taken) arrows.add(arrow.id);
      const story = (): readonly string[] => [...storyOf(place), stimulus.name];
      look({ from: place.snapshot, stimulus, to: snapshot, arrows: taken, story });
      const name = fold(snapshot);
      next.add(name);
      if (samples.has(name)) continue;
      samples.set(name, snapshot);
      queue.push({ snapshot, name, before: place, by: stimulus.name });
    }
  }
  return { states: samples.size, edges, arrows, graph, samples, cut: graph.size < samples.size };
}

function storyOf(place: Place): readonly string[] {
  return place.before ? [...storyOf(place.before), place.by] : [place.by];
}

/** What decides the future: the state, and of the memory what some guard or actor may still look at from there. */
function fold(snapshot: Snapshot): string {
  const { value, context } = snapshot;
  return JSON.stringify([value, lasting(context), ...episode(snapshot)]);
}

/** What outlives a flow. */
function lasting(context: Snapshot['context']): unknown {
  const { grant, server, budget, at } = context;
  const isDue = grant?.refreshAt !== undefined && at >= grant.refreshAt;
  return [
    context.interaction,
    context.strategy,
    context.limits.ceiling !== null,
    server && [server.issuer, server.registrationEndpoint !== undefined],
    context.binding && [context.binding.issuer, context.binding.scopes.length],
    context.registration?.issuer ?? null,
    grant && [
      grant.issuer,
      grant.renewable,
      grant.requested.length,
      isDue,
      grant.version === context.refusedVersion,
    ],
    [budget.authorizations, budget.renewals, budget.registrations, budget.stepUps['call'] ?? 0],
    context.denied.length,
    context.failure && [
      context.failure.recovery,
      context.failure.phase === 'discovering',
      context.failure.code,
    ],
  ];
}

/** What is over when a flow has come to rest. */
function episode(snapshot: Snapshot): readonly unknown[] {
  const { context } = snapshot;
  if (!snapshot.hasTag('busy') && !snapshot.matches('recovering')) return [];
  const looking =
    snapshot.matches('discovering') || snapshot.matches('bindChecking') || snapshot.matches('registering');
  const asking = snapshot.matches('registering') || snapshot.matches('authorizing');
  return [
    context.quiet,
    context.wish?.scopes.length,
    context.challenge && (context.challenge.scopes?.length ?? 0),
    context.stepUp?.scopes.length,
    looking && [
      context.resourceMetadata?.authorizationServers.length,
      context.passedOver.length,
      context.candidate,
    ],
    looking && [context.ways, context.conflict, context.refusedClient !== null],
    asking && [context.redirectUri, context.registration?.kind, context.pending !== null],
  ];
}
