// The report of the torture suite as JSON, for programs that watch a score.
import type { Outcome } from '../runCases.ts';

/** All that a report has. No secret is in it. */
export function reportOf(command: readonly string[], outcomes: readonly Outcome[]) {
  const count = (result: Outcome['result']): number => outcomes.filter((one) => one.result === result).length;
  return {
    command,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    cases: outcomes.map(
      ({ case: { id, kind, title, wants, source, why }, result, reason, requests, processes }) => ({
        id,
        kind,
        title,
        wants,
        source,
        why,
        result,
        ...(reason !== undefined && { reason }),
        processes: processes.map(({ end }) => end),
        requests: requests.map(({ number, to, step, method, url, status, refusal }) => ({
          number,
          to,
          step,
          method,
          url,
          status,
          ...(refusal !== undefined && { refusal }),
        })),
      }),
    ),
  };
}
