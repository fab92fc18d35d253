// The host's clock and timers, guarded: where they fail, the system's take their place, and the host is told.
import { type Sleep, sleep as systemSleep } from '../actors/tools/sleep.ts';
import { hearRejection, type TellDefect } from './defects.ts';

/** The time in epoch milliseconds. A clock that fails, or gives no time, is a defect. */
export function guardedNow(now: () => number, tell: TellDefect): () => number {
  return () => {
    try {
      const at = now();
      if (Number.isFinite(at)) return at;
      tell(new TypeError('The option `now` gave no finite number of milliseconds.'));
      hearRejection(at, tell);
    } catch (error) {
      tell(error);
    }
    return Date.now();
  };
}

/** Timers that never fail, as their contract says. */
export function guardedSleep(sleep: Sleep, tell: TellDefect): Sleep {
  return async (milliseconds, signal) => {
    try {
      await sleep(milliseconds, signal);
    } catch (error) {
      if (signal.aborted) return;
      tell(error);
      await systemSleep(milliseconds, signal);
    }
  };
}
