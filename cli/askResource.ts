// One request to the resource, to see how it answers: what comes of it is in the session.
import type { Session } from '../engine/sessionSurface.ts';
import { asUnreachable } from './failures.ts';

/** What an MCP endpoint wants to hear first; to others it means nothing. */
const ACCEPT = 'application/json, text/event-stream, */*;q=0.1';

/** @throws AuthError */
export async function askResource(session: Session): Promise<void> {
  const { resource } = session.id;
  const init = { headers: { accept: ACCEPT }, redirect: 'manual' } as const;
  const response = await session.fetch(resource, init).catch((thrown) => {
    throw asUnreachable(thrown, resource);
  });
  await response.body?.cancel();
}
