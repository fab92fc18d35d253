// Waits of homes: for the next look, for the next try to subscribe.

/** Ends after so many milliseconds, or with the signal. It keeps no process alive, and leaves nothing on the signal. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    if (typeof timer === 'object') timer.unref();
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
