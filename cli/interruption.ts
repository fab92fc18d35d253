// Ctrl-C and similar signals: the work is cancelled, given two seconds to end, and the process ends.

/**
 * The exit codes that shells report for a process that a signal has ended: 128 and the number of the signal. SIGBREAK is
 * Ctrl-Break, and only Windows has it; there SIGHUP comes when the window is closed, and SIGTERM never.
 */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143, SIGBREAK: 149 } as const;

/** How long cancelling may take, in milliseconds. */
const GRACE = 2000;

/** Whether a signal came, and what happens then. */
export interface Interruption {
  /** Whether there was a signal. Then any failure is its effect, and is not reported. */
  came(): boolean;
  /** Sets the function that cancels the work. */
  onStop(stop: () => Promise<unknown>): void;
  /** Resolves to the exit code when the work is cancelled. Without a signal it never resolves. */
  readonly ended: Promise<number>;
}

/** Watches for signals from now on. A second one ends the process at once. */
export function watchSignals(): Interruption {
  let came = false;
  let stop: () => Promise<unknown> = async () => {};
  const ended = new Promise<number>((resolve) => {
    for (const [name, code] of Object.entries(exitCodes)) {
      process.on(name, () => {
        if (came) process.exit(code);
        came = true;
        process.stderr.write('\nauthchart: cancelled.\n');
        setTimeout(resolve, GRACE, code);
        void stop().then(
          () => resolve(code),
          () => resolve(code),
        );
      });
    }
  });
  return {
    came: () => came,
    onStop: (how) => {
      stop = how;
    },
    ended,
  };
}
