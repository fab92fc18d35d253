// A recorded run is read back line by line, within bounds; what is no fact is counted, and left out.
import { describe, expect, test } from 'vitest';
import { readFact, readTrace } from '../../protocol/trace.ts';

const fact = {
  kind: 'request',
  at: 1,
  session: { resource: 'https://r.example/mcp', subject: '', label: '' },
  purpose: 'token',
  method: 'POST',
  url: 'https://as.example/token',
} as const;
const line = JSON.stringify(fact);

describe('readFact', () => {
  test('reads a line of 64 KiB, and no longer one', () => {
    expect(readFact(line)).toEqual(fact);
    expect(readFact(line.padEnd(64 * 1024))).toEqual(fact);
    expect(readFact(line.padEnd(64 * 1024 + 1))).toBeUndefined();
  });

  test.each([
    ['no JSON', 'nonsense'],
    ['a list', `[${line}]`],
    ['another kind', line.replace('request', 'secret')],
    ['a member of another type', line.replace('"at":1', '"at":"1"')],
    ['a member that is missing', line.replace('"at":1,', '')],
    ['nothing', ''],
  ])('makes nothing of %s', (_, text) => {
    expect(readFact(text)).toBeUndefined();
  });
});

describe('readTrace', () => {
  test('keeps the order, and counts what is none of ours', () => {
    const other = { ...fact, at: 2 };
    const text = `${line}\nnonsense\n${JSON.stringify(other)}\n{}\n`;
    expect(readTrace(text)).toEqual({ facts: [fact, other], skipped: 2 });
  });

  test('does not count empty lines', () => {
    expect(readTrace(`\n  \n\r\n${line}\n\t`)).toEqual({ facts: [fact], skipped: 0 });
    expect(readTrace('')).toEqual({ facts: [], skipped: 0 });
  });

  test('reads 100,000 lines, and counts the others', () => {
    const text = `${'x\n'.repeat(99_999)}${line}\n${line}\n`;
    expect(readTrace(text)).toEqual({ facts: [fact], skipped: 100_000 });
  });
});
