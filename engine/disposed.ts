// An engine that is disposed of does nothing any more, and says so.
import type { HostTools } from '../actors/tools/hostOptions.ts';
import { refuseAfterwards } from './underWay.ts';

/** @throws AuthError `engine_disposed` once `engine.dispose()` was called. */
export function refuseDisposed({ closing }: Pick<HostTools, 'closing'>): void {
  if (closing.aborted) refuseAfterwards();
}
