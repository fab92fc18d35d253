// Waits for an absolute time: a deadline that survives a restart of the chart.
import type { Act, Tools } from '../tools/tools.ts';

/** The longest wait that timers can do; a longer one is made of several. */
const LONGEST = 2_147_483_647;

/** Waits until an epoch time in milliseconds; for ever where none is given. */
export const waitUntil: Act<'waitUntil'> =
  (tools) =>
  async ({ at }, signal) => {
    if (at === undefined) await forever(signal);
    for (let left = (at ?? 0) - tools.now(); left > 0 && !signal.aborted; left = (at ?? 0) - tools.now()) {
      await tools.sleep(Math.min(left, LONGEST), signal);
    }
    return { at: tools.now() };
  };

/** Long enough for requests of one moment to meet, too short for a person to notice; in milliseconds. */
const GATHERING = 25;

/** Waits for 25 milliseconds, so that challenges of the same moment lead to one step-up (STEP-5). */
export const gatherChallenges: Act<'gatherChallenges'> = (tools: Tools) => async (_input, signal) => {
  await tools.sleep(GATHERING, signal);
  return { at: tools.now() };
};

function forever(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
