// Text that fits a terminal: nothing is cut off, and no line is longer than it may be.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { broken, grid, wrapped } from '../../cli/layout.ts';

describe('a grid', () => {
  const rows = [
    ['RESOURCE', 'LABEL', 'SCOPES'],
    ['https://mcp.example.com/a/long/path/mcp', 'work', 'notes:read notes:write'],
  ];

  test('is as wide as its texts where there is room', () => {
    expect(grid(rows, 80)).toEqual([
      'RESOURCE                                 LABEL  SCOPES',
      'https://mcp.example.com/a/long/path/mcp  work   notes:read notes:write',
    ]);
  });

  test('goes on in the next line where there is less', () => {
    expect(grid(rows, 40)).toEqual([
      'RESOURCE         LABEL  SCOPES',
      'https://         work   notes:read',
      'mcp.example.            notes:write',
      'com/a/long/',
      'path/mcp',
    ]);
  });

  test('is none where words would have to be broken into pieces', () => {
    expect(grid(rows, 24)).toBeUndefined();
  });

  test('fits every width that it takes, and has every character', () => {
    const cell = fc.stringMatching(/^[a-z/. ]{0,40}$/).map((text) => text.trim());
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(table, fc.integer({ min: 20, max: 100 }), (texts, width) => {
        const lines = grid(texts, width);
        if (!lines) return;
        expect(lines.filter((line) => line.length > width)).toEqual([]);
        const sorted = (text: string) => [...text.replaceAll(' ', '')].sort().join('');
        expect(sorted(lines.join(''))).toBe(sorted(texts.flat().join('')));
      }),
    );
  });
});

test('a text is broken at a space, else behind a separator, else where the line ends', () => {
  expect(broken('one two three', 8)).toEqual(['one two', 'three']);
  expect(broken('https://a.example/b', 12)).toEqual(['https://', 'a.example/b']);
  expect(broken('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
});

test('a sentence keeps its addresses whole', () => {
  expect(wrapped('open https://accounts.example.com/login now', 2, 20)).toBe(
    '  open\n  https://accounts.example.com/login\n  now\n',
  );
});
