// Runs the work of a command: gives it what it needs, and makes of how it ends an exit code.
import type { TraceFact } from '../contract/trace.ts';
import { type ExitCode, exitCodeOf, failureOf } from './failures.ts';
import type { Interruption } from './interruption.ts';
import { createPrinter, type OutputOptions, type Printer } from './printer.ts';

/** What a command works with. */
export interface Host {
  readonly printer: Printer;
  readonly interruption: Interruption;
  /** Shown what the chart does. */
  readonly onTrace?: (fact: TraceFact) => void;
}

/** @param url for advice in error messages. */
export type Perform = (
  output: OutputOptions,
  url: string | undefined,
  work: (host: Host) => Promise<ExitCode>,
) => Promise<void>;

/** @param end told the exit code. */
export function performer(interruption: Interruption, end: (code: ExitCode) => void): Perform {
  return async (output, url, work) => {
    const printer = createPrinter(output);
    try {
      end(await work({ printer, interruption }));
    } catch (thrown) {
      // Then this is only what the interruption did.
      if (interruption.came()) return;
      const failure = failureOf(thrown);
      printer.failure(failure, url);
      end(exitCodeOf(failure));
    }
  };
}
