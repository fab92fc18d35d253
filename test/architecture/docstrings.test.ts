// The code documents itself: every export has a docstring, no file is longer than 300 lines, functions are short.
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Shape, shapeOf } from './sources.ts';
import todo from './todo.json' with { type: 'json' };

const root = new URL('../../', import.meta.url);

/** Where exports are for others to read. */
const documented = [
  'contract',
  'protocol',
  'machines',
  'actors',
  'stores',
  'engine',
  'adapters',
  'visualizations',
];
/** Where files and functions are measured. */
const measured = [...documented, 'cli', 'playground'];

const MAX_LINES = 300;
/** Lines of nine in ten functions. */
const MAX_P90 = 21;

async function shapesOf(rooms: readonly string[]): Promise<ReadonlyMap<string, Shape>> {
  const inRooms = rooms.map(async (room) => {
    const names = await readdir(new URL(`${room}/`, root), { recursive: true });
    return names.map((name) => `${room}/${name.replaceAll('\\', '/')}`);
  });
  const paths = ['index.ts', ...(await Promise.all(inRooms)).flat()]
    .filter((path) => path.endsWith('.ts') && !path.includes('/generated/'))
    .sort();
  const shapes = paths.map(
    async (path) => [path, shapeOf(await readFile(new URL(path, root), 'utf8'))] as const,
  );
  return new Map(await Promise.all(shapes));
}

const shapes = await shapesOf(measured);

/** Of numbers in any order; the greatest of so many parts of them. */
function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length * part)] ?? 0;
}

/** What is missing and not known to be, and what is on the list and there after all: both have to be none. */
function against(list: readonly string[], found: readonly string[]) {
  return {
    missing: found.filter((one) => !list.includes(one)),
    done: list.filter((one) => !found.includes(one)),
  };
}

const nothing = { missing: [], done: [] };

describe('the sources', () => {
  it('are all read', () => {
    expect(shapes.size).toBeGreaterThan(200);
    for (const room of measured)
      expect([...shapes.keys()].some((path) => path.startsWith(`${room}/`))).toBe(true);
  });

  it('have a docstring above every export; test/architecture/todo.json lists those that have none yet', () => {
    const found = [...shapes]
      .filter(([path]) => path === 'index.ts' || documented.some((room) => path.startsWith(`${room}/`)))
      .flatMap(([path, { undocumented }]) => undocumented.map((name) => `${path} ${name}`));
    expect(against(todo.undocumented, found)).toEqual(nothing);
  });

  it(`are no longer than ${MAX_LINES} lines each`, () => {
    const found = [...shapes].filter(([, { lines }]) => lines > MAX_LINES).map(([path]) => path);
    expect(against(todo.long, found)).toEqual(nothing);
  });

  it(`have functions of which nine in ten are no longer than ${MAX_P90} lines`, () => {
    const functions = [...shapes.values()].flatMap((shape) => shape.functions);
    expect(functions.length).toBeGreaterThan(1000);
    expect(quantile(functions, 0.9)).toBeLessThanOrEqual(MAX_P90);
  });
});

describe('the check', () => {
  it.each<[string, string, readonly string[]]>([
    ['a constant', 'export const a = 1;', ['a']],
    ['two constants', 'export const a = 1, b = 2;', ['a', 'b']],
    ['a function', 'export async function a() {}', ['a']],
    ['a class', 'export abstract class A {}', ['A']],
    ['an interface', 'export interface A {}', ['A']],
    ['a type', 'export type A = 1;', ['A']],
    ['a default', 'export default 1;', ['default']],
    ['what is exported further down', 'const a = 1;\nexport { a as b };', ['a']],
    ['a comment of another kind', '/* A. */\nexport const a = 1;\n// B.\nexport const b = 1;', ['a', 'b']],
    ['an empty docstring', '/** */\nexport const a = 1;', ['a']],
    ['a docstring of something else', '/** A. */\nconst a = 1;\nexport const b = a;', ['b']],
    ['a docstring further up', '/** A. */\n\nexport const a = 1;', ['a']],
    [
      'all overloads',
      'export function a(b: 1): 1;\nexport function a(b: 2): 2;\nexport function a(b: 1 | 2) { return b; }',
      ['a'],
    ],
  ])('finds without a docstring: %s', (_what, source, names) => {
    expect(shapeOf(source).undocumented).toEqual(names);
  });

  it.each([
    ['a docstring', '/** A. */\nexport const a = 1;'],
    ['one of several lines', '/**\n * A.\n * @see B\n */\nexport function a() {}'],
    ['one of something that is exported further down', '/** A. */\nconst a = 1;\nexport { a };'],
    [
      'what is passed on',
      "export { a } from './a.ts';\nexport * from './b.ts';\nexport type { C } from './c.ts';",
    ],
    [
      'one of several overloads',
      '/** A. */\nexport function a(b: 1): 1;\nexport function a(b: 1) { return b; }',
    ],
    ['what is not exported', 'const a = 1;'],
  ])('is content with %s', (_what, source) => {
    expect(shapeOf(source).undocumented).toEqual([]);
  });

  it('counts the lines of files, and of functions with braces, nested ones too', () => {
    const source =
      'const a = () => 1;\nfunction b() {\n  return () => {\n    a();\n  };\n}\nclass C {\n  d() {\n  }\n}\n';
    expect(shapeOf(source)).toMatchObject({ lines: 10, functions: [5, 3, 2] });
  });

  it('finds what is neither documented nor listed, and what is listed for no reason', () => {
    expect(against(['a', 'b'], ['b', 'c'])).toEqual({ missing: ['c'], done: ['a'] });
  });
});
