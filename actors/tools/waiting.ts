// Waits that end when their signal is given.
import { AuthError, failure, type Phase } from '../../contract/errors.ts';

/** The error of everything that was cancelled: AuthError `cancelled`. */
function cancelled(phase: Phase): AuthError {
  const what = phase === 'authorizing' ? 'The login' : 'The request';
  return new AuthError(failure('cancelled', phase, `${what} was cancelled.`));
}

/**
 * Does nothing unless one of the signals has been given.
 * @throws AuthError `cancelled` when it has.
 */
export function throwIfCancelled(...signals: readonly AbortSignal[]): void {
  if (signals.some(({ aborted }) => aborted)) throw cancelled('authorizing');
}

/** What each owner that can close has under way. Its signal gets one listener, whatever their number. */
const underWay = new WeakMap<AbortSignal, Set<AbortController>>();

function underWayOf(closing: AbortSignal): Set<AbortController> {
  const known = underWay.get(closing);
  if (known) return known;
  const all = new Set<AbortController>();
  underWay.set(closing, all);
  closing.addEventListener('abort', () => all.forEach((one) => void one.abort()), { once: true });
  return all;
}

/**
 * Does the work with a signal that is given when one of two is, and leaves nothing on them. `AbortSignal.any` would: in
 * Node it keeps a note on each of its signals for as long as that lives.
 * @param closing of an owner of much work, who lives long: an engine, a user agent.
 */
export async function untilEither<T>(
  signal: AbortSignal,
  closing: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const either = new AbortController();
  const stop = () => either.abort();
  if (signal.aborted || closing.aborted) stop();
  const all = underWayOf(closing);
  all.add(either);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(either.signal);
  } finally {
    signal.removeEventListener('abort', stop);
    all.delete(either);
  }
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
    // Once: the work may never end, and a listener left on a signal made of others is held by the platform for ever.
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * Waits for the work, or until its owner closes: whoever waits for a store that hangs does not wait on then.
 * @param closing of an owner of much work, who lives long. It gets one listener, whatever waits.
 * @throws AuthError `cancelled` when it closed first; else what the work threw.
 */
export async function orClosed<T>(work: Promise<T>, closing: AbortSignal, phase: Phase): Promise<T> {
  const over = new AbortController();
  if (closing.aborted) over.abort();
  const all = underWayOf(closing);
  all.add(over);
  try {
    return await orCancelled(work, over.signal, phase);
  } finally {
    all.delete(over);
  }
}
