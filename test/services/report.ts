// What a run of the services' tests has found: the figures, whether everything is as it must be, and the one line.
import type { Figures, Results } from './figures.ts';

export interface Report {
  readonly line: string;
  readonly ok: boolean;
  readonly figures: object;
}

/**
 * @param files that were to be run.
 * @param seconds that all of it took.
 */
export function report(results: Results, files: readonly string[], seconds: number): Report {
  const found = results.testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ meta }) => meta.figures ?? []),
  );
  const first = <Of extends keyof Figures>(of: Of): Figures[Of] => found.find((one) => one[of])?.[of];
  const tests = {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    skipped: results.numPendingTests,
    missing: files.filter((file) => !results.testResults.some(({ name }) => name.endsWith(`/${file}`))),
  };
  const grants = { table: first('table'), lookup: first('lookup'), latency: first('latency') };
  const races = found.flatMap(({ race }) => race ?? []);
  const parts = [
    `services: ${testsLine(tests, races)}`,
    ...grantsLine(grants),
    ...racesLine(races),
    `${Math.round(seconds)} s`,
  ];
  const statements = Object.fromEntries(found.flatMap((one) => Object.entries(one.statements ?? {})));
  return {
    line: parts.join('; '),
    // Here every server is there: nothing has a reason to be skipped.
    ok: results.success && tests.skipped === 0 && tests.missing.length === 0,
    figures: { tests, ...grants, statements, races },
  };
}

type Tests = Readonly<{ passed: number; failed: number; skipped: number; missing: readonly string[] }>;
type Races = readonly NonNullable<Figures['race']>[];

function testsLine({ passed, failed, skipped, missing }: Tests, races: Races): string {
  const bad = [
    ...(failed > 0 ? [`${failed} FAILED`] : []),
    ...(skipped > 0 ? [`${skipped} SKIPPED`] : []),
    ...missing.map((file) => `${file} WAS NOT RUN`),
  ];
  const servers = races.map(({ server }) => server.replace(/\..*/, '')).join(' and ');
  return [`${passed} tests passed`, ...bad].join(', ') + (servers && ` on ${servers}`);
}

function grantsLine({ table, lookup, latency }: Pick<Figures, 'table' | 'lookup' | 'latency'>): string[] {
  if (!table || !lookup || !latency) return [];
  const read = `1 indexed read (${lookup.median} buffers) each`;
  return [`${table.grants} grants, ${read}, get among them ${latency.ratio.toFixed(2)}x of among 1000`];
}

function racesLine(races: Races): string[] {
  return races.map(({ server, processes, expiries, refreshes, reuses }) => {
    const outcome = `${refreshes} refreshes, ${reuses} reuses`;
    return `${processes} processes, ${expiries} expiries on ${server.replace(/ .*/, '')}: ${outcome}`;
  });
}
