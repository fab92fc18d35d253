// The mutants that are made: what each operator changes, how a change is named, and what is left out by rule.
import { describe, expect, test } from 'vitest';
import { mutantsOf } from './mutants.ts';

/** What the mutants of a piece of code by one operator say, without file and place. */
function changes(code: string, operator: string): readonly string[] {
  const mutants = mutantsOf('a.ts', code).filter((one) => one.operator === operator && !one.leftOut);
  return mutants.map(({ span, text }) => code.slice(0, span.start) + text + code.slice(span.end));
}

describe('operators', () => {
  test.each<[string, string, string, readonly string[]]>([
    [
      'a condition that always, or never holds',
      'forcedConditions',
      'if (a) b();',
      ['if (true) b();', 'if (false) b();'],
    ],
    ['a choice', 'forcedConditions', 'x = a ? 1 : 2;', ['x = true ? 1 : 2;', 'x = false ? 1 : 2;']],
    ['a loop, not without end', 'forcedConditions', 'while (a) b();', ['while (false) b();']],
    ['a loop without condition', 'forcedConditions', 'for (;;) b();', []],
    ['a check that is missing', 'missingOperands', 'x = a && b;', ['x = a;', 'x = b;']],
    ['a default that is missing', 'missingOperands', 'x = a ?? b;', ['x = a;', 'x = b;']],
    ['a bound', 'comparison', 'x = a < b;', ['x = a <= b;', 'x = a >= b;']],
    [
      'a bound in brackets',
      'comparison',
      'x = (a | b) >= (c);',
      ['x = (a | b) > (c);', 'x = (a | b) < (c);'],
    ],
    ['the bound of a whole condition', 'comparison', 'if (a > b) c();', ['if (a >= b) c();']],
    ['equality', 'comparison', 'x = a === b;', ['x = a !== b;']],
    ['equality as a whole condition, which is forced', 'comparison', 'if (a === b) c();', []],
    ['negation', 'missingNot', 'x = !a;', ['x = a;']],
    ['negation as a whole condition, which is forced', 'missingNot', 'if (!a) b();', []],
    ['a member of what may be absent', 'expectedPresence', 'a?.b.c;', ['a.b.c;']],
    ['an element, a call', 'expectedPresence', 'a?.[b]; c?.(d);', ['a[b]; c?.(d);', 'a?.[b]; c(d);']],
    ['a choice in the place of an object', 'expectedPresence', '(a ?? b)?.c;', ['(a ?? b).c;']],
    ['a call', 'missingStatement', 'a(); b();', [' b();', 'a(); ']],
    ['an assignment, a refusal', 'missingStatement', 'a = 1; throw b;', [' throw b;', 'a = 1; ']],
    ['an early end', 'missingStatement', 'function f() { if (a) { return; } }', []],
    [
      'one of two steps of a branch',
      'missingStatement',
      'if (a) { b(); c(); }',
      ['if (a) {  c(); }', 'if (a) { b();  }'],
    ],
    ['the one step of a branch, which is forced', 'missingStatement', 'if (a) b();', []],
    [
      'the one step of a branch with another',
      'missingStatement',
      'if (a) b(); else c();',
      ['if (a)  else c();', 'if (a) b(); else '],
    ],
    ['the end of a case', 'missingStatement', 'switch (a) { case b: break; }', []],
    [
      'a directive, a super class',
      'missingStatement',
      '"use x"; class A extends B { constructor() { super(); } }',
      [],
    ],
    [
      'a result',
      'missingResult',
      'const f = () => a(); function g() { return b(); }',
      [
        'const f = () => undefined; function g() { return b(); }',
        'const f = () => a(); function g() { return undefined; }',
      ],
    ],
    [
      'a result that is a literal',
      'missingResult',
      'const f = () => []; const g = () => ({ a }); const h = () => undefined;',
      [],
    ],
    ['a number', 'otherNumber', 'x = 8;', ['x = 9;', 'x = 7;']],
    ['zero', 'otherNumber', 'x = 0;', ['x = 1;']],
    ['truth', 'otherTruth', 'x = true;', ['x = false;']],
    ['a text', 'otherText', "x = 'a';", ["x = '';"]],
    ['an empty text', 'otherText', "x = '';", ["x = 'another';"]],
    ['a template', 'otherText', `x = \`a\${b}\`;`, ["x = '';"]],
    [
      'texts that are names',
      'otherText',
      "import a from 'b'; export * from 'c'; x = { 'd': 1 }; type T = 'e'; import('f');",
      [],
    ],
    ['the name of a type', 'otherText', "x = typeof a === 'string';", []],
    ['a list, an object', 'emptied', 'x = [a]; y = { a };', ['x = []; y = { a };', 'x = [a]; y = ({});']],
    ['what is empty, or a pattern', 'emptied', 'x = []; y = {}; const [a] = b; const { c } = d;', []],
    ['arithmetic', 'otherArithmetic', 'x = (a + b) * c;', ['x = (a + b) / c;', 'x = (a - b) * c;']],
    ['texts side by side', 'otherArithmetic', "x = a + 'b';", []],
    [
      'steps',
      'otherAssignment',
      'a += b; c++; d ??= e;',
      ['a -= b; c++; d ??= e;', 'a += b; c--; d ??= e;', 'a += b; c++; d = e;'],
    ],
    ['a call that is missing', 'otherCall', 'x = a.trim().b;', ['x = a.b;']],
    [
      'another call',
      'otherCall',
      'x = a.every(b); y = Math.min(c, d);',
      ['x = a.some(b); y = Math.min(c, d);', 'x = a.every(b); y = Math.max(c, d);'],
    ],
    ['a call of a name that all objects have', 'otherCall', 'x = a.toString(); y = a.constructor();', []],
  ])('%s: %s', (_, operator, code, expected) => {
    expect(changes(code, operator)).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    ['anchors', '/^a$/', ['/a$/', '/^a/']],
    ['a class, and its members', '/[a-c\\d_]/', ['/[^a-c\\d_]/', '/[\\d_]/', '/[a-c_]/', '/[a-c\\d]/']],
    ['a class that is the contrary', '/[^ab]/', ['/[ab]/', '/[^b]/', '/[^a]/']],
    ['members by number', '/[\\x21\\x23-\\x5b]/', ['/[^\\x21\\x23-\\x5b]/', '/[\\x23-\\x5b]/', '/[\\x21]/']],
    ['classes by name', '/\\d\\W/', ['/\\D\\W/', '/\\d\\w/']],
    ['how often', '/a*b+c?/', ['/a+b+c?/', '/a*b*c?/', '/a*b+c/']],
    [
      'how often, by number',
      '/a{2}b{1,3}c{0,}/',
      [
        '/a{1}b{1,3}c{0,}/',
        '/a{3}b{1,3}c{0,}/',
        '/a{2}b{0,3}c{0,}/',
        '/a{2}b{2,3}c{0,}/',
        '/a{2}b{1,2}c{0,}/',
        '/a{2}b{1,4}c{0,}/',
        '/a{2}b{1,3}c{1,}/',
      ],
    ],
    ['flags', '/a/gi', ['/a/i', '/a/g']],
    ['what is escaped', '/\\^\\$\\[\\*/', []],
    ['groups', '/(?:a)(?<b>c)(?!d)/', []],
  ])('patterns: %s', (_, code, expected) => {
    expect(changes(`x = ${code};`, 'otherPattern')).toEqual(expected.map((one) => `x = ${one};`));
  });
});

test('nothing that is only about types is changed', () => {
  const code = `
    interface A { a: 'b' | 1; c?: true }
    type D = A['a'] extends 'e' ? [1] : 2;
    declare const f: 'g';
    export type { A } from 'h';
    const i = <T extends 'j'>(k: T): k is T & 'l' => k as 'm' satisfies 'n';
  `;
  expect(mutantsOf('a.ts', code).map(({ operator }) => operator)).toEqual(['missingResult']);
});

describe('ids', () => {
  const idsOf = (code: string): readonly string[] => mutantsOf('a/b.ts', code).map(({ id }) => id);

  test('say file, place, original and replacement', () => {
    const code = 'class A { b = (c: number) => { if (c > 1) d(); } }';
    expect(idsOf(code)).toContain('a/b.ts | A.b | if (c > 1) d(); → if (true) d();');
    expect(idsOf('const x = 1;')).toContain('a/b.ts | x | const x = 1; → const x = 2;');
  });

  test('stay the same when lines move, and code around changes', () => {
    const code = 'export function f(a: string) {\n  return a.length > 3 && a.length < 9;\n}\n';
    const moved = code.replaceAll('\n', '\n\n  ').replace('{', '{\n// A remark.\nother();');
    expect(idsOf(moved)).toEqual(expect.arrayContaining([...idsOf(code)]));
  });

  test('number what looks alike', () => {
    const ids = idsOf('function f() { g(1); g(1); }').filter((id) => id.includes('g(2)'));
    expect(ids).toEqual(['a/b.ts | f | g(1); → g(2);', 'a/b.ts | f | g(1); → g(2); (2)']);
  });

  test('are unlike, and on one line, for long texts that begin alike', () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}`;
    const ids = idsOf(`f(${long},\n c);\nf(${long},\n d);`);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).not.toContain('\n');
  });
});

describe('rules leave out', () => {
  const ruleOf = (code: string): readonly (string | undefined)[] => [
    ...new Set(mutantsOf('a.ts', code).map(({ leftOut }) => leftOut)),
  ];

  test.each([
    ['the sentence of a refusal', `refuse(a, b, c ? 'd' : \`e\${f}\`);`],
    ['the sentence of a failure', "x = failure(a, b, 'c');"],
    ['the message of an error', "throw new TypeError('a');"],
  ])('text for people: %s', (_, code) => {
    const mutants = mutantsOf('a.ts', code).filter(({ operator }) => operator === 'otherText');
    expect(mutants.map(({ leftOut }) => leftOut)).toEqual(mutants.map(() => 'text for people'));
    expect(mutants.length).toBeGreaterThan(0);
  });

  test('nothing else of a refusal', () => {
    expect(ruleOf("refuse('a', 'b', c, { d: 1 });")).toEqual([undefined]);
  });

  test('a member that is undefined in place of absent, and not its contrary', () => {
    const code = 'x = { ...(a !== undefined && { a }) };';
    const mutants = mutantsOf('a.ts', code).filter(({ operator }) => operator === 'missingOperands');
    expect(mutants.map(({ leftOut }) => leftOut)).toEqual([undefined, 'absent or undefined']);
    expect(ruleOf('x = { ...(a && { a }) };')).toEqual([undefined]);
  });
});
