// Shortest paths through the graph that together take every arrow of the chart: what the real engine is driven along.
import { getShortestPaths } from '@xstate/graph';
import type { ActorLogic, EventObject, Snapshot } from 'xstate';
import type { Graph, Place, Way } from './walk.ts';

/** What happens, from the start of a graph, until some arrow has been taken. */
export interface Path {
  readonly graph: Graph;
  readonly stimuli: readonly string[];
}

/** Paths for every arrow that some graph can take; the longest first, since they take others on their way. */
export function pathsForAllArrows(graphs: readonly Graph[]): readonly Path[] {
  const taken = new Set<string>();
  const paths: Path[] = [];
  const bySize = [...graphs].sort((one, other) => one.edges - other.edges);
  for (const graph of bySize) {
    const news = new Set([...arrowsIn(graph)].filter((arrow) => !taken.has(arrow)));
    if (news.size === 0) continue;
    const ends = endsFor(graph, news);
    for (const [arrow, { to, way }] of ends) {
      if (taken.has(arrow)) continue;
      const stimuli = [...to, way.stimulus];
      for (const one of arrowsAlong(graph, stimuli)) taken.add(one);
      paths.push({ graph, stimuli });
    }
  }
  return paths;
}

/** Where each of these arrows is taken first, and what happens until then; the farthest first. */
function endsFor(
  graph: Graph,
  arrows: ReadonlySet<string>,
): readonly (readonly [string, { readonly to: readonly string[]; readonly way: Way }])[] {
  const ends = new Map<string, { readonly to: readonly string[]; readonly way: Way }>();
  for (const { state, steps } of getShortestPaths(asLogic(graph), traversalOf(graph))) {
    // The first step of each path is the start itself.
    const to = steps.slice(1).map(({ event }) => event.type);
    for (const way of inside(graph, state.place)) {
      for (const arrow of way.arrows) {
        const known = ends.get(arrow);
        if (arrows.has(arrow) && (!known || to.length < known.to.length)) ends.set(arrow, { to, way });
      }
    }
  }
  return [...ends].sort(([, one], [, other]) => other.to.length - one.to.length);
}

/** A graph that was walked, as XState's own tools look at one. */
type At = Snapshot<undefined> & { readonly place: Place };

const traversalOf = (graph: Graph) => ({
  events: ({ place }: At): readonly EventObject[] => {
    const onward = inside(graph, place).filter(({ to }) => to !== place.name);
    return onward.map(({ stimulus }) => ({ type: stimulus }));
  },
  serializeState: ({ place }: At): string => place.name,
  serializeEvent: ({ type }: EventObject): string => type,
});

/** Ways that do not lead out of a graph that was walked near its start only. */
const inside = ({ places }: Graph, place: Place): readonly Way[] =>
  place.ways.filter(({ to }) => places.has(to));

function asLogic(graph: Graph): ActorLogic<At, EventObject> {
  const at = (name: string): At => {
    const place = graph.places.get(name);
    if (!place) throw new Error(`The graph has no place ${name}`);
    return { status: 'active', output: undefined, error: undefined, place };
  };
  return {
    getInitialSnapshot: () => at(graph.start),
    transition: ({ place }, { type }) =>
      at(place.ways.find(({ stimulus }) => stimulus === type)?.to ?? place.name),
    getPersistedSnapshot: (snapshot) => snapshot,
  };
}

const arrowsIn = (graph: Graph): ReadonlySet<string> =>
  new Set(
    [...graph.places.values()].flatMap((place) => inside(graph, place).flatMap(({ arrows }) => arrows)),
  );

function arrowsAlong({ start, places }: Graph, stimuli: readonly string[]): readonly string[] {
  let here = start;
  return stimuli.flatMap((stimulus) => {
    const way = places.get(here)?.ways.find((one) => one.stimulus === stimulus);
    here = way?.to ?? here;
    return way?.arrows ?? [];
  });
}
