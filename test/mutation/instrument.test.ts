// Instrumented code: it does what it did while no mutant is at work, and what a mutant says when that one is.
import { runInNewContext } from 'node:vm';
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { instrumented } from './instrument.ts';
import { mutantsOf } from './mutants.ts';

/** The value of the code, with one mutant at work; 0 is none. */
function resultOf(code: string, mutant: number): unknown {
  const numbered = mutantsOf('a.ts', code).map((one, index) => ({ ...one, number: index + 1 }));
  const { code: script } = transformSync(instrumented(code, numbered), { loader: 'ts' });
  return runInNewContext(script, { __mutant: (number: number) => number === mutant });
}

/** The value with each mutant, or the name of the error; by what the mutant says. */
function valuesOf(code: string): Readonly<Record<string, unknown>> {
  const values = mutantsOf('a.ts', code).map(({ span, text }, index) => {
    const said = code.slice(0, span.start) + text + code.slice(span.end);
    return [said, outcome(() => resultOf(code, index + 1))] as const;
  });
  return Object.fromEntries(values);
}

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return (thrown as Error).name;
  }
}

describe('without a mutant, the value is the same', () => {
  test.each<[string, string, unknown]>([
    ['an optional chain ends as a whole', '(null as any)?.a.trim().b.c.length', undefined],
    ['an optional chain of calls', 'const o: any = {}; o.f?.(1).g[2]?.h', undefined],
    ['a call keeps its object', 'const o = { a: 1, f() { return this.a; }, g: { h: 2 } }; o.f() + o?.f()', 2],
    [
      'an object that may be absent is called on',
      'const o: any = { a: [3], f() { return this.a; } }; o?.f().filter(Boolean)[0]',
      3,
    ],
    [
      'an else belongs to its if',
      'let x = 0; if (false) x = 1; else x = 2; if (true) if (false) x = 3; else x = 4; x',
      4,
    ],
    ['a delete deletes', 'const o: any = { a: { b: 1 } }; delete o?.a.b; Object.keys(o.a).length', 0],
    ['an arrow gives an object', 'const f = () => ({ a: 1 }); f().a', 1],
    ['names of functions', 'const f = () => [1].map((a) => a + 1); f.name', 'f'],
    ['brackets', '((1 + 2) * 3 - (4 - 5)) % 7', 3],
    ['templates', `const a = (b?: string) => \`\${b ?? \`c\${1 + 1}\`}\`; a()`, 'c2'],
    ['cases', "((a: string) => { switch (a) { case 'b': return 1; default: return 2; } })('b')", 1],
    ['types around values', "const a = ['b', 'c'] as const satisfies readonly string[]; a[1]!.length", 1],
    [
      'loops',
      "let s = ''; for (let i = 0; i < 5; i++) { if (i === 1) continue; if (i > 3) break; s += i; } s",
      '023',
    ],
    ['patterns with defaults', 'const { a = 1, b: [c = 2] = [] } = {} as any; a + c', 3],
    ['generators', 'function* f() { const a = yield 1; yield a ?? 2; } [...f()].join()', '1,2'],
    ['classes', 'class A { static #a = 1; b = A.#a + 1; get c() { return this.b; } } new A().c', 2],
    [
      'what is left of an assignment',
      'const o: any = { a: [{ b: 1 }] }; o.a.filter(Boolean)[0].b = 5; o.a[0].b',
      5,
    ],
  ])('%s', (_, code, expected) => {
    expect(resultOf(code, 0)).toEqual(expected);
  });
});

test('each mutant does what it says', () => {
  expect(valuesOf('((a: any) => (a ?? 4) > 3 && a !== 9)(3)')).toEqual({
    '((a: any) => undefined)(3)': undefined,
    '((a: any) => (a ?? 4) > 3)(3)': false,
    '((a: any) => a !== 9)(3)': true,
    '((a: any) => (a ?? 4) >= 3 && a !== 9)(3)': true,
    '((a: any) => (a ?? 4) <= 3 && a !== 9)(3)': true,
    '((a: any) => (a) > 3 && a !== 9)(3)': false,
    '((a: any) => (4) > 3 && a !== 9)(3)': true,
    '((a: any) => (a ?? 5) > 3 && a !== 9)(3)': false,
    '((a: any) => (a ?? 3) > 3 && a !== 9)(3)': false,
    '((a: any) => (a ?? 4) > 4 && a !== 9)(3)': false,
    '((a: any) => (a ?? 4) > 2 && a !== 9)(3)': true,
    '((a: any) => (a ?? 4) > 3 && a === 9)(3)': false,
    '((a: any) => (a ?? 4) > 3 && a !== 10)(3)': false,
    '((a: any) => (a ?? 4) > 3 && a !== 8)(3)': false,
    '((a: any) => (a ?? 4) > 3 && a !== 9)(4)': true,
    '((a: any) => (a ?? 4) > 3 && a !== 9)(2)': false,
  });
});

test('what is absent is not expected: the chain breaks', () => {
  const code = 'const o: any = {}; o.a?.b.trim().c';
  expect(valuesOf(code)).toMatchObject({
    'const o: any = {}; o.a.b.trim().c': 'TypeError',
    'const o: any = {}; o.a?.b.c': undefined,
  });
});

test('a statement is not run', () => {
  expect(valuesOf('let a = 1; a = 2; a')).toMatchObject({ 'let a = 1;  a': 1 });
});
