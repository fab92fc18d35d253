// What the documentation shows compiles: examples of docstrings, and code blocks of pages.
import { beforeAll, describe, expect, it } from 'vitest';
import { compileAll } from './compiling.ts';
import { type Example, examplesIn, readExamples } from './examples.ts';

const examples = await readExamples();

const example = (where: string, code: string): Example => ({ where, code, extension: 'ts' });
const wrong: readonly Example[] = [
  example('a name that is not exported', `import { createEngine } from 'authchart';`),
  example('an entry point that is not there', `import { a } from 'authchart/nowhere';`),
  example('an option that does not exist', `engine.session({ resource: 'https://a.example', resorce: 1 });`),
  example('a method that does not exist', 'await session.logIn();'),
  example('an argument of another type', 'engine.session({ resource: 7 });'),
  example('a name that nobody declared', 'console.log(undeclared);'),
];
const right: readonly Example[] = [
  example('what a reader has at hand', 'await session.login(); console.log(body.length);'),
  example('a name of its own', `const body = 1; console.log(body + 1);`),
  example('awaiting without imports', 'await Promise.resolve(1);'),
];

let faults: Readonly<Record<string, string>>;
beforeAll(async () => {
  faults = await compileAll([...examples, ...wrong, ...right]);
}, 60_000);

describe('the examples', () => {
  it('are found in pages and in docstrings', () => {
    expect(examples.filter(({ where }) => where.startsWith('README.md')).length).toBeGreaterThan(1);
    expect(examples.filter(({ where }) => /\.ts:\d+$/.test(where)).length).toBeGreaterThan(0);
  });

  it('compile', () => {
    const planted = new Set([...wrong, ...right].map(({ where }) => where));
    expect(Object.entries(faults).filter(([where]) => !planted.has(where))).toEqual([]);
  });
});

describe('the check', () => {
  it.each(wrong.map(({ where }) => where))('fails for %s', (where) => {
    expect(faults[where]).toMatch(/error TS\d+/);
  });

  it.each(right.map(({ where }) => where))('is content with %s', (where) => {
    expect(faults[where]).toBeUndefined();
  });

  it('reads blocks of pages, with the line where their code begins', () => {
    const text = 'A\n\n```ts\nconst a = 1;\n```\n\n```sh\nls\n```\n\n```tsx\nb\n```\n';
    expect(examplesIn({ path: 'a.md', text })).toEqual([
      { where: 'a.md:4', code: 'const a = 1;\n', extension: 'ts' },
      { where: 'a.md:12', code: 'b\n', extension: 'tsx' },
    ]);
  });

  it('reads docstrings, in a fence or as it is, up to the next tag', () => {
    const text = [
      'const a = 1;',
      '/**',
      ' * A.',
      ' * @example',
      ' * ```ts',
      ' * b();',
      ' * ```',
      ' * @example By hand.',
      ' * c();',
      ' * @see D',
      ' */',
      '/* @example d */',
      "const e = '/** @example f */';",
      '/** @example',
      ' * g(); */',
    ].join('\n');
    expect(examplesIn({ path: 'a.ts', text })).toEqual([
      { where: 'a.ts:6', code: 'b();\n', extension: 'ts' },
      { where: 'a.ts:9', code: 'c();\n', extension: 'ts' },
      { where: 'a.ts:15', code: 'g(); ', extension: 'ts' },
    ]);
  });
});
