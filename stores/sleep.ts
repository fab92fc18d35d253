// What everybody who waits is given to wait with: the system's timers, or those of a host.
import type { AbortSignal } from '../contract/platform.ts';

/** Ends after so many milliseconds, or as soon as the signal is given; it never fails. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;
