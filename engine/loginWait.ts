// How long requests wait for a person who logs in: so long, and no longer. The login goes on.
import { keepAlive } from '../actors/tools/keepAlive.ts';
import type { Sleep } from '../actors/tools/sleep.ts';
import { AuthError } from '../contract/errors.ts';
import { loginPending } from './sessionFailures.ts';
import type { Fetching } from './sessionFetch.ts';

/** How often it is looked at whether a person is awaited by now, in milliseconds. */
const LOOK = 250;

/** How long a person is waited for. */
interface Patience {
  /** Milliseconds. */
  readonly most: number;
  readonly sleep: Sleep;
}

/**
 * The session, as a request sees it that waits for a person so long at most. What servers take does not count.
 * @param most milliseconds.
 */
export function waitingAtMost(session: Fetching, most: number, sleep: Sleep): Fetching {
  const patience = { most, sleep };
  return {
    id: session.id,
    get snapshot() {
      return session.snapshot;
    },
    tell: (event) => session.tell(event),
    inHand: () => session.inHand(),
    prove: (token) => session.prove(token),
    mark: () => session.mark(),
    quiet: (signal) => orPending(session, patience, signal, (until) => session.quiet(until)),
    usableToken: (signal) => orPending(session, patience, signal, (until) => session.usableToken(until)),
  };
}

/**
 * Whoever comes first ends the other, so that nothing waits on; and the process stays for as long as this takes.
 * @throws AuthError `login_pending`; what the waiting throws.
 */
async function orPending<T>(
  session: Fetching,
  patience: Patience,
  signal: AbortSignal | undefined,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const cancel = (): void => over.abort(signal?.reason);
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await keepAlive(Promise.race([wait(over.signal), pendingAfter(session, patience, over.signal)]));
  } finally {
    signal?.removeEventListener('abort', cancel);
    over.abort();
  }
}

async function pendingAfter(session: Fetching, { most, sleep }: Patience, over: AbortSignal): Promise<never> {
  let wait = most;
  do {
    await sleep(wait, over);
    wait = LOOK;
  } while (!over.aborted && !session.snapshot.hasTag('needsUser'));
  // Who waits beside hears of the signal by themselves.
  if (over.aborted) return new Promise<never>(() => {});
  throw new AuthError(loginPending(session.id));
}
