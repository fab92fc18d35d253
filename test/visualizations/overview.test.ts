// The overview, which is the first picture that people see: its content and its width.
import { describe, expect, it } from 'vitest';
import { authMachine } from '../../machines/authMachine.ts';
import { gridLayout } from '../../visualizations/layout/grid.ts';
import { modelOf, phaseOf } from '../../visualizations/model.ts';
import { listedPhases, omitted, overviewScene } from '../../visualizations/scene/overview.ts';
import { textsIn } from './geometry.ts';

const model = modelOf(authMachine);
const scene = overviewScene(model);
const drawing = gridLayout(scene);

/** The pairs of phases that an arrow connects. */
const pairs = new Set(
  model.arrows.map(({ source, target = source }) => `${phaseOf(source)} ${phaseOf(target)}`),
);
const drawn = scene.wires.map(({ source, target }) => `${source} ${target}`);

/** All texts of the drawing. */
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

  it('shows where a change of the authorization server is rejected, with the description of the chart', () => {
    const [rejection] = model.arrows.filter(({ guard }) => guard === 'isBoundElsewhere');
    expect(rejection).toMatchObject({ source: 'bindChecking.deciding', target: 'rejected' });
    const wire = scene.wires.find(({ captions }) => captions.some(({ arrow }) => arrow === rejection?.id));
    expect(wire).toMatchObject({ source: 'bindChecking', target: 'rejected', tone: 'refusal' });
    expect(wire?.captions.map(({ text }) => text)).toContain(rejection?.description);
    expect(written).toContain(rejection?.description);
    expect(scene.description).toContain(rejection?.description);
  });

  it('draws the arrows of the chart, and leaves out only those that it lists', () => {
    expect(drawn.filter((pair) => !pairs.has(pair))).toEqual([]);
    const left = [...pairs].filter((pair) => !drawn.includes(pair));
    const isListed = (pair: string): boolean => {
      const [source = '', target = ''] = pair.split(' ');
      return source === '' || source === target || listedPhases.includes(target);
    };
    expect(left.filter((pair) => !isListed(pair)).sort()).toEqual(
      omitted.map((pair) => pair.join(' ')).sort(),
    );
  });

  it('has the number of phases that lead to a listed phase', () => {
    const boxes = scene.boxes.filter(({ path }) => listedPhases.includes(path));
    expect(boxes.map(({ entrances }) => entrances)).toEqual(
      boxes.map(() => expect.stringMatching(/^from \d+ others$/)),
    );
    expect(boxes).toHaveLength(listedPhases.length);
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

  it('has space for a phase without a cell', () => {
    const [box] = scene.boxes;
    const more = box === undefined ? [] : [{ ...box, path: 'new', title: 'new' }];
    const larger = gridLayout({ ...scene, boxes: [...scene.boxes, ...more] });
    expect(larger.boxes.map(({ box: { path } }) => path)).toContain('new');
    expect(larger.height).toBeGreaterThan(drawing.height);
  });
});
