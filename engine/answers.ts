// What an answer of the resource tells the chart: a challenge that it has to meet, or a grant that has proved itself.
import type { Challenge } from '../contract/facts.ts';
import type { AuthEvent } from '../machines/context.ts';
import { challengeIn, mayChallenge, type ResourceAnswer } from '../protocol/evidence.ts';
import { urlOf } from '../protocol/url.ts';
import type { AuthSnapshot } from './sessionChart.ts';

/** What of a session hears answers. */
export interface Hearing {
  readonly snapshot: AuthSnapshot;
  tell(event: AuthEvent): void;
  quiet(signal?: AbortSignal): Promise<AuthSnapshot>;
}

/** An answer that challenges, and which grant and operation it is about. */
export interface Challenged {
  readonly challenge: Challenge;
  /** Null: the request carried no token. */
  readonly grantVersion: string | null;
  readonly operation: string;
  /** When the request was sent, in the order of requests of the engine; undefined: not known. */
  readonly order?: number | undefined;
}

/** A grant may be fresh from its server, or one that was only remembered and is still to prove itself. */
export type Outcome = 'nothing new' | 'remembered' | 'renewed';

/** Tells the chart, waits for it, and says whether there is another grant to try. */
export async function meetChallenge(
  session: Hearing,
  { challenge, grantVersion, operation, order }: Challenged,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const spent = spentIn(session);
  const known = { challenge, grantVersion, operation, ...(order !== undefined && { order }) };
  session.tell({ type: 'challenge.received', ...known });
  const snapshot = await session.quiet(signal);
  const { grant } = snapshot.context;
  if (!snapshot.hasTag('canSend') || !grant || grant.version === grantVersion) return 'nothing new';
  return spentIn(session) > spent ? 'renewed' : 'remembered';
}

function spentIn(session: Hearing): number {
  const { authorizations, renewals } = session.snapshot.context.budget;
  return authorizations + renewals;
}

/**
 * The challenge that the chart must hear. Nearly every answer has none, and no header is read for that.
 * @param token what was sent.
 */
export function challengeOf(
  { status, headers }: Response,
  answer: ResourceAnswer,
  token: string | undefined,
): Challenge | undefined {
  return mayChallenge(status) ? challengeIn(answer, headers.get('www-authenticate'), token) : undefined;
}

/** What of an answer is evidence. Its URL is empty where the host's own `fetch` made it. */
export function answerOf({ status, url }: Response, resourceOrigin: string): ResourceAnswer {
  return { status, origin: originOf(url, resourceOrigin), resourceOrigin };
}

/** Nearly every answer is of the resource itself, and its URL need not be taken apart for that. */
function originOf(url: string | undefined, resourceOrigin: string): string | undefined {
  if (!url) return undefined;
  return url.startsWith(`${resourceOrigin}/`) ? resourceOrigin : urlOf(url)?.origin;
}
