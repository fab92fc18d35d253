// The pages that are made of the code are up to date, and leave nothing out: codes, options, states, events.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type FailureCode, failureCodes, type Phase } from '../../contract/errors.ts';
import { failureTexts } from '../../contract/failureTexts.ts';
import { allStates } from '../../engine/states.ts';
import { readSources, type SourceFile } from '../requirements/citations.ts';
import { tokensOf } from '../requirements/tokens.ts';
import { linesOf, sections } from './optionsPage.ts';
import { judgedTypes, OptionTypes } from './optionTypes.ts';
import { pageAt, pages } from './pages.ts';
import { commands, emitted, facts } from './statesPage.ts';

const read = (name: string): Promise<string> => readFile(pageAt(name), 'utf8');
const codes = Object.keys(failureCodes) as FailureCode[];
const phases: ReadonlySet<string> = new Set<Phase>([
  'configuring',
  'recovering',
  'discovering',
  'bindChecking',
  'registering',
  'authorizing',
  'renewing',
  'steppingUp',
  'requesting',
  'signingOut',
  'storing',
]);

/** Codes that a source gives a failure together with the phase, each as `code in phase`. */
function pairsIn({ text }: SourceFile): readonly string[] {
  const tokens = tokensOf(text);
  return tokens.flatMap(({ kind, value: code }, at) => {
    const [comma, phase] = [tokens[at + 1], tokens[at + 2]];
    const isPair =
      kind === 'text' && comma?.value === ',' && phase?.kind === 'text' && phases.has(phase.value);
    return isPair && Object.hasOwn(failureCodes, code) ? [`${code} in ${phase.value}`] : [];
  });
}

describe('the pages', () => {
  it.each(Object.keys(pages))('docs/%s is up to date', async (name) => {
    const text = await pages[name]?.();
    expect((await read(name)) === text, 'The page is stale: npm run docs').toBe(true);
  });
});

describe('docs/errors.md', () => {
  it('has an entry for every code, with cause, cure, recovery, exit code and phases', async () => {
    const text = await read('errors.md');
    const entries = text.split(/^### /m).slice(1);
    expect(entries).toHaveLength(codes.length);
    for (const code of codes) {
      const entry = entries.find((one) => one.startsWith(`\`${code}\`\n`));
      for (const part of ['Cause', 'Cure', 'Recovery', 'Exit code', 'Phases'])
        expect(entry, code).toContain(`**${part}**: `);
    }
  });

  it.each(codes)('%s is told in whole sentences', (code) => {
    const { means, cause, cure } = failureTexts[code];
    for (const text of [means, cause, cure]) expect(text).toMatch(/^[A-Z`].{10,}\.$/);
  });

  it('names every phase that a source gives a failure of the code', async () => {
    const rooms = /^(protocol|machines|actors|stores|engine|adapters)\//;
    const found = (await readSources()).filter(({ path }) => rooms.test(path)).flatMap(pairsIn);
    expect(found.length).toBeGreaterThan(60);
    const told = codes.flatMap((code) => failureTexts[code].phases.map((phase) => `${code} in ${phase}`));
    expect([...new Set(found)].filter((pair) => !told.includes(pair))).toEqual([]);
  });

  it('finds a phase that is not told', () => {
    const text = `failure(\n  'unreachable',\n  'storing', message); refuse('nothing', 'storing'); list('unreachable', 'b');`;
    expect(pairsIn({ path: 'a.ts', text })).toEqual(['unreachable in storing']);
  });
});

describe('docs/options.md', () => {
  /** Types that are judged, and stand on the page under the name of the type that is public. */
  const publicNames: Readonly<Record<string, string>> = {
    SessionNames: 'SessionOptions',
    ChartNames: 'AuthInput',
  };

  it('has every type that options are judged against', async () => {
    const judged = await judgedTypes();
    expect(judged.length).toBeGreaterThan(20);
    const shown = sections.flatMap(({ types }) => types.map(({ type }) => type));
    expect(judged.filter((name) => !shown.includes(publicNames[name] ?? name))).toEqual([]);
  });

  it('has what a type takes over from another one', async () => {
    const shown = sections.flatMap(({ types }) => types.map(({ type }) => type));
    for (const { file, type } of sections.flatMap(({ types }) => types))
      expect(shown).toEqual(expect.arrayContaining([...(await OptionTypes.in(file)).parentsOf(type)]));
  });

  it.each(sections.map((one) => [one.title, one] as const))(
    '%s: says what each option is for',
    async (_, one) => {
      const text = await read('options.md');
      for (const line of await linesOf(one)) {
        expect(line.text, line.name).toMatch(/^[A-Z`].{10,}/);
        expect(text).toContain(`| \`${line.name}\` | `);
        if (line.type === 'number' && !counts.has(line.name)) expect(line.unit, line.name).not.toBe('');
      }
    },
  );

  /** Numbers without a unit. */
  const counts: ReadonlySet<string> = new Set(['port', 'maxHops', 'replicas']);

  it('finds a type that is not on the page', async () => {
    const text = 'export const newShape: Shape<NewOptions> = {};';
    expect(await judgedTypes([{ path: 'actors/new.ts', text }])).toEqual(['NewOptions']);
  });

  it('reads names, types and docstrings', () => {
    const types = new OptionTypes(
      [
        'export interface A extends B {',
        '  /** First.\n   * Default 1. */',
        '  readonly a?: readonly string[];',
        '  b(one: string): void;',
        '  readonly c: readonly { /** Inner. */ readonly d: 1 }[];',
        '}',
        "export type U = { readonly kind: 'x'; readonly e: 2 } | { readonly kind: 'y'; readonly f: 3 };",
      ].join('\n'),
    );
    expect(types.optionsOf('A')).toMatchObject([
      { name: 'a', type: 'string[]', isOptional: true, text: 'First. Default 1.' },
      { name: 'b', type: '(one: string): void', isOptional: false, text: '' },
      { name: 'c' },
    ]);
    expect(types.parentsOf('A')).toEqual(['B']);
    expect(types.optionsOf('A.c')).toMatchObject([{ name: 'd', type: '1', text: 'Inner.' }]);
    expect(types.optionsOf('U[y]').map(({ name }) => name)).toEqual(['kind', 'f']);
    expect(() => types.optionsOf('C')).toThrow('No options of C');
  });
});

describe('docs/states.md', () => {
  it('has every state, and every event', async () => {
    const text = await read('states.md');
    const names = [...allStates.keys()].filter((name) => name !== '');
    expect(names.length).toBeGreaterThan(40);
    for (const name of [...names, ...Object.keys({ ...commands, ...facts, ...emitted })])
      expect(text).toContain(`| \`${name}\` | `);
  });
});
