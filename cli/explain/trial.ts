// Tries how far a login would come: looks up all that a login looks up, and stops before it registers or opens anything.
import type { UserAgent } from '../../actors/userAgents/userAgent.ts';
import { AuthError, type Failure, failure, refuse } from '../../contract/errors.ts';
import type { Explanation } from '../../engine/explain.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { memoryStore } from '../../index.ts';
import type { AuthContext } from '../../machines/context.ts';
import { type FirstAnswer, firstAnswer } from '../askResource.ts';
import { failureOf } from '../failures.ts';
import type { SessionFlags } from '../options.ts';
import type { Host } from '../perform.ts';
import { withSession } from '../withSession.ts';

/** What a login would find. */
export interface Trial {
  /** How the resource answers without a token. Absent: it did not. */
  readonly answer?: FirstAnswer;
  readonly context: AuthContext;
  readonly explanation: Explanation;
  /** What would be in the way of a login. */
  readonly failure?: Failure;
}

const STOPPED = 'A login would go on here.';

/** A login ends where it asks this one for a redirect URI: before a client is registered, and before a page is opened. */
const stopping: UserAgent = {
  name: 'loopback',
  reserve: async () => refuse('cancelled', 'authorizing', STOPPED),
  present: async () => refuse('cancelled', 'authorizing', STOPPED),
  receive: async () => refuse('cancelled', 'authorizing', STOPPED),
  release: async () => {},
  dispose: async () => {},
};

/**
 * Tries out a login with an empty store in memory: nothing is stored, registered or opened. The way of `--grant` is not
 * tried, because another one than a code in a browser has no point to stop at.
 */
export function tryLogin(host: Host, resource: string, flags: SessionFlags): Promise<Trial> {
  const tried: SessionFlags = { ...flags, grant: 'code' };
  const instead = { userAgent: stopping, store: memoryStore() };
  return withSession(
    host,
    resource,
    tried,
    'ask',
    async (session) => {
      const thrown = await session.login({ scopes: flags.scope ?? [] }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const isStopped = thrown instanceof AuthError && thrown.message === STOPPED;
      const answer = await answerIn(session);
      return {
        ...(answer && { answer }),
        context: session.snapshot.context,
        explanation: session.explain(),
        ...(!isStopped && { failure: thrown === undefined ? unexpected : failureOf(thrown) }),
      };
    },
    instead,
  );
}

/** A challenge says enough. Any other answer is looked at once more. */
async function answerIn(session: Session): Promise<FirstAnswer | undefined> {
  const probes = session
    .explain()
    .steps.filter((step) => step.kind === 'request' && step.purpose === 'probe');
  const statuses = probes.map((step) => (step.kind === 'request' ? step.status : undefined));
  if (statuses.includes(401)) return { status: 401 };
  const hasAnswered = statuses.some((status) => status !== undefined);
  return hasAnswered ? firstAnswer(session).catch(() => undefined) : undefined;
}

const unexpected = failure(
  'internal',
  'authorizing',
  'The trial of a login was not stopped; please report it.',
);
