// The drawings that are checked in are up to date and complete, and nothing in them covers anything else.
import { describe, expect, it } from 'vitest';
import { arrowsOf } from '../../machines/arrows.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { drawingsOf, drawnFiles } from '../../visualizations/drawings.ts';
import { staleFiles } from '../../visualizations/generated.ts';
import type { Drawing } from '../../visualizations/layout/drawing.ts';
import { modelOf } from '../../visualizations/model.ts';
import { svgOf } from '../../visualizations/svg/svg.ts';
import { boxesIn, innermostIn, isOnEdge, isWithin, overlaps, piecesOf, textsIn } from './geometry.ts';
import { allIn, type Element, parseXml } from './xml.ts';

const model = modelOf(authMachine);
const files = await drawnFiles(model);
const { overview, whole, phases } = await drawingsOf(model);
const drawings = [overview, whole, ...phases];
const byName = drawings.map((drawing) => [drawing.scene.name, drawing] as const);
const states = [...model.states.keys()];
const arrows = arrowsOf(authMachine).map(({ id }) => id);

/** Values of an attribute, in the order of the drawing. */
const valuesOf = (svg: Element, name: string): readonly string[] =>
  allIn(svg).flatMap(({ attributes }) => attributes.get(name) ?? []);

const parsed = (drawing: Drawing): Element => parseXml(svgOf(drawing));

describe('what is checked in', () => {
  it('is up to date (if not: npm run draw)', async () => {
    expect(await staleFiles(files)).toEqual([]);
  });

  it('is found when it is missing, changed or obsolete', async () => {
    const others = files.filter(({ name }) => name !== 'overview.svg');
    const changed = others.map((one) => (one.name === 'chart.mmd' ? { ...one, text: `${one.text} ` } : one));
    expect(await staleFiles([...changed, { name: 'phase-new.svg', text: '<svg/>' }])).toEqual([
      'chart.mmd',
      'phase-new.svg',
      'overview.svg',
    ]);
  });

  it('is the same each time', async () => {
    expect(await drawnFiles(model)).toEqual(files);
  });

  it('ends with a newline', () => {
    expect(files.filter(({ text }) => !/[^\n]\n$/.test(text))).toEqual([]);
  });
});

describe('every state and every arrow', () => {
  it('is in the drawing of the whole chart once', () => {
    const svg = parsed(whole);
    expect([...valuesOf(svg, 'data-state')].sort()).toEqual([...states].sort());
    expect([...valuesOf(svg, 'data-arrow')].sort()).toEqual([...arrows].sort());
  });

  it('is in the drawing of one phase, and of one only', () => {
    const svgs = phases.map(parsed);
    expect(svgs.flatMap((svg) => valuesOf(svg, 'data-state')).sort()).toEqual([...states].sort());
    expect(svgs.flatMap((svg) => valuesOf(svg, 'data-arrow')).sort()).toEqual([...arrows].sort());
  });

  it('has a text where it is listed or drawn', () => {
    const silent = allIn(parsed(whole)).filter(
      ({ attributes, children }) =>
        attributes.has('data-arrow') && !children.some(({ name }) => name === 'text'),
    );
    expect(silent).toEqual([]);
  });
});

describe.each(byName)('%s', (name, drawing) => {
  it('is well-formed, and has a title and a description', () => {
    const svg = parsed(drawing);
    const ids = valuesOf(svg, 'id');
    expect(new Set(ids).size).toBe(ids.length);
    expect(svg.attributes.get('role')).toBe('img');
    expect(svg.attributes.get('aria-labelledby')).toBe(`${name}-title ${name}-desc`);
    const [title, description] = svg.children;
    expect([title?.name, description?.name]).toEqual(['title', 'desc']);
    expect([title?.text, description?.text]).not.toContain('');
  });

  it('has boxes that do not overlap, each inside its outer box', () => {
    const check = (boxes: Drawing['boxes']): void => {
      for (const [at, { rect, boxes: inner }] of boxes.entries()) {
        expect(boxes.slice(at + 1).filter((other) => overlaps(rect, other.rect))).toEqual([]);
        expect(inner.filter((one) => !isWithin(one.rect, rect))).toEqual([]);
        check(inner);
      }
    };
    check(drawing.boxes);
    expect(drawing.boxes.length).toBeGreaterThan(0);
  });

  it('has text that stays in its box, and on the page', () => {
    const page = { x: 0, y: 0, width: drawing.width, height: drawing.height };
    const outside = textsIn(drawing).filter(
      ({ rect, within }) => !isWithin(rect, within) || !isWithin(rect, page),
    );
    expect(outside).toEqual([]);
    expect(textsIn(drawing).length).toBeGreaterThan(3);
  });

  it('has text that covers no other text', () => {
    const texts = textsIn(drawing);
    const covered = texts.flatMap((one, at) =>
      texts
        .slice(at + 1)
        .flatMap((other) => (overlaps(one.rect, other.rect) ? [[one.text, other.text]] : [])),
    );
    expect(covered).toEqual([]);
  });

  it('has headers that end above what is in their box', () => {
    const covering = boxesIn(drawing).flatMap(({ box, rect, card, boxes }) =>
      boxes.filter((inner) => inner.rect.y < rect.y + card.height).map((inner) => [box.path, inner.box.path]),
    );
    expect(covering).toEqual([]);
  });

  it('has labels that cover no box and no other label', () => {
    const labels = drawing.wires.map(({ label }) => label).filter(({ width }) => width > 0);
    const rects = innermostIn(drawing).map(({ rect }) => rect);
    const covering = labels.flatMap((label, at) =>
      [...rects, ...labels.slice(at + 1)].filter((other) => overlaps(label, other)),
    );
    expect(covering).toEqual([]);
  });

  it('has wires that go from box to box, and through no other', () => {
    const places = new Map(boxesIn(drawing).map(({ box, rect }) => [box.path, rect] as const));
    for (const { wire, points } of drawing.wires) {
      const [from, to] = [places.get(wire.source), places.get(wire.target)];
      expect([wire.source, isOnEdge(points[0], from)]).toEqual([wire.source, true]);
      expect([wire.target, isOnEdge(points.at(-1), to)]).toEqual([wire.target, true]);
      const crossed = piecesOf(points).flatMap((piece) =>
        innermostIn(drawing).filter(({ rect }) => overlaps(piece, rect)),
      );
      expect(crossed.map(({ box }) => box.path)).toEqual([]);
    }
  });
});
