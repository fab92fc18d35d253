// Waits for a chart to get somewhere, or to end: whoever waits for a chart that ends does not wait on, and hears no error of XState's.
import type { AuthActor, AuthSnapshot } from './sessionChart.ts';

/** @returns where the chart is then. It has ended where its status is not `active`. Never fails. */
export function untilReached(
  actor: AuthActor,
  isReached: (snapshot: AuthSnapshot) => boolean,
): Promise<AuthSnapshot> {
  const isOver = (snapshot: AuthSnapshot): boolean => snapshot.status !== 'active' || isReached(snapshot);
  return new Promise((resolve) => {
    if (isOver(actor.getSnapshot())) return resolve(actor.getSnapshot());
    const end = (): void => {
      subscription.unsubscribe();
      resolve(actor.getSnapshot());
    };
    const subscription = actor.subscribe({
      next: (snapshot) => isOver(snapshot) && end(),
      error: end,
      complete: end,
    });
  });
}
