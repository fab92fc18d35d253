// Waits for a while, or until a signal: the system's timers, unless the host has others.

export type { Sleep } from '../../contract/sleep.ts';

/** Waits that keep a process alive: too short for anyone to notice, and somebody is waiting for what follows. */
const SHORT = 25;

/** A timer that does not keep a process alive by itself. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  // A signal that has ended already tells nobody again.
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    if (milliseconds > SHORT && typeof timer === 'object') timer.unref();
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
