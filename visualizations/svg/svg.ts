// Writes a drawing as SVG. Each state and each arrow is a group with its name, so that pages can mark it.
import { baseIn, type Icon, type Part, type PillPart } from '../layout/block.ts';
import type { Row } from '../layout/caption.ts';
import type { Drawing, PlacedBox, PlacedStart, PlacedWire, Point, Rect } from '../layout/drawing.ts';
import { sizes } from '../layout/theme.ts';
import { isMark } from '../roles.ts';
import { icons } from './icons.ts';
import { headOf, lineOf } from './line.ts';
import { style } from './style.ts';
import { rounded, tag, textTag } from './xml.ts';

/** What a caller may add: classes of states and arrows, and CSS rules for them. */
export interface Styling {
  readonly classOfState?: (path: string) => string;
  readonly classOfArrow?: (id: string) => string;
  /** A text for the tooltip of an arrow, below its id. */
  readonly hintOfArrow?: (id: string) => string;
  readonly css?: string;
  /** Elements at the end of the document. */
  readonly more?: string;
}

/** Writes a drawing. @returns a whole document, with a newline at its end. */
export function svgOf(drawing: Drawing, styling: Styling = {}): string {
  const { scene, boxes, wires, starts, extras } = drawing;
  const [width, height] = [Math.ceil(drawing.width), Math.ceil(drawing.height)];
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    id: `authchart-${scene.name}`,
    class: 'authchart',
    role: 'img',
    'aria-labelledby': `${scene.name}-title ${scene.name}-desc`,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  };
  const content = [
    textTag('title', { id: `${scene.name}-title` }, scene.title),
    textTag('desc', { id: `${scene.name}-desc` }, scene.description),
    tag('style', {}, [style, ...(styling.css === undefined ? [] : [styling.css])].join('\n')),
    tag('rect', { class: 'paper', width, height, rx: 10 }),
    ...boxes.map((box) => boxGroup(box, styling)),
    ...starts.map(startGroup),
    ...wires.map((wire) => wireGroup(wire, styling)),
    tag('g', { class: 'extras' }, lines(extras.map((part) => partTag(part, { x: 0, y: 0 })))),
    ...(styling.more === undefined ? [] : [styling.more]),
  ];
  return `${tag('svg', attributes, lines(content))}\n`;
}

const lines = (tags: readonly string[]): string => ['', ...tags, ''].join('\n');

function boxGroup({ box, card, rect, boxes }: PlacedBox, styling: Styling): string {
  const frame = boxes.length === 0 ? '' : 'frame';
  const classes = joined(
    'state',
    box.tone,
    frame,
    box.isRegion ? 'region' : '',
    styling.classOfState?.(box.path),
  );
  return tag(
    'g',
    { class: classes, 'data-state': box.path },
    lines([
      textTag('title', {}, box.hint),
      tag('rect', { class: 'shape', ...rect, rx: 8 }),
      ...(card.rule === undefined ? [] : [ruleOf(rect, card.rule)]),
      ...card.parts.map((part) => partTag(part, rect)),
      ...card.rows.map((row) => rowGroup(row, rect, styling)),
      ...boxes.map((one) => boxGroup(one, styling)),
    ]),
  );
}

const ruleOf = ({ x, y, width }: Rect, down: number): string =>
  tag('path', { class: 'rule', d: `M${rounded(x)} ${rounded(y + down)}h${rounded(width)}` });

/** The text about one arrow, in a box or at a wire. */
function rowGroup({ arrow, tone, parts }: Row, at: Point, styling: Styling): string {
  const classes = joined('arrow', tone, styling.classOfArrow?.(arrow));
  const hint = [arrow, styling.hintOfArrow?.(arrow)].filter((one) => one !== undefined).join('\n');
  const content = [textTag('title', {}, hint), ...parts.map((part) => partTag(part, at))];
  return tag('g', { class: classes, 'data-arrow': arrow }, content.join(''));
}

function wireGroup({ wire, points, label, isOnLine, rows }: PlacedWire, styling: Styling): string {
  const { source, target, tone } = wire;
  // A wire without texts connects whole phases, and is thicker.
  const [rank, scale] = rows.length === 0 ? ['between', 2] : ['', 1];
  return tag(
    'g',
    { class: joined('wire', tone, rank), 'data-source': source, 'data-target': target },
    lines([
      tag('path', { class: 'line', d: lineOf(points, scale) }),
      tag('path', { class: 'head', d: headOf(points, scale) }),
      ...(isOnLine && label.width > 0 ? [tag('rect', { class: 'back', ...label, rx: 4 })] : []),
      ...rows.map((row) => rowGroup(row, label, styling)),
    ]),
  );
}

function startGroup({ dot, points }: PlacedStart): string {
  return tag(
    'g',
    { class: 'start' },
    tag('circle', { cx: dot.x, cy: dot.y, r: sizes.dot / 2 }) +
      tag('path', { class: 'line', d: lineOf(points) }) +
      tag('path', { class: 'head', d: headOf(points) }),
  );
}

function partTag(part: Part, at: Point): string {
  const [x, y] = [at.x + part.x, at.y + part.y];
  switch (part.kind) {
    case 'text': {
      const anchor = part.align === 'start' ? {} : { 'text-anchor': part.align };
      return textTag('text', { class: part.font, x, y, ...anchor }, part.text);
    }
    case 'icon':
      return iconTag(part.icon, { x, y });
    case 'pill':
      return pillTag(part, { x, y });
    case 'sample':
      return tag('g', { class: joined('wire', part.tone) }, sampleOf({ x, y }));
  }
}

function pillTag({ tone, width, text }: PillPart, { x, y }: Point): string {
  const middle = { x: x + width / 2, y: y + baseIn(sizes.pill, 'pill'), 'text-anchor': 'middle' };
  const shape = tag('rect', { x, y, width, height: sizes.pill, rx: sizes.pill / 2 });
  return tag(
    'g',
    { class: joined('badge', tone) },
    shape + textTag('text', { class: 'pill', ...middle }, text),
  );
}

/** Marks have a round background. */
function iconTag(icon: Icon, { x, y }: Point): string {
  const half = sizes.icon / 2;
  const sign = tag('path', { transform: `translate(${rounded(x)} ${rounded(y)})`, d: icons[icon] });
  const ground = tag('circle', { cx: x + half, cy: y + half, r: half + 4 });
  return tag('g', { class: `icon ${icon}-icon` }, isMark(icon) ? ground + sign : sign);
}

/** A short wire for the legend. */
function sampleOf({ x, y }: Point): string {
  const points = [
    { x, y },
    { x: x + sizes.sample, y },
  ];
  return (
    tag('path', { class: 'line', d: lineOf(points) }) + tag('path', { class: 'head', d: headOf(points) })
  );
}

const joined = (...classes: readonly (string | undefined)[]): string =>
  classes.filter((one) => one !== undefined && one !== '').join(' ');
