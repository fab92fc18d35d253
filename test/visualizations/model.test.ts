// The model of a small chart that has one of each kind of state and arrow.
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { arrowsOf } from '../../machines/arrows.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { isWithin, modelOf, phaseOf } from '../../visualizations/model.ts';
import {
  isForwardStep,
  isRefusal,
  mainPath,
  refusals,
  toneOfArrow,
  toneOfState,
} from '../../visualizations/roles.ts';

const small = createMachine({
  id: 'small',
  initial: 'asking',
  on: { stop: { target: '#over', description: 'From anywhere', meta: { spec: ['A-1'] } } },
  states: {
    asking: {
      description: 'Asks.',
      tags: ['needsUser'],
      meta: { spec: ['A-2', 'A-3'] },
      entry: ['ring', { type: 'wait' }],
      invoke: {
        id: 'answer',
        src: 'hear',
        onDone: [{ guard: 'isYes', target: 'both' }, {}],
        onError: 'over',
      },
      on: { again: { target: 'asking', reenter: true, actions: 'ring' } },
    },
    both: { type: 'parallel', states: { left: { initial: 'on', states: { on: {} } }, right: {} } },
    over: { id: 'over', type: 'final' },
  },
});
const { root, states, arrows } = modelOf(small);

describe('states', () => {
  it('are all there, in the order of the chart', () => {
    expect([...states.keys()]).toEqual(['asking', 'both', 'both.left', 'both.left.on', 'both.right', 'over']);
    expect(root.states.map(({ path }) => path)).toEqual(['asking', 'both', 'over']);
  });

  it('have their description, their actions and their actors', () => {
    expect(states.get('asking')).toEqual({
      path: 'asking',
      name: 'asking',
      kind: 'atomic',
      description: 'Asks.',
      tags: ['needsUser'],
      spec: ['A-2', 'A-3'],
      initial: undefined,
      entry: ['ring', 'wait'],
      actors: [{ id: 'answer', src: 'hear' }],
      states: [],
    });
  });

  it('have their initial state', () => {
    const initials = [root, ...states.values()].map(({ path, kind, initial }) => [path, kind, initial]);
    expect(initials.filter(([, kind]) => kind !== 'atomic')).toEqual([
      ['', 'compound', 'asking'],
      ['both', 'parallel', undefined],
      ['both.left', 'compound', 'both.left.on'],
      ['over', 'final', undefined],
    ]);
  });
});

describe('arrows', () => {
  it('are those of the list, with its ids', () => {
    expect(arrows.map(({ id }) => id)).toEqual(arrowsOf(small).map(({ id }) => id));
  });

  it.each([
    ['small', { source: '', target: 'over', event: 'stop', description: 'From anywhere', spec: ['A-1'] }],
    ['a branch', { source: 'asking', target: 'both', event: 'done of answer', guard: 'isYes' }],
    ['one that visits', { source: 'asking', target: undefined, event: 'done of answer', actions: [] }],
    ['an error', { source: 'asking', target: 'over', event: 'error of answer', guard: undefined }],
    ['one that begins again', { target: 'asking', event: 'again', actions: ['ring'], isReentering: true }],
  ])('%s', (_what, arrow) => {
    expect(arrows).toContainEqual(expect.objectContaining(arrow));
  });

  it('has no drawing for an arrow with several targets', () => {
    const machine = createMachine({
      id: 'split',
      type: 'parallel',
      states: {
        a: { initial: 'x', states: { x: {}, y: { id: 'ay' } } },
        b: { initial: 'x', states: { x: {}, y: { id: 'by' } } },
      },
      on: { both: { target: ['#ay', '#by'] } },
    });
    expect(() => modelOf(machine)).toThrow(TypeError);
  });
});

describe('paths', () => {
  it.each([
    ['a', 'a', true],
    ['a.b', 'a', true],
    ['ab', 'a', false],
    ['a', 'a.b', false],
    ['a', '', true],
  ])('%s within %s: %s', (path, outer, isIn) => {
    expect(isWithin(path, outer)).toBe(isIn);
  });

  it('start with their phase', () => {
    expect(['a', 'a.b.c', ''].map(phaseOf)).toEqual(['a', 'a', '']);
  });
});

describe('roles', () => {
  const model = modelOf(authMachine);
  const toneOf = (id: string) =>
    model.arrows.filter((arrow) => arrow.id === id).map((one) => toneOfArrow(model, one));

  it('name phases that exist', () => {
    expect([...mainPath, ...refusals].filter((path) => !model.states.has(path))).toEqual([]);
  });

  it('make a main path: each phase of it leads to a later one', () => {
    const steps = model.arrows.filter(({ source, target = '' }) => isForwardStep(source, target));
    const stepsFrom = (phase: string) => steps.filter(({ source }) => phaseOf(source) === phase);
    expect(mainPath.slice(0, -1).filter((phase) => stepsFrom(phase).length === 0)).toEqual([]);
  });

  it('find states that only lead to a refusal', () => {
    const paths = ['failed', 'failed.resting', 'rejected', 'authorizing.abandoning', 'discovering', 'idle'];
    expect(paths.filter((path) => isRefusal(model, path))).toEqual(paths.slice(0, 4));
  });

  it('colour states and arrows', () => {
    const tones = ['idle', 'discovering', 'rejected', 'authorizing.awaitingUser'].map((path) => {
      const state = model.states.get(path);
      return state && toneOfState(model, state);
    });
    expect(tones).toEqual(['plain', 'main', 'refusal', 'person']);
    expect(toneOf('bindChecking.deciding, at once [1: isBoundElsewhere] -> rejected')).toEqual(['refusal']);
    expect(toneOf('bindChecking.recalling, done of recallBinding -> bindChecking.deciding')).toEqual([
      'main',
    ]);
    expect(toneOf('failed.sorting, at once [4: otherwise] -> failed.resting')).toEqual(['plain']);
  });
});
