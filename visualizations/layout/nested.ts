// Lays out one box with all boxes inside it, with ELK.
import type { Box, Scene, Wire } from '../scene/scene.ts';
import { cardOf, headerOf } from './card.ts';
import { type Drawing, type PlacedBox, type PlacedStart, type PlacedWire, shifted } from './drawing.ts';
import { arranged, type ElkExtendedEdge, type ElkNode, type Found, padding } from './elk.ts';
import { labelOf } from './label.ts';
import { flowed, legendOf } from './legend.ts';
import { breaks, sizes, space } from './theme.ts';

/** Lays out a phase. @param scene A scene with one outermost box. @throws TypeError when it has no box. */
export async function nestedLayout(scene: Scene): Promise<Drawing> {
  const [box] = scene.boxes;
  if (box === undefined) throw new TypeError(`There is nothing in ${scene.name}.`);
  const order = withInner(box).map(({ path }) => path);
  const found = await arranged({
    id: '',
    layoutOptions: { 'elk.padding': padding(space.paper) },
    children: [nodeOf(box, scene)],
    edges: [...scene.wires.map((wire) => edgeOf(wire, order)), ...withInner(box).flatMap(startEdges)],
  });
  const inner = {
    boxes: box.boxes.map((child) => placedBox(child, found)),
    wires: scene.wires.map((wire) => placedWire(wire, found)),
    starts: withInner(box).flatMap((one) => placedStarts(one, found)),
  };
  return framed(scene, placedBox(box, found), inner);
}

/** Makes the header as wide as the frame, and moves all the rest up. */
function framed(
  scene: Scene,
  { box, rect, card }: PlacedBox,
  inner: Pick<Drawing, 'boxes' | 'wires' | 'starts'>,
): Drawing {
  const header = box.boxes.length === 0 ? card : headerOf(box, rect.width);
  const saved = card.height - header.height;
  const moved = shifted(inner, 0, -saved);
  const frame = { ...rect, height: rect.height - saved };
  const width = frame.x + frame.width + space.paper;
  const below = frame.y + frame.height + space.section + space.line;
  const legend = flowed(legendOf(scene), frame.x + space.line, below, frame.width - space.line);
  return {
    ...moved,
    scene,
    width,
    height: legend.end + space.card,
    boxes: [{ box, rect: frame, card: header, boxes: moved.boxes }],
    extras: legend.parts,
  };
}

const withInner = (box: Box): readonly Box[] => [box, ...box.boxes.flatMap(withInner)];

function nodeOf(box: Box, scene: Scene): ElkNode {
  const { width, height } = cardOf(box);
  if (box.boxes.length === 0)
    return { id: box.path, width, height, layoutOptions: { ...orderOf(box, scene), 'elk.alignment': 'TOP' } };
  return {
    id: box.path,
    layoutOptions: {
      'elk.padding': padding(space.frame, height + space.section),
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height})`,
      'elk.alignment': 'TOP',
    },
    children: [...startNodes(box), ...box.boxes.map((child) => nodeOf(child, scene))],
  };
}

/** The box that is entered first comes first. A box that has no wires, since all others lead to it, comes last. */
function orderOf(box: Box, { wires, boxes }: Scene): Readonly<Record<string, string>> {
  const isInitial = boxes.flatMap(withInner).some(({ initial }) => initial === box.path);
  if (isInitial) return { 'elk.layered.layering.layerConstraint': 'FIRST' };
  const isAlone = !wires.some(({ source, target }) => source === box.path || target === box.path);
  return isAlone && box.entrances !== '' ? { 'elk.layered.layering.layerConstraint': 'LAST' } : {};
}

const startOf = ({ path }: Box): string => `${path} start`;

const startNodes = (box: Box): readonly ElkNode[] =>
  box.initial === undefined
    ? []
    : [
        {
          id: startOf(box),
          width: sizes.dot,
          height: sizes.dot,
          layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST_SEPARATE' },
        },
      ];

const startEdges = (box: Box): readonly ElkExtendedEdge[] =>
  box.initial === undefined
    ? []
    : [{ id: `${startOf(box)} line`, sources: [startOf(box)], targets: [box.initial] }];

const wireId = ({ source, target }: Wire): string => `${source} to ${target}`;

/** Wires that go forward in the order of the chart go down. */
function edgeOf(wire: Wire, order: readonly string[]): ElkExtendedEdge {
  const { width, height } = labelOf(wire, breaks.label);
  const isForward = order.indexOf(wire.target) > order.indexOf(wire.source);
  const layoutOptions = { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' };
  return {
    id: wireId(wire),
    sources: [wire.source],
    targets: [wire.target],
    layoutOptions: { 'elk.layered.priority.direction': isForward ? '10' : '0' },
    labels: width === 0 ? [] : [{ text: wireId(wire), width, height, layoutOptions }],
  };
}

const placedBox = (box: Box, found: Found): PlacedBox => ({
  box,
  card: cardOf(box),
  rect: found.rect(box.path),
  boxes: box.boxes.map((child) => placedBox(child, found)),
});

function placedWire(wire: Wire, found: Found): PlacedWire {
  const points = found.points(wireId(wire));
  const { rows } = labelOf(wire, breaks.label);
  const nowhere = { x: 0, y: 0, ...points[0], width: 0, height: 0 };
  return { wire, points, label: found.label(wireId(wire)) ?? nowhere, isOnLine: true, rows };
}

function placedStarts(box: Box, found: Found): readonly PlacedStart[] {
  if (box.initial === undefined) return [];
  const { x, y, width, height } = found.rect(startOf(box));
  return [{ dot: { x: x + width / 2, y: y + height / 2 }, points: found.points(`${startOf(box)} line`) }];
}
