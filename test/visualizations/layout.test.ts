// The parts of the layout: where lines break, which routes are found, and what is written as XML.
import { describe, expect, it } from 'vitest';
import { portsOf } from '../../visualizations/layout/ports.ts';
import { cheapestRoute } from '../../visualizations/layout/route.ts';
import { routingGridOf, STEP } from '../../visualizations/layout/routingGrid.ts';
import { evenLinesOf, linesOf, widthOf } from '../../visualizations/layout/text.ts';
import { headOf, lineOf } from '../../visualizations/svg/line.ts';
import { escaped, rounded, tag, textTag } from '../../visualizations/svg/xml.ts';
import { allIn, parseXml } from './xml.ts';

const font = { size: 10, isBold: false };

describe('text', () => {
  it('is as wide as its letters, and wider when it is bold, large or unknown', () => {
    expect(widthOf('', font)).toBe(0);
    expect(widthOf('ab', font)).toBeCloseTo(12.6);
    expect(widthOf('ab', { size: 20, isBold: false })).toBeCloseTo(25.2);
    expect(widthOf('ab', { size: 10, isBold: true })).toBeGreaterThan(widthOf('ab', font));
    expect(widthOf('漢', font)).toBeGreaterThan(widthOf('W', font));
  });

  it('breaks where it has to, between words', () => {
    expect(linesOf('one two three', font, 44)).toEqual(['one two', 'three']);
    expect(linesOf('one  unbreakable', font, 10)).toEqual(['one', 'unbreakable']);
    expect(linesOf('', font, 40)).toEqual([]);
  });

  it('is as even as it can be in no more lines', () => {
    const text = 'one two three four five six';
    const plain = linesOf(text, font, 120);
    const even = evenLinesOf(text, font, 120);
    expect(even.join(' ')).toBe(text);
    expect(even).toHaveLength(plain.length);
    expect(even).toEqual(['one two three', 'four five six']);
  });
});

describe('routes', () => {
  const left = { x: 40, y: 100, width: 60, height: 60 };
  const right = { x: 240, y: 100, width: 60, height: 60 };
  const wall = { x: 160, y: 60, width: 20, height: 140 };

  const turnsOf = (blocks: readonly (typeof wall)[], used: readonly { x: number; y: number }[] = []) => {
    const grid = routingGridOf(400, 300);
    for (const block of [left, right, ...blocks]) grid.block(block);
    grid.use(used);
    const route = cheapestRoute(grid, portsOf(left, []), portsOf(right, []));
    const turns = route?.points.filter(({ x, y }, at, all) => {
      const [before, after] = [all[at - 1], all[at + 1]];
      return before && after && !(before.x === x && after.x === x) && !(before.y === y && after.y === y);
    });
    return { route, turns: turns?.length };
  };

  it('are straight where nothing is between', () => {
    const { route, turns } = turnsOf([]);
    expect(turns).toBe(0);
    expect(route?.points[0]).toMatchObject({ x: 10, y: 13 });
    expect(route?.points.at(-1)).toMatchObject({ x: 24, y: 13 });
  });

  it('go around a box between them, and do not bend near their ends', () => {
    const { route, turns } = turnsOf([wall]);
    expect(turns).toBe(2);
    const through = route?.points.filter(({ x, y }) => x >= 16 && x <= 18 && y >= 6 && y <= 20);
    expect(through).toEqual([]);
    const beginning = route?.points.slice(0, 3) ?? [];
    expect(
      new Set(beginning.map(({ x }) => x)).size === 1 || new Set(beginning.map(({ y }) => y)).size === 1,
    ).toBe(true);
  });

  it('cross other routes, and never run along them', () => {
    const upright = Array.from({ length: 30 }, (_, y) => ({ x: 17, y }));
    expect(turnsOf([], upright).turns).toBe(0);
    const along = Array.from({ length: 30 }, (_, x) => ({ x: x + 5, y: 13 }));
    const { route } = turnsOf([], along);
    expect(route?.points.filter(({ y }) => y === 13)).toEqual([]);
  });

  it('do not exist when a box closes the page', () => {
    const closed = { x: 160, y: 0, width: 20, height: 300 };
    expect(turnsOf([closed]).route).toBeUndefined();
  });

  it('end apart from each other, and from corners', () => {
    const all = portsOf(left, []);
    expect(all).toHaveLength(12);
    const [first] = all;
    const others = first === undefined ? [] : portsOf(left, [first]);
    expect(others.length).toBeLessThan(all.length - 1);
    expect(all.every(({ x, y }) => x * STEP >= left.x && y * STEP >= left.y)).toBe(true);
  });
});

describe('lines', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 0, y: 50 },
    { x: 50, y: 50 },
  ];

  it('have round corners, and end where their head begins', () => {
    expect(lineOf(points)).toBe('M0 0L0 42Q0 50 8 50L43 50');
    expect(headOf(points)).toBe('M50 50L42 54L42 46Z');
  });

  it('have no corner where there is no room for one', () => {
    expect(
      lineOf([
        { x: 0, y: 0 },
        { x: 0, y: 4 },
        { x: 50, y: 4 },
      ]),
    ).toBe('M0 0L0 2Q0 4 2 4L43 4');
  });
});

describe('XML', () => {
  it('is escaped, in text and in attributes', () => {
    const text = '<a & "b">';
    const written = textTag('text', { title: text }, text);
    expect(parseXml(written)).toMatchObject({ name: 'text', text, attributes: new Map([['title', text]]) });
    expect(escaped('a')).toBe('a');
  });

  it('has rounded numbers, and nothing that is undefined', () => {
    expect([0.04, -0.04, 1.25, 10, 2.349].map(rounded)).toEqual(['0', '0', '1.3', '10', '2.3']);
    expect(tag('rect', { x: 1.26, y: undefined, class: '' })).toBe('<rect x="1.3"/>');
  });

  it('is read as it was written', () => {
    const root = parseXml('<a b="1"><c/>x &lt; y<d>z</d></a>\n');
    expect(allIn(root).map(({ name }) => name)).toEqual(['a', 'c', 'd']);
    expect(root.text).toBe('x < y');
  });

  it.each([
    '<a>',
    '<a></b>',
    '<a b=1/>',
    '<a b="<"/>',
    '<a b="1" b="2"/>',
    '<a>&x</a>',
    '<a/><b/>',
    'a',
    '<a>&nbsp;</a>',
  ])('is refused when it is not well-formed: %s', (text) => {
    expect(() => parseXml(text)).toThrow(SyntaxError);
  });
});
