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
 * @param isWhole every server is there; otherwise tests of those that are not there are skipped.
 */
export function report(
  results: Results,
  files: readonly string[],
  seconds: number,
  isWhole: boolean,
): Report {
  const found = results.testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ meta }) => meta.figures ?? []),
  );
  const first = <Of extends keyof Figures>(of: Of): Figures[Of] => found.find((one) => one[of])?.[of];
  const tests = {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    skipped: results.numPendingTests,
    isWhole,
    missing: files.filter((file) => !results.testResults.some(({ name }) => name.endsWith(`/${file}`))),
  };
  const grants = { table: first('table'), lookup: first('lookup'), latency: first('latency') };
  const races = found.flatMap(({ race }) => race ?? []);
  const failovers = found.flatMap(({ failover }) => failover ?? []);
  const parts = [
    `services: ${testsLine(tests, races)}`,
    ...grantsLine(grants),
    ...racesLine(races),
    ...failovers.map(failoverLine),
    `${Math.round(seconds)} s`,
  ];
  const statements = Object.fromEntries(found.flatMap((one) => Object.entries(one.statements ?? {})));
  return {
    line: parts.join('; '),
    // Where every server is there, nothing has a reason to be skipped.
    ok: results.success && (tests.skipped === 0 || !isWhole) && tests.missing.length === 0,
    figures: { tests, ...grants, statements, races, failovers },
  };
}

type Tests = Readonly<
  Record<'passed' | 'failed' | 'skipped', number> & { isWhole: boolean; missing: readonly string[] }
>;
type Failover = NonNullable<Figures['failover']>;
type Races = readonly NonNullable<Figures['race']>[];

function testsLine({ passed, failed, skipped, isWhole, missing }: Tests, races: Races): string {
  const bad = [
    ...(failed > 0 ? [`${failed} FAILED`] : []),
    ...(skipped > 0 ? [`${skipped} ${isWhole ? 'SKIPPED' : 'left out'}`] : []),
    ...missing.map((file) => `${file} WAS NOT RUN`),
  ];
  const servers = [...new Set(races.map(({ server }) => server.replace(/\..*/, '')))].join(', ');
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
    return `${processes} processes, ${expiries} expiries on ${server.replace(/ [\d.]+$/, '')}: ${outcome}`;
  });
}

function failoverLine({ how, guard, acknowledged, lost, refreshes, reuses }: Failover): string {
  const writes = acknowledged === undefined ? '' : `${lost} of ${acknowledged} writes lost`;
  const spent = refreshes === undefined ? '' : `${refreshes} refreshes, ${reuses} reuses`;
  return `${how}, ${guard}: ${writes}${spent}`;
}
