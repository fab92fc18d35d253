// Why a wait of our own ends: nobody looks at it.

/** The reason of a signal that only ends what waits for it: `abort` without one makes an error with its stack each time. */
export const OVER = new DOMException('What was waited for is over.', 'AbortError');
