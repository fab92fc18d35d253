// Lays out the whole chart: the drawings of the phases side by side, with wires between them.
import type { Scene, Wire } from '../scene/scene.ts';
import { moved, type Part, paragraph } from './block.ts';
import { type Drawing, type PlacedWire, type Rect, shifted } from './drawing.ts';
import { arranged, type Found, padding } from './elk.ts';
import { flowed, legendOf } from './legend.ts';
import { lineHeight, sizes, space } from './theme.ts';

/** The phases are in the order of the chart. There is space between them for thick wires. */
const options = {
  'elk.direction': 'RIGHT',
  'elk.padding': padding(space.margin),
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  'elk.layered.spacing.nodeNodeBetweenLayers': '80',
  'elk.layered.spacing.edgeNodeBetweenLayers': '36',
  'elk.spacing.nodeNode': '60',
  'elk.spacing.edgeNode': '36',
  'elk.spacing.edgeEdge': '24',
};

const START = 'start';

/** The space above a phase for its name. */
const BANNER = lineHeight('banner') + space.section;

/** Lays out the whole chart. @param phases The drawing of each phase of the scene. */
export async function wholeLayout(scene: Scene, phases: readonly Drawing[]): Promise<Drawing> {
  const frames = phases.flatMap((phase) =>
    phase.boxes.map(({ box, rect }) => ({ id: box.path, phase, rect })),
  );
  const found = await arranged({
    id: '',
    layoutOptions: options,
    children: [
      { id: START, width: sizes.dot, height: sizes.dot },
      ...frames.map(({ id, rect: { width, height } }) => ({ id, width, height: height + BANNER })),
    ],
    edges: [
      { id: START, sources: [START], targets: [scene.initial ?? ''] },
      ...scene.wires.map((wire) => ({ id: wireId(wire), sources: [wire.source], targets: [wire.target] })),
    ],
  });
  const placed = frames.map(({ id, phase, rect }) => {
    const { x, y } = found.rect(id);
    return shifted(phase, x - rect.x, y + BANNER - rect.y);
  });
  const { width, height } = found.size;
  const legend = flowed(legendOf(scene), space.margin, height, width - 2 * space.margin);
  return {
    scene,
    width,
    height: legend.end + space.paper,
    boxes: placed.flatMap(({ boxes }) => boxes),
    wires: [...scene.wires.map((wire) => placedWire(wire, found)), ...placed.flatMap(({ wires }) => wires)],
    starts: [startIn(found), ...placed.flatMap(({ starts }) => starts)],
    extras: [...frames.flatMap(({ id }) => bannerAt(id, found.rect(id))), ...legend.parts],
  };
}

const wireId = ({ source, target }: Wire): string => `${source} to ${target}`;

const nowhere: Rect = { x: 0, y: 0, width: 0, height: 0 };

const placedWire = (wire: Wire, found: Found): PlacedWire => ({
  wire,
  points: found.points(wireId(wire)),
  label: nowhere,
  isOnLine: false,
  rows: [],
});

function startIn(found: Found): Drawing['starts'][number] {
  const { x, y, width, height } = found.rect(START);
  return { dot: { x: x + width / 2, y: y + height / 2 }, points: found.points(START) };
}

const bannerAt = (name: string, { x, y }: Rect): readonly Part[] =>
  paragraph(name, 'banner', Number.POSITIVE_INFINITY)
    .partsIn(0)
    .map((part) => moved(part, x, y));
