// An engine that is disposed of does nothing any more, and says so.
import type { HostTools } from '../actors/tools/hostOptions.ts';
import { refuse } from '../contract/errors.ts';

/** @throws AuthError `engine_disposed` once `engine.dispose()` was called. */
export function refuseDisposed({ closing }: Pick<HostTools, 'closing'>): void {
  if (closing.aborted) refuseAfterwards();
}

/** @throws AuthError `engine_disposed` */
export function refuseAfterwards(): never {
  return refuse(
    'engine_disposed',
    'configuring',
    'This engine was disposed of and does nothing any more; make another one with createAuthEngine.',
  );
}
