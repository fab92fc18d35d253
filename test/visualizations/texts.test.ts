// The chart as Mermaid text and as JSON.
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { arrowsOf } from '../../machines/arrows.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { jsonOf } from '../../visualizations/json.ts';
import { mermaidOf } from '../../visualizations/mermaid.ts';
import { modelOf } from '../../visualizations/model.ts';

const model = modelOf(authMachine);

describe('JSON', () => {
  it('makes a chart with the same states and the same arrows', () => {
    const again = createMachine(JSON.parse(JSON.stringify(jsonOf(model))));
    expect(modelOf(again)).toEqual(model);
    expect(arrowsOf(again).map(({ id }) => id)).toEqual(arrowsOf(authMachine).map(({ id }) => id));
  });
});

describe('Mermaid', () => {
  /** The lines of a state diagram, as far as our diagrams have them. */
  const grammar: readonly RegExp[] = [
    /^stateDiagram-v2$/,
    /^\[\*\] --> \w+$/,
    /^state "[\w.]+" as \w+( \{)?$/,
    /^\w+ --> \w+ : [^:;#"]+$/,
    /^(--|\})$/,
  ];
  const texts: readonly (readonly [string, string])[] = [
    ['the whole', mermaidOf(model)],
    ...model.root.states.map((phase) => [phase.path, mermaidOf(model, phase)] as const),
  ];
  const linesOf = (text: string): readonly string[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.trim());

  it.each(texts)('%s has only lines of its grammar, and closes what it opens', (_name, text) => {
    const lines = linesOf(text);
    expect(lines.filter((line) => !grammar.some((rule) => rule.test(line)))).toEqual([]);
    expect(lines.filter((line) => line.endsWith('{'))).toHaveLength(
      lines.filter((line) => line === '}').length,
    );
  });

  it.each(texts)('%s names each state once, and no other in its arrows', (_name, text) => {
    const named = linesOf(text).flatMap((line) => /^state .* as (\w+)/.exec(line)?.[1] ?? []);
    expect(new Set(named).size).toBe(named.length);
    const used = linesOf(text).flatMap((line) => (/^\w+ --> \w+/.exec(line)?.[0] ?? '').split(' --> '));
    expect(used.filter((id) => id !== '' && !named.includes(id))).toEqual([]);
  });

  it('has every state of the chart, and every arrow between two of them', () => {
    const [, whole = ''] = texts[0] ?? [];
    const lines = linesOf(whole);
    expect(lines.filter((line) => line.startsWith('state "'))).toHaveLength(model.states.size);
    const pairs = new Set(
      model.arrows
        .filter(({ source, target }) => source !== '' && target !== undefined)
        .map(({ source, target }) => `${source} --> ${target}`.replaceAll('.', '_')),
    );
    expect(lines.flatMap((line) => /^\w+ --> \w+/.exec(line)?.[0] ?? []).sort()).toEqual([...pairs].sort());
  });
});
