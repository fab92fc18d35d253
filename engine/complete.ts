// Finishes a login by its callback URL, wherever it was started (AUTHZ-10, AUTHZ-13).
import { storeResponse } from '../actors/records/pendingRequest.ts';
import { untilSpent } from '../actors/records/untilSpent.ts';
import { digest } from '../actors/tools/digest.ts';
import type { Tools } from '../actors/tools/tools.ts';
import { AuthError, refuse } from '../contract/errors.ts';
import { stateOf } from '../protocol/authorizationResponse.ts';
import { placeOf } from '../protocol/text.ts';
import { urlOf } from '../protocol/url.ts';
import { type Key, keys, type PendingRecord } from '../stores/records.ts';
import { refuseDisposed } from './disposed.ts';
import { anySubject, type CompleteOptions } from './engineSurface.ts';
import { judgeCallbackUrl, judgeCompleteOptions } from './options/session.ts';
import type { EngineSession } from './session.ts';
import type { AuthSnapshot } from './sessionChart.ts';
import { loginBegunAnew } from './sessionFailures.ts';
import type { Sessions } from './sessions.ts';
import { isAskedBeside } from './states.ts';

/** Finds the pending request by the response's state, keeps the response with it, and lets its session go on. */
export async function complete(
  tools: Tools,
  sessions: Sessions,
  at: string | URL,
  options: CompleteOptions,
): Promise<EngineSession> {
  judgeCallbackUrl(at);
  judgeCompleteOptions(options);
  refuseDisposed(tools);
  const { subject = '' } = options;
  const callbackUrl = String(at);
  const { key, pending } = (await find(tools, callbackUrl)) ?? refuseUnknown(subject);
  if (!isAt(callbackUrl, pending.redirectUri)) refuseElsewhere(pending.redirectUri);
  // RFC 9700 §4.7: whoever can have another person open a link must not finish a login with that person's browser.
  if (subject !== anySubject && pending.session.subject !== subject) refuseUnknown(subject);
  await storeResponse(tools, key, callbackUrl);
  const session = sessions.open(pending.session);
  const snapshot = await finish(tools, session, key);
  // Whoever answers the person's browser cannot wait for the next page that it has to open.
  if (isAskedBeside(snapshot, key)) throw new AuthError(loginBegunAnew(session.id));
  const { failure, refusal } = snapshot.context;
  if (snapshot.hasTag('canSend') && !refusal) return session;
  const problem = failure ?? refusal;
  if (problem) throw new AuthError(problem);
  return refuse('response_not_ours', 'authorizing', 'This login was finished before; nothing was done.');
}

interface Found {
  readonly key: Key<'pending'>;
  readonly pending: PendingRecord;
}

/** The request that the response belongs to; nothing when there is none, or its time is over. */
async function find({ records, now }: Tools, callbackUrl: string): Promise<Found | undefined> {
  const state = stateOf(callbackUrl);
  if (state === undefined) return undefined;
  const key = keys.pending(await digest(state));
  const pending = (await records.read(key))?.value;
  if (!pending) return undefined;
  if (pending.expiresAt > now()) return { key, pending };
  await records.forget(key);
  return undefined;
}

/** Whether a URL is at this place: its query and its fragment are the response. @see RFC 6749 §4.1.2 */
function isAt(callbackUrl: string, redirectUri: string): boolean {
  const [there, expected] = [urlOf(callbackUrl), urlOf(redirectUri)];
  if (!there || !expected) return false;
  const place = ({ protocol, host, pathname }: URL): string => `${protocol}//${host}${pathname}`;
  return place(there) === place(expected);
}

/** What came back somewhere else may be somebody else's answer, or was taken out of a log. */
function refuseElsewhere(redirectUri: string): never {
  return refuse(
    'response_not_ours',
    'authorizing',
    `This URL is not at the redirect URI of its login, ${placeOf(redirectUri)}; give the URL as the browser has it, also behind a proxy.`,
  );
}

/** A chart that was at work on something else may not have heard: it is told again when it has come to rest. */
async function finish(tools: Tools, session: EngineSession, key: Key<'pending'>): Promise<AuthSnapshot> {
  const told = { type: 'response.received', pendingKey: key } as const;
  session.wake();
  session.tell(told);
  const snapshot = await session.settledUnlessAsked(key);
  const left = (await tools.records.read(key))?.value;
  if (!snapshot.hasTag('canSend') && (left === undefined || left.spent)) {
    // The engine that leads the person has heard of the answer first, and spends the code: what comes of it is waited for.
    await untilSpent(tools, key, tools.closing);
    await session.lookAgain();
    return session.settledUnlessAsked(key);
  }
  if (left?.response === undefined || left.spent) return snapshot;
  session.tell(told);
  return session.settledUnlessAsked(key);
}

/** Says the same whether there is such a login of somebody else or none. */
function refuseUnknown(subject: string | typeof anySubject): never {
  const message =
    subject === ''
      ? 'No login without a subject is waiting for this response; give the subject whose login it is, or start it again.'
      : 'No login of this subject is waiting for this response; start it again.';
  return refuse('response_not_ours', 'authorizing', message);
}
