// What the repository cites is in a register: an id that no register knows, or that is broken, fails here.
import { describe, expect, test } from 'vitest';
import { threatKinds, threats } from '../../contract/threats.ts';
import { citedIn, faultsIn, readSources } from './citations.ts';
import { malformedIn, registered, registeredThreats } from './ids.ts';

const sources = await readSources();

describe('the registers', () => {
  test('have ids of their form', () => {
    for (const id of registered) expect(id).toMatch(/^[A-Z]{3,5}-[1-9]\d?$/);
    for (const id of registeredThreats) expect(id).toMatch(/^[DWRATSCUMLP]\d\d$/);
    expect([...registered, ...registeredThreats].flatMap(malformedIn)).toEqual([]);
  });

  test('number the threats of each kind without a gap', () => {
    expect(registeredThreats).toHaveLength(243);
    for (const letter of Object.keys(threatKinds)) {
      const numbers = registeredThreats
        .filter((id) => id.startsWith(letter))
        .map((id) => Number(id.slice(1)));
      expect(numbers, letter).toEqual(numbers.map((_, index) => index + 1));
    }
  });

  test('say of each threat what it is, and what the engine does, in one sentence', () => {
    for (const id of registeredThreats) expect(threats[id], id).toMatch(/^[A-Z`‘][^\n]+: [^\n]+\.$/);
    expect(new Set(Object.values(threats)).size).toBe(registeredThreats.length);
  });
});

describe('every citation', () => {
  test('is of an id that a register knows', () => {
    expect(sources.length).toBeGreaterThan(300);
    expect(new Set(sources.flatMap(citedIn)).size).toBeGreaterThan(200);
    expect(sources.flatMap(faultsIn)).toEqual([]);
  });

  test.each<[string, string, string, readonly string[]]>([
    ['a line comment', 'a.ts', 'const a = 1; // D99: never', ['a.ts: no register knows D99']],
    ['a docstring', 'a.ts', '/** Twice (X17). */\nconst a = 1;', ['a.ts: no register knows X17']],
    ['a comment in a template', 'a.ts', `\`a \${b /* W18 */}\``, ['a.ts: no register knows W18']],
    [
      'a range',
      'a.ts',
      '// DISC-1…99',
      Array.from({ length: 85 }, (_, n) => `a.ts: no register knows DISC-${n + 15}`),
    ],
    ['a range of threats', 'a.ts', '// P09–P11', ['a.ts: no register knows P11']],
    ['a title', 'a.test.ts', `test('D46: a', f);`, ['a.test.ts: no register knows D46']],
    ['a table', 'a.test.ts', `test.each([['L15: a', 1]])('%s', f);`, ['a.test.ts: no register knows L15']],
    [
      'a title around',
      'a.test.ts',
      `describe('TOK-99', () => { test('a', f); });`,
      ['a.test.ts: no register knows TOK-99'],
    ],
    [
      'a spec list',
      'a.ts',
      `const a = { meta: { spec: ['TOK-1', 'TOK-0'] } };`,
      ['a.ts: no register knows TOK-0', 'a.ts: TOK-0 has not the form of an id'],
    ],
    ['a page', 'a.md', 'As *A37* says', ['a.md: no register knows A37']],
    ['an id without its zero', 'a.ts', '// W7: not used', ['a.ts: W7 has not the form of an id']],
    [
      'an id with a digit more',
      'a.test.ts',
      `test('D022', f);`,
      ['a.test.ts: D022 has not the form of an id'],
    ],
    [
      'an id without its hyphen',
      'a.ts',
      '/* TOK12, BIND 3, REG_4 */',
      ['TOK12', 'BIND 3', 'REG_4'].map((id) => `a.ts: ${id} has not the form of an id`),
    ],
    ['an id with a zero more', 'a.ts', '// DISC-01', ['a.ts: DISC-01 has not the form of an id']],
  ])('is found where it is wrong: %s', (_where, path, text, faults) => {
    expect(faultsIn({ path, text })).toEqual(faults);
  });

  test.each<[string, string, string]>([
    ['known ids', 'a.ts', '// D22, (W17), T22…24, AUTHZ-5…7, BIND-6'],
    ['texts of code', 'a.ts', `const a = 'X17'; call("D99", \`W99\`, /W98/);`],
    ['terms of the field', 'a.ts', '// PKCE with S256; C1 controls; RFC 9207 §2.4; SEP-2352; ES2023; UTF-8'],
    ['colours, hexadecimal, dates', 'a.ts', '// #D99, #A05A99, 0xD99, 2026-07-28T99:00, x-D99, D99-x'],
    ['what a test is given', 'a.test.ts', `test('a', () => { expect('X17').toBe('D99'); });`],
  ])('is not seen where there is none: %s', (_what, path, text) => {
    expect(faultsIn({ path, text })).toEqual([]);
  });
});
