// Runs the work of a command: gives it what it needs, and turns its outcome into an exit code.
import type { TraceFact } from '../contract/trace.ts';
import { type ExitCode, exitCodeOf, failureOf } from './failures.ts';
import type { Interruption } from './interruption.ts';
import type { StoreOptions } from './options.ts';
import { createPrinter, type OutputOptions, type Printer } from './printer.ts';

/** What a command works with. */
export interface Host {
  readonly printer: Printer;
  readonly interruption: Interruption;
  /** Called with each fact of what the chart does. */
  readonly onTrace?: (fact: TraceFact) => void;
  /** What to do where the browser is on another machine, for the sentence with the address. */
  readonly elsewhere?: string;
  /** How long answers may be silent, in milliseconds: see `nodeFetch`. */
  readonly silence?: number;
  /** Sees every request that the engine sends. */
  readonly through?: (send: typeof globalThis.fetch) => typeof globalThis.fetch;
}

/**
 * Runs the work of a command, and reports its failure. It never rejects.
 * @param flags What is printed; and whose login it is, for advice in error messages.
 * @param url The URL that the command was run for, for advice in error messages.
 */
export type Perform = (
  flags: OutputOptions & StoreOptions,
  url: string | undefined,
  work: (host: Host) => Promise<ExitCode>,
) => Promise<void>;

/** Makes the `Perform` of one command line. @param end Called with the exit code. */
export function performer(interruption: Interruption, end: (code: ExitCode) => void): Perform {
  return async (flags, url, work) => {
    const printer = createPrinter(flags);
    try {
      end(await work({ printer, interruption }));
    } catch (thrown) {
      // Then the failure is only an effect of the interruption.
      if (interruption.came()) return;
      const failure = failureOf(thrown);
      printer.failure(failure, url);
      if (failure.code === 'interaction_required' && url !== undefined)
        await noteOtherLogins(printer, url, flags);
      end(exitCodeOf(failure));
    }
  };
}

/** Says which other logins there are, where one is missing. A store that cannot be read is no failure of its own here. */
export async function noteOtherLogins(printer: Printer, url: string, flags: StoreOptions): Promise<void> {
  const [{ recordsIn }, { otherLoginsAt, storedSessions }] = await Promise.all([
    import('./withSession.ts'),
    import('./stored.ts'),
  ]);
  const sessions = await storedSessions(recordsIn(flags, printer), () => {}).catch(() => []);
  const others = otherLoginsAt(sessions, url, flags);
  if (others !== undefined) printer.note(others);
}
