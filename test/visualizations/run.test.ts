// A recorded run as pictures: all that happened is in them, and no text of a trace can add elements to them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestFact, StepFact } from '../../contract/trace.ts';
import type { TraceFact } from '../../index.ts';
import { readDrawing } from '../../visualizations/generated.ts';
import { type Picture, picturesOf } from '../../visualizations/run.ts';
import { sequencesOf } from '../../visualizations/sequence/sequence.ts';
import { callTool, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';
import { allIn, type Element, parseXml } from './xml.ts';

let world: World;
const trace: TraceFact[] = [];
let chart: string;

/** A login, a step-up and a change of the server. */
beforeAll(async () => {
  [world, chart] = await Promise.all([startWorld(), readDrawing('chart.svg')]);
  const { engine, session } = testEngine(world.resource, { onTrace: (fact) => void trace.push(fact) });
  await session.login();
  world.needs = () => 'write';
  await callTool(session, 'any');
  world.moveTo('b');
  await callTool(session, 'any');
  await engine.dispose();
});
afterAll(() => world.close());

const requests = (): readonly RequestFact[] =>
  trace.filter((fact): fact is RequestFact => fact.kind === 'request');
const steps = (): readonly StepFact[] => trace.filter((fact): fact is StepFact => fact.kind === 'step');
const textOf = (name: string, pictures: readonly Picture[] = picturesOf(trace, chart)): string =>
  pictures.find((one) => one.name === name)?.text ?? '';

/** The texts of elements of this class. */
const ofClass = (svg: Element, name: string): readonly string[] =>
  allIn(svg).flatMap(({ attributes, text }) =>
    (attributes.get('class') ?? '').split(' ').includes(name) ? [text] : [],
  );

describe('the sequence', () => {
  it('has person, client, resource, and each server that was asked, in this order', () => {
    const [sequence] = sequencesOf(trace);
    expect(sequence?.participants.map(({ id }) => id)).toEqual([
      'person',
      'client',
      world.origins.resource,
      world.origins.a,
      world.origins.b,
    ]);
  });

  it('has every request with its answer, in order, in the phase that sent it', () => {
    const [sequence] = sequencesOf(trace);
    const answered = (sequence?.visits ?? []).flatMap(({ phase, messages }) =>
      messages.filter(({ answer }) => answer !== undefined).map(({ text, answer }) => [phase, text, answer]),
    );
    expect(answered.map(([, text, answer]) => [text, answer])).toEqual(
      requests().map(({ method, url, status }) => [`${method} ${new URL(url).pathname}`, String(status)]),
    );
    const phases = answered.flatMap(([phase, text]) => (text === 'POST /token' ? [phase] : []));
    expect(phases.length).toBeGreaterThan(2);
    expect(new Set(phases)).toEqual(new Set(['authorizing']));
    expect(ofClass(parseXml(textOf('sequence.svg')), 'answer')).toEqual(
      answered.map(([, , answer]) => answer),
    );
  });

  it('says what was granted by whom', () => {
    const [sequence] = sequencesOf(trace);
    const granted = (sequence?.visits ?? []).flatMap(({ phase, text }) =>
      phase === 'authorized' ? [text] : [],
    );
    const [a, b] = [new URL(world.origins.a).host, new URL(world.origins.b).host];
    expect(granted[0]).toMatch(`by ${a}`);
    expect(granted.some((text) => text.startsWith(`by ${a}`) && text.includes('write'))).toBe(true);
    expect(granted.at(-1)).toMatch(`by ${b}`);
  });

  it('is one for each session', () => {
    const other = trace.map((fact) => ({ ...fact, session: { ...fact.session, subject: 'bob' } }));
    const mixed = trace.flatMap((fact, at) => [fact, other[at] ?? fact]);
    expect(picturesOf(mixed, chart).map(({ name }) => name)).toEqual([
      'sequence.svg',
      'sequence.mmd',
      'sequence-2.svg',
      'sequence-2.mmd',
      'chart.svg',
    ]);
    const [alone, bobs] = sequencesOf(mixed);
    expect(bobs?.title).toBe(`${world.resource} (bob)`);
    expect(bobs?.visits).toEqual(alone?.visits);
  });

  it('as Mermaid has one line for each request and each answer', () => {
    const lines = textOf('sequence.mmd').split('\n');
    expect(lines[0]).toBe('sequenceDiagram');
    expect(lines.filter((line) => /^ {2}p\d-->>p\d: \d{3}$/.test(line))).toHaveLength(requests().length);
    expect(lines.filter((line) => /^ {2}p\d->>p\d: (GET|POST) /.test(line))).toHaveLength(requests().length);
  });
});

describe('the chart with its path', () => {
  it('highlights what was entered and taken, and nothing else', () => {
    const highlighted = textOf('chart.svg');
    const style =
      allIn(parseXml(highlighted))
        .filter(({ name }) => name === 'style')
        .at(-1)?.text ?? '';
    const arrows = [...style.matchAll(/^\[data-arrow="([^"]+)"\]\{/gm)].map(([, id]) => id);
    expect(new Set(arrows)).toEqual(new Set(steps().flatMap((step) => step.arrows)));
    const states = [...style.matchAll(/^\[data-state="([^"]+)"\]>/gm)].map(([, path = '']) => path);
    const entered = new Set(steps().flatMap((step) => step.entered));
    expect(states.filter((path) => !path.includes('.')).sort()).toEqual(
      [...new Set([...entered].map((path) => path.split('.')[0] ?? ''))].sort(),
    );
    expect(states).toEqual(expect.arrayContaining([...entered]));
    const pairs = [...style.matchAll(/^\.between\[data-source="(\w+)"\]\[data-target="(\w+)"\]/gm)];
    expect(pairs.map(([, from, to]) => `${from} ${to}`)).toContain('bindChecking reusing');
    expect(pairs.map(([, from, to]) => `${from} ${to}`)).not.toContain('bindChecking rejected');
  });
});

describe('a trace of somebody else', () => {
  const nasty = '</style><script>alert(1)</script>"]{}\n%%;#<&\u0000\ud800';
  const hostile = (): readonly TraceFact[] =>
    trace.map((fact) => {
      const session = { resource: nasty, subject: nasty, label: nasty };
      if (fact.kind === 'request') return { ...fact, session, url: nasty, method: nasty, purpose: nasty };
      return {
        ...fact,
        session,
        arrows: [nasty],
        states: [nasty],
        entered: [nasty],
        spec: [nasty],
        event: nasty,
      };
    });

  it('makes pictures that are well-formed, and hold no element of its own', () => {
    const pictures = picturesOf(hostile(), chart);
    for (const name of ['sequence.svg', 'chart.svg']) {
      const names = new Set(allIn(parseXml(textOf(name, pictures))).map((element) => element.name));
      expect([...names].sort()).toEqual(
        [...new Set(allIn(parseXml(textOf(name))).map((element) => element.name))].sort(),
      );
    }
    // XML has no way to write these, not even escaped: a browser would show an error instead.
    for (const { text } of pictures) expect(text).not.toMatch(/[^\t\n\P{Cc}]|\p{Cs}/u);
    const mermaid = textOf('sequence.mmd', pictures);
    expect(mermaid).not.toMatch(/[<>"]script|%%|alert\(1\)</);
    expect(
      mermaid
        .split('\n')
        .filter((line) => !/^(sequenceDiagram$| {2}(accTitle|actor|participant|Note|p\d)|$)/.test(line)),
    ).toEqual([]);
  });
});
