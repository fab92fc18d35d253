// The scanner: texts, words and marks of TypeScript, without comments and regular expressions.
import { describe, expect, test } from 'vitest';
import { commentsOf, tokensOf } from './tokens.ts';

const textsIn = (source: string): readonly string[] =>
  tokensOf(source).flatMap(({ kind, value }) => (kind === 'text' ? value : []));

describe('texts', () => {
  test.each<[string, string, readonly string[]]>([
    ['in any quotes', `['a', "b", \`c\`]`, ['a', 'b', 'c']],
    ['with quotes of another kind', `'a "b"' + "c 'd'" + \`'e' "f"\``, ['a "b"', "c 'd'", `'e' "f"`]],
    [
      'with escaped quotes',
      String.raw`'it\'s', "a\"b", ${'`c\\`d`'}`,
      [String.raw`it\'s`, String.raw`a\"b`, 'c\\`d'],
    ],
    ['that end with a backslash', String.raw`'a\\', 'b'`, [String.raw`a\\`, 'b']],
    ['over lines', '`a\nb`', ['a\nb']],
    ['templates without what is put in', `\`a \${\`b \${"c"}\`} d\``, ['a  d']],
    ['templates with braces and comments inside', `\`a \${[{ x: '}' }] /* } \` */} b\`, 'c'`, ['a  b', 'c']],
    ['templates with a dollar', '`a $b {c} $`', ['a $b {c} $']],
    ['not in comments', "// 'a'\n/* 'b'\n * `c` */ 'd' // 'e'", ['d']],
    ['with what looks like a comment', "'https://a.example', '/* b */'", ['https://a.example', '/* b */']],
    ['not in regular expressions', String.raw`[/'/, /\/'[/'"]/u, 'a']; x.match(/"/g); return /'/;`, ['a']],
    ['after divisions', "a / b / 'c'; (d) / 2 / 'e'; f[0] / 'g'", ['c', 'e', 'g']],
  ])('%s', (_what, source, texts) => {
    expect(textsIn(source)).toEqual(texts);
  });
});

describe('comments', () => {
  test.each<[string, string, readonly string[]]>([
    ['of lines', 'a(); // b\n// c', ['// b', '// c']],
    ['of blocks, and docstrings', '/* a */ b; /** c\n * d */', ['/* a */', '/** c\n * d */']],
    ['within templates', `\`a \${b /* c */} // d\``, ['/* c */']],
    ['not in texts and regular expressions', `'// a'; "/* b */"; x.match(/\\/\\/c/);`, []],
  ])('%s', (_what, source, comments) => {
    expect(commentsOf(source)).toEqual(comments);
  });
});

test('words and marks', () => {
  expect(tokensOf('const äb_1 = (x) => x.y;').map(({ kind, value }) => `${kind} ${value}`)).toEqual([
    'word const',
    'word äb_1',
    'mark =',
    'mark (',
    'word x',
    'mark )',
    'mark =>',
    'word x',
    'mark .',
    'word y',
    'mark ;',
  ]);
});

test.each(["'a", '`a', '`a ${', '`a ${b', '/* a', '}', '\\', ''])(
  'what does not compile comes to an end: %j',
  (source) => {
    expect(tokensOf(source).length).toBeLessThan(5);
  },
);
