// Ctrl-C and similar signals, and output that nobody reads or that cannot be written: the work is cancelled, given two seconds to end, and the process ends.
import { systemCode } from './failures.ts';

/**
 * The exit codes that shells report for a process that a signal has ended: 128 and the number of the signal. SIGBREAK is
 * Ctrl-Break, and only Windows has it; there SIGHUP comes when the window is closed, and SIGTERM never.
 */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143, SIGBREAK: 149 } as const;

/** What the system says when the reader of the output has ended (`authchart fetch … | head`): that is no trouble of ours. */
const readerHasGone: ReadonlySet<string> = new Set(['EPIPE', 'EOF', 'ECONNRESET']);

/** How long cancelling may take, in milliseconds. */
const GRACE = 2000;

/** Whether a signal came, and what happens then. */
export interface Interruption {
  /** Whether there was a signal. Then any failure is its effect, and is not reported. */
  came(): boolean;
  /** Sets the function that cancels the work. */
  onStop(stop: () => Promise<unknown>): void;
  /**
   * Sets the function that ends the work, for a command that runs until it is told to end: it says nothing, and exits with
   * 0. It is called, too, when nobody reads standard output any more.
   */
  onEnd(end: () => Promise<unknown>): void;
  /** Resolves to the exit code when the work is cancelled. Without a signal, or output that fails, it never resolves. */
  readonly ended: Promise<number>;
}

/** Watches for signals from now on. A second one ends the process at once. */
export function watchSignals(): Interruption {
  let came = false;
  let runs = false;
  let stop: () => Promise<unknown> = async () => {};
  const ended = new Promise<number>((resolve) => {
    const begin = (code: number): void => {
      came = true;
      setTimeout(resolve, GRACE, code);
      void stop().then(
        () => resolve(code),
        () => resolve(code),
      );
    };
    for (const [name, code] of Object.entries(exitCodes)) {
      process.on(name, () => {
        if (came) process.exit(runs ? 0 : code);
        if (!runs) process.stderr.write('\nauthchart: cancelled.\n');
        begin(runs ? 0 : code);
      });
    }
    process.stdout.on('error', (error: Error & { readonly code?: string }) => {
      const isUnread = readerHasGone.has(error.code ?? '');
      if (!isUnread)
        process.stderr.write(
          `authchart: The output cannot be written (${systemCode(error) ?? error.name}). Check where it goes, such as the space on its disk, and try again.\n`,
        );
      if (!runs) process.exit(1);
      if (!came) begin(isUnread ? 0 : 1);
    });
  });
  return {
    came: () => came,
    onStop: (how) => {
      stop = how;
    },
    onEnd: (how) => {
      runs = true;
      stop = how;
    },
    ended,
  };
}
