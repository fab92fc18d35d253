// The first picture that anybody sees: what is on it, and that it fits.
import { describe, expect, it } from 'vitest';
import { authMachine } from '../../machines/authMachine.ts';
import { gridLayout } from '../../visualizations/layout/grid.ts';
import { modelOf, phaseOf } from '../../visualizations/model.ts';
import { asides, hubs, overviewScene } from '../../visualizations/scene/overview.ts';
import { textsIn } from './geometry.ts';

const model = modelOf(authMachine);
const scene = overviewScene(model);
const drawing = gridLayout(scene);

/** From phase to phase. */
const ways = new Set(
  model.arrows.map(({ source, target = source }) => `${phaseOf(source)} ${phaseOf(target)}`),
);
const drawn = scene.wires.map(({ source, target }) => `${source} ${target}`);

/** Lines of text become one again. */
const written = textsIn(drawing)
  .map(({ text }) => text)
  .join(' ');

describe('the overview', () => {
  it('is no wider than a README', () => {
    expect(drawing.width).toBeLessThanOrEqual(830);
  });

  it('has every phase', () => {
    expect(drawing.boxes.map(({ box }) => box.path).sort()).toEqual(
      model.root.states.map(({ path }) => path).sort(),
    );
  });

  it('tells in the words of the chart where a change of the authorization server is rejected', () => {
    const [rejection] = model.arrows.filter(({ guard }) => guard === 'isBoundElsewhere');
    expect(rejection).toMatchObject({ source: 'bindChecking.deciding', target: 'rejected' });
    const wire = scene.wires.find(({ captions }) => captions.some(({ arrow }) => arrow === rejection?.id));
    expect(wire).toMatchObject({ source: 'bindChecking', target: 'rejected', tone: 'refusal' });
    expect(wire?.captions.map(({ text }) => text)).toContain(rejection?.description);
    expect(written).toContain(rejection?.description);
    expect(scene.description).toContain(rejection?.description);
  });

  it('draws what is in the chart, and leaves out only what it says', () => {
    expect(drawn.filter((way) => !ways.has(way))).toEqual([]);
    const left = [...ways].filter((way) => !drawn.includes(way));
    const isExcused = (way: string): boolean => {
      const [source = '', target = ''] = way.split(' ');
      return source === '' || source === target || hubs.includes(target);
    };
    expect(left.filter((way) => !isExcused(way)).sort()).toEqual(asides.map((pair) => pair.join(' ')).sort());
  });

  it('has a count for what leads to the phases that everything leads to', () => {
    const boxes = scene.boxes.filter(({ path }) => hubs.includes(path));
    expect(boxes.map(({ entrances }) => entrances)).toEqual(
      boxes.map(() => expect.stringMatching(/^from \d+ others$/)),
    );
    expect(boxes).toHaveLength(hubs.length);
  });

  it('marks where a person is needed, and where there is a token to send', () => {
    const marked = scene.boxes
      .filter(({ marks }) => marks.length > 0)
      .map(({ path, marks }) => [path, ...marks]);
    expect(marked).toEqual([
      ['authorizing', 'person'],
      ['authorized', 'send'],
      ['steppingUp', 'send'],
    ]);
  });

  it('has room for a phase that nobody has given a place', () => {
    const [box] = scene.boxes;
    const more = box === undefined ? [] : [{ ...box, path: 'new', title: 'new' }];
    const larger = gridLayout({ ...scene, boxes: [...scene.boxes, ...more] });
    expect(larger.boxes.map(({ box: { path } }) => path)).toContain('new');
    expect(larger.height).toBeGreaterThan(drawing.height);
  });
});
