// Waits that end when their signal is given.
import { AuthError, failure, type Phase } from '../../contract/errors.ts';

/** The error of everything that was cancelled: AuthError `cancelled`. */
function cancelled(phase: Phase): AuthError {
  const what = phase === 'authorizing' ? 'The login' : 'The request';
  return new AuthError(failure('cancelled', phase, `${what} was cancelled.`));
}

/**
 * Does nothing unless the signal has been given.
 * @throws AuthError `cancelled` when it has.
 */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled('authorizing');
}

/**
 * Waits for the work or the signal, whichever comes first. It leaves no listener on the signal.
 * It does not stop the work: give the signal to the work, too.
 * @param phase Where the error says that it happened.
 * @throws AuthError `cancelled` when the signal came first; else what the work threw.
 */
export function orCancelled<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  phase: Phase = 'authorizing',
): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(cancelled(phase));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
