// Whether a subscription still stands: a connection can die without a word.
import { pause } from './pause.ts';

/** Time between two questions whether a subscription still stands, and for the answer, in milliseconds. */
const EVERY = 15_000;
const PATIENCE = 10_000;

/**
 * Asks now and then whether a subscription still stands.
 * @param ask subscribes once more, which changes nothing where the subscription stands.
 * @param broken is called once when there was no answer, or a bad one.
 * @returns ends it.
 */
export function keepAsking(ask: () => Promise<unknown>, broken: () => void): () => void {
  const over = new AbortController();
  const isAnswered = async (): Promise<boolean> => {
    const answered = ask().then(
      () => true,
      () => false,
    );
    return Promise.race([answered, pause(PATIENCE, over.signal).then(() => false)]);
  };
  const run = async (): Promise<void> => {
    for (;;) {
      await pause(EVERY, over.signal);
      if (over.signal.aborted) return;
      const stands = await isAnswered();
      if (over.signal.aborted) return;
      if (!stands) return broken();
    }
  };
  void run();
  return () => over.abort();
}
