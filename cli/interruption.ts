// Ctrl-C and its like: what is under way is cancelled, waited for briefly, and the process ends.

/** What shells report for a process that a signal has ended: 128 and its number. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** How long cancelling may take, in milliseconds. */
const GRACE = 2000;

export interface Interruption {
  /** Whether there was a signal: then all that goes wrong is its doing. */
  came(): boolean;
  /** Sets what cancels the work under way. */
  onStop(stop: () => Promise<unknown>): void;
  /** The exit code, once everything is cancelled; never without a signal. */
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
