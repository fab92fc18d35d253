// Whether a run of the races counts as won: what was short of the rule, or was not run at all, ends it with 1.
import { describe, expect, it } from 'vitest';
import type { Results, Started } from './figures.ts';
import { report } from './report.ts';

type Metas = Results['testResults'][number]['assertionResults'];

const logins = (by: Started['by'], count: number): Metas =>
  Array.from({ length: count }, () => ({ meta: { started: { by, processes: 2, pages: 1, loggedIn: 2 } } }));
const renewed = { processes: 16, expiries: 50, refreshes: 50, reuses: 0 };
const all: Metas = [...logins('library', 120), ...logins('command', 25), { meta: { renewed } }];

const results = (metas: Metas, of: Partial<Results> = {}): Results => ({
  success: true,
  numPassedTests: metas.length,
  numFailedTests: 0,
  numPendingTests: 0,
  testResults: [{ assertionResults: [...metas] }],
  ...of,
});

describe('the report of the races', () => {
  it('says in one line how many started, what they opened, and who is logged in', () => {
    expect(report(results(all), 300.4)).toMatchObject({
      ok: true,
      line:
        'races: 146 tests passed; by library: 240 starts of 120 logins, 120 pages, 240 logged in; ' +
        'by command: 50 starts of 25 logins, 25 pages, 50 logged in; ' +
        '16 processes, 50 expiries: 50 refreshes, 0 reuses; 300 s',
    });
  });

  const one = (started: Partial<Started>): Metas => [
    ...all.slice(1),
    { meta: { started: { by: 'library', processes: 2, pages: 1, loggedIn: 2, ...started } } },
  ];
  it.each([
    ['a second page', results(one({ pages: 2 }))],
    ['one who is not logged in', results(one({ loggedIn: 1 }))],
    ['too few logins', results(all.slice(1))],
    ['no renewals', results(all.slice(0, -1))],
    ['a test that was skipped', results(all, { numPendingTests: 1 })],
    ['a test that failed', results(all, { success: false, numFailedTests: 1 })],
  ])('is not content with %s', (_, found) => {
    expect(report(found, 1).ok).toBe(false);
  });
});
