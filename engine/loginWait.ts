// How long requests wait for a person who logs in: so long, and no longer. The login goes on.
import type { Sleep } from '../actors/tools/sleep.ts';
import { AuthError } from '../contract/errors.ts';
import { loginPending } from './sessionFailures.ts';
import type { Fetching } from './sessionFetch.ts';

/** How often it is looked at whether a person is awaited by now, in milliseconds. */
const LOOK = 250;

/**
 * The session, as a request sees it that waits for a person so long at most. What servers take does not count.
 * @param most milliseconds.
 */
export function waitingAtMost(session: Fetching, most: number, sleep: Sleep): Fetching {
  const within = <T>(waiting: Promise<T>): Promise<T> => orPending(session, waiting, most, sleep);
  return {
    id: session.id,
    get snapshot() {
      return session.snapshot;
    },
    tell: (event) => session.tell(event),
    inHand: () => session.inHand(),
    prove: (token) => session.prove(token),
    mark: () => session.mark(),
    quiet: (signal) => within(session.quiet(signal)),
    usableToken: (signal) => within(session.usableToken(signal)),
  };
}

/** @throws AuthError `login_pending`; what the waiting throws. */
async function orPending<T>(session: Fetching, waiting: Promise<T>, most: number, sleep: Sleep): Promise<T> {
  const over = new AbortController();
  try {
    return await Promise.race([waiting, pendingAfter(session, most, sleep, over.signal)]);
  } finally {
    over.abort();
  }
}

async function pendingAfter(
  session: Fetching,
  most: number,
  sleep: Sleep,
  over: AbortSignal,
): Promise<never> {
  let wait = most;
  do {
    await sleep(wait, over);
    wait = LOOK;
  } while (!over.aborted && !session.snapshot.hasTag('needsUser'));
  throw new AuthError(loginPending(session.id));
}
