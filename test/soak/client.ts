// The host of a soak: many sessions of one engine, each of which goes on whatever happens to it.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AuthError,
  anySubject,
  createAuthEngine,
  type Engine,
  hostUserAgent,
  type Session,
} from '../../index.ts';

export interface Counts {
  calls: number;
  logins: number;
  /** How calls ended, by status, or by the code of an AuthError. */
  readonly ended: Record<string, number>;
  /** What was thrown and is neither an AuthError, nor the network's or the caller's own error. */
  readonly foreign: string[];
}

const REDIRECT = 'http://127.0.0.1/callback';

/** Whoever is led to a page consents, if the server lets them. */
export function soakEngine(counts: Counts): Engine {
  const engine: Engine = createAuthEngine({
    client: { name: 'authchart soak' },
    policy: { interaction: 'auto', requestTimeout: 2_000, loginTimeout: 5_000 },
    userAgent: hostUserAgent({
      redirectUri: REDIRECT,
      present: async ({ url }) => {
        counts.logins += 1;
        void consent(engine, url);
      },
    }),
  });
  return engine;
}

async function consent(engine: Engine, url: string): Promise<void> {
  const response = await fetch(url, { redirect: 'manual' }).catch(() => undefined);
  await response?.body?.cancel();
  const location = response?.headers.get('location');
  if (location?.startsWith(REDIRECT))
    await engine.complete(location, { subject: anySubject }).catch(() => {});
}

/** Uses one session until `end`. */
export async function live(session: Session, counts: Counts, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    const ended = await act(session).catch((thrown: unknown) => nameOf(thrown, counts));
    counts.calls += 1;
    counts.ended[ended] = (counts.ended[ended] ?? 0) + 1;
    await sleep(Math.random() * 400);
  }
}

async function act(session: Session): Promise<string> {
  const dice = Math.random();
  if (dice < 0.03) return session.logout().then(() => 'logged out');
  if (dice < 0.06) return session.login().then(() => 'logged in');
  if (dice < 0.08) return session.cancel().then(() => 'cancelled by hand');
  const signal = dice < 0.12 ? AbortSignal.timeout(Math.ceil(Math.random() * 50)) : undefined;
  const response = await session.fetch(session.id.resource, {
    ...(signal && { signal }),
    method: 'POST',
    body: '{}',
  });
  await response.arrayBuffer();
  return String(response.status);
}

function nameOf(thrown: unknown, { foreign }: Counts): string {
  if (thrown instanceof AuthError) return thrown.code;
  const isKnown =
    thrown instanceof DOMException ||
    (thrown instanceof TypeError && /fetch failed|terminated/.test(thrown.message));
  if (!isKnown) foreign.push(String(thrown));
  return isKnown ? thrown.name : 'foreign';
}
