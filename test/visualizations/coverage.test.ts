// The coverage drawings: they show every arrow of the chart and no other, and a change of the counts is noticed.
import { describe, expect, it } from 'vitest';
import { requirements } from '../../contract/requirements.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { readCoverage, servedBy } from '../../visualizations/coverage/coverage.ts';
import { walksSvg } from '../../visualizations/coverage/walks.ts';
import { drawingsOf } from '../../visualizations/drawings.ts';
import { modelOf } from '../../visualizations/model.ts';
import { coverageOf, outdated } from '../model/coverage.ts';
import type { Outcome } from '../model/report.ts';
import { allIn, parseXml } from './xml.ts';

const model = modelOf(authMachine);
const coverage = await readCoverage();

describe('what was counted', () => {
  it('has every arrow of the chart, each walked and driven (if not: npm run model -- --mutants --write)', () => {
    expect(Object.keys(coverage)).toEqual(model.arrows.map(({ id }) => id));
    const missed = Object.values(coverage).filter(({ walked, driven }) => walked === 0 || driven === 0);
    expect(missed).toEqual([]);
  });

  it('names requirements of the register, and nearly every arrow can break one', () => {
    const specs = Object.values(coverage).map(({ spec }) => spec);
    expect(specs.flat().filter((id) => !Object.hasOwn(requirements, id))).toEqual([]);
    // Arrows of joined logins wait for a run of all mutants.
    expect(specs.filter((spec) => spec.length === 0).length).toBeLessThan(model.arrows.length / 20);
  });

  it('BIND-6: says which arrows refuse credentials that are bound elsewhere', () => {
    const served = servedBy(model, coverage);
    const arrows = [...served].flatMap(([id, spec]) => (spec.includes('BIND-6') ? [id] : []));
    expect(arrows).toContain('bindChecking.deciding, at once [1: isBoundElsewhere] -> rejected');
    expect(arrows.length).toBeLessThan(6);
  });

  it('gives every requirement that some wrong arrow breaks an arrow that serves it', () => {
    const broken = new Set(Object.values(coverage).flatMap(({ spec }) => spec));
    const served = new Set([...servedBy(model, coverage).values()].flat());
    expect([...served].sort()).toEqual([...broken].sort());
  });
});

describe('a run of the model', () => {
  const [first = ''] = Object.keys(coverage);
  const outcome = (walked: number, spec: readonly string[]): readonly Outcome[] => [
    {
      job: { kind: 'setting', name: 'one', isDriven: false },
      result: { walked: { [first]: walked } },
      seconds: 1,
    },
    {
      job: { kind: 'setting', name: 'two', isDriven: false },
      result: { walked: { [first]: 1 } },
      seconds: 1,
    },
    { job: { kind: 'transitions' }, result: { driven: { [first]: 2 } }, seconds: 1 },
    {
      job: { kind: 'mutants', part: 0, of: 1, sample: null },
      result: { mutants: [{ id: 'removed', fault: 'removed', arrow: first, spec }] },
      seconds: 1,
    },
  ];

  it('counts the edges and paths of all its parts, and keeps the requirements of earlier runs of mutants', () => {
    const before = { [first]: { walked: 0, driven: 0, spec: ['TOK-1'] } };
    expect(coverageOf(outcome(4, ['BIND-6']), before, false)[first]).toEqual({
      walked: 5,
      driven: 2,
      spec: ['BIND-6', 'TOK-1'],
    });
    expect(coverageOf(outcome(4, ['BIND-6']), before, true)[first]?.spec).toEqual(['BIND-6']);
  });

  it('notices an arrow that is gone, new, or has other counts', () => {
    const one = { walked: 1, driven: 1, spec: [] };
    expect(outdated({ a: one, b: one }, { a: one, b: one })).toEqual([]);
    expect(outdated({ a: one, b: one }, { b: { ...one, walked: 2 }, c: one })).toEqual(['a', 'b', 'c']);
  });
});

describe('the drawings', () => {
  it('show an arrow that was never taken, and say how many there are', async () => {
    const [first = ''] = Object.keys(coverage);
    const { whole } = await drawingsOf(model);
    const never = { ...coverage, [first]: { walked: 0, driven: 0, spec: [] } };
    const svg = parseXml(walksSvg(model, whole, never));
    const marked = allIn(svg).filter(({ attributes }) =>
      /(^| )walks-0( |$)/.test(attributes.get('class') ?? ''),
    );
    expect(marked.flatMap(({ attributes }) => attributes.get('data-arrow') ?? [])).toEqual([first]);
    expect(allIn(svg).some(({ text }) => /^\d+ arrows, taken [\d,]+ times; 1 never$/.test(text))).toBe(true);
  });
});
