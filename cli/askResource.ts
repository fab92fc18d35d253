// Sends one request to the resource, to see how it answers. The session keeps the outcome.
import type { Session } from '../engine/sessionSurface.ts';
import { asUnreachable } from './failures.ts';

/** An MCP endpoint demands the first two types. Other resources answer with any type. */
const ACCEPT = 'application/json, text/event-stream, */*;q=0.1';

/**
 * Sends one GET to the resource of the session, and drops the body.
 * @throws AuthError `unreachable` when no answer comes, and as `session.fetch` does.
 */
export async function askResource(session: Session): Promise<void> {
  const { resource } = session.id;
  const init = { headers: { accept: ACCEPT }, redirect: 'manual' } as const;
  const response = await session.fetch(resource, init).catch((thrown) => {
    throw asUnreachable(thrown, resource);
  });
  await response.body?.cancel();
}
