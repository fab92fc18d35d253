// Calls ELK, which lays out nested boxes in layers, with wires and labels between them.
import elk, { type ElkExtendedEdge, type ElkNode, type LayoutOptions } from 'elkjs/lib/elk.bundled.js';
import type { Point, Rect } from './drawing.ts';

export type { ElkExtendedEdge, ElkNode };

const engine = new elk.default();

/** The seed makes the same graph look the same on every machine. */
const options: LayoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.randomSeed': '1',
};

/** The positions that ELK has found. */
export interface Found {
  readonly size: Rect;
  readonly rect: (id: string) => Rect;
  readonly points: (id: string) => readonly Point[];
  /** The rectangle of the label of an edge. */
  readonly label: (id: string) => Rect | undefined;
}

/** Lays out a graph. @returns functions, which throw a TypeError for an id that is not in the graph. */
export async function arranged(graph: ElkNode): Promise<Found> {
  const done = await engine.layout({ ...graph, layoutOptions: { ...options, ...graph.layoutOptions } });
  const nodes = new Map(nodesIn(done).map((node) => [node.id, node] as const));
  const edges = new Map(
    nodesIn(done).flatMap((node) => (node.edges ?? []).map((edge) => [edge.id, edge] as const)),
  );
  return {
    size: rectOf(done),
    rect: (id) => rectOf(known(nodes, id)),
    points: (id) => pointsOf(known(edges, id)),
    label: (id) => known(edges, id).labels?.map(rectOf)[0],
  };
}

/** The padding of a box, as ELK writes it. */
export const padding = (all: number, top = all): string =>
  `[top=${top},left=${all},bottom=${all},right=${all}]`;

const nodesIn = (node: ElkNode): readonly ElkNode[] => [node, ...(node.children ?? []).flatMap(nodesIn)];

function pointsOf({ id, sections }: ElkExtendedEdge): readonly Point[] {
  const section = sections?.[0];
  if (section === undefined) throw new TypeError(`ELK has no line for ${id}.`);
  return [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(({ x, y }) => ({ x, y }));
}

const rectOf = ({ x = 0, y = 0, width = 0, height = 0 }: Partial<Rect>): Rect => ({ x, y, width, height });

function known<Thing>(things: ReadonlyMap<string, Thing>, id: string): Thing {
  const thing = things.get(id);
  if (thing === undefined) throw new TypeError(`ELK knows nothing of ${id}.`);
  return thing;
}
