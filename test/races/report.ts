// What a run of the races has found: the figures, whether everything is as it must be, and the one line.
import type { Results, Started } from './figures.ts';

export interface Report {
  readonly line: string;
  readonly ok: boolean;
  readonly figures: object;
}

/** What there has to be at least: races that were not run have not been won. */
const LEAST = { library: 120, command: 25 } as const;

/** @param seconds that all of it took. */
export function report(results: Results, seconds: number): Report {
  const found = results.testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ meta }) => meta),
  );
  const started = found.flatMap((meta) => meta.started ?? []);
  const renewed = found.flatMap((meta) => meta.renewed ?? []);
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = results;
  const logins = {
    library: figuresOf(started.filter(({ by }) => by === 'library')),
    command: figuresOf(started.filter(({ by }) => by === 'command')),
  };
  const isShort =
    logins.library.logins < LEAST.library || logins.command.logins < LEAST.command || renewed.length === 0;
  const isWon = Object.values(logins).every(
    ({ logins: all, starts, pages, loggedIn }) => pages === all && loggedIn === starts,
  );
  const bad = [
    ...(failed > 0 ? [`${failed} FAILED`] : []),
    ...(skipped > 0 ? [`${skipped} SKIPPED`] : []),
    ...(isShort ? ['TOO FEW WERE RUN'] : []),
  ];
  const line = [
    `races: ${[`${passed} tests passed`, ...bad].join(', ')}`,
    ...Object.entries(logins).map(([by, all]) => `by ${by}: ${lineOf(all)}`),
    ...renewed.map((one) => {
      const { processes, expiries, refreshes, reuses } = one;
      return `${processes} processes, ${expiries} expiries: ${refreshes} refreshes, ${reuses} reuses`;
    }),
    `${Math.round(seconds)} s`,
  ].join('; ');
  const ok = results.success && skipped === 0 && !isShort && isWon;
  return { line, ok, figures: { tests: { passed, failed, skipped }, logins, renewed, started } };
}

type Figures = Readonly<Record<'logins' | 'starts' | 'pages' | 'loggedIn', number>>;

function figuresOf(started: readonly Started[]): Figures {
  const sum = (what: 'processes' | 'pages' | 'loggedIn') => started.reduce((all, one) => all + one[what], 0);
  return {
    logins: started.length,
    starts: sum('processes'),
    pages: sum('pages'),
    loggedIn: sum('loggedIn'),
  };
}

const lineOf = ({ logins, starts, pages, loggedIn }: Figures): string =>
  `${starts} starts of ${logins} logins, ${pages} pages, ${loggedIn} logged in`;
