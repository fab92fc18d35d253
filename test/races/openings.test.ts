// Which openings of a page are counted.
import { expect, it } from 'vitest';
import { pagesIn } from './openings.ts';

const open = (url: string, at: number) => ({ url, at });

it('AUTHZ-12: two pages are two, and one that is opened twice at once is two', () => {
  expect(pagesIn([open('a', 0), open('b', 10)])).toEqual(['a', 'b']);
  expect(pagesIn([open('a', 0), open('a', 3_000)])).toEqual(['a', 'a']);
});

it('AUTHZ-12: one that is opened again for somebody who asks later is one', () => {
  expect(pagesIn([open('a', 0), open('a', 3_001)])).toEqual(['a']);
});
