// The time that a server has to answer, as a process measures it that may have stood still.

/** A timer that rings so much late, in milliseconds, tells that the process stood still: what has arrived meanwhile is unread. */
const STOOD_STILL = 500;
/** What such a process gets to read it, in milliseconds. */
const TO_READ = 1_000;

/**
 * Calls back when the time is over. A process that was stopped, or did not get its turn, wakes to its timers before it reads
 * what a server has answered: a refresh token would be taken for unanswered, and sent again (C03).
 * @returns what ends it.
 */
export function deadline(milliseconds: number, ring: () => void): () => void {
  const due = performance.now() + milliseconds;
  let timer = setTimeout(() => {
    if (performance.now() < due + STOOD_STILL) return ring();
    timer = setTimeout(ring, TO_READ);
  }, milliseconds);
  return () => clearTimeout(timer);
}
