// Waits for some time, or until a signal is given. Hosts and tests may give another function for this.
import type { AbortSignal } from '../../contract/platform.ts';

export type { Sleep } from '../../stores/sleep.ts';

/** Up to so many milliseconds a wait keeps the process alive: nobody notices it, and something follows it. */
const SHORT = 25;

/** The `Sleep` of the platform. A wait longer than 25 milliseconds does not keep the process alive by itself. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  // A signal that was given before sends no event again.
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    if (milliseconds > SHORT && typeof timer === 'object') timer.unref();
    signal.addEventListener('abort', done);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
