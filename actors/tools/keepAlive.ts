// Keeps a process alive while something goes on that was asked for, and that nothing else in the process waits for.

/** The longest interval that timers can do, in milliseconds. */
const LONGEST = 2_147_483_647;

/**
 * Waits for the work, and keeps the process alive until it has ended: whoever asked for a login is told how it ends, also
 * where it is another process that leads the person (AUTHZ-12).
 */
export async function keepAlive<Result>(work: Promise<Result>): Promise<Result> {
  const timer = setInterval(() => {}, LONGEST);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
