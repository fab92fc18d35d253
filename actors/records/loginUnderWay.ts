// A session has one login under way, whichever engine began it: it is found, made, held, and ended here (AUTHZ-12).
import type { Failure } from '../../contract/errors.ts';
import type { Pending, Registration, SessionId } from '../../contract/facts.ts';
import { mayEndLogin, servesLogin } from '../../protocol/joinedLogin.ts';
import {
  type Key,
  keys,
  type LoginRecord,
  type PendingRecord,
  RACES,
  type Records,
  refuseConflict,
} from '../../stores/records.ts';
import { type Act, registrationPlace, type Tools } from '../tools/tools.ts';
import { pendingFacts, registrationFacts } from './facts.ts';
import { doubtRegistration } from './registrationDoubt.ts';
import { failureRecord } from './sharedFailure.ts';

/** What a login is to bring, and for whom. The registration is null where there is none yet. */
export type Wanted = Parameters<ReturnType<Act<'findLogin'>>>[0];

/** A pending authorization request, by its key in the store. */
export interface Request {
  readonly key: Key<'pending'>;
  readonly record: PendingRecord;
}

/** The request that a session has under way, and which engine holds it. */
interface Current extends Request {
  readonly holder: string | undefined;
}

/** What the chart may know of a request: also the client that it was made for, which may be another engine's. */
export function loginFacts(
  tools: Tools,
  { key, record }: Request,
): { pending: Pending; registration: Registration } {
  const { issuer } = record.server;
  return {
    pending: pendingFacts(key, record),
    registration: registrationFacts(
      keys.registration(issuer, registrationPlace(tools)),
      issuer,
      record.client,
    ),
  };
}

/**
 * Looks for a request that is under way and brings all that is wanted.
 * @returns also the version of the login that the session has under way, if there is one.
 */
export async function findCurrent(
  tools: Tools,
  wanted: Wanted,
): Promise<{ readonly version: string | undefined; readonly found: Request | undefined }> {
  const login = await tools.records.read(keys.login(wanted.session));
  const current = login && (await currentOf(tools, login.value));
  const found = current && serves(current, wanted, tools) ? current : undefined;
  return { version: login?.version, found };
}

/**
 * What the login asks for that is open at this server, and that another one is about to replace: what somebody has asked
 * for is not lost.
 */
export async function scopesUnderWay(
  tools: Tools,
  wanted: Pick<Wanted, 'session' | 'server' | 'resource'>,
): Promise<readonly string[]> {
  const login = await tools.records.read(keys.login(wanted.session));
  if (!login || login.value.ended) return [];
  const record = (await currentOf(tools, login.value))?.record;
  if (!record || record.response !== undefined || record.expiresAt <= tools.now()) return [];
  const isHere = record.server.issuer === wanted.server.issuer && record.resource === wanted.resource;
  return isHere ? record.requested : [];
}

/**
 * Makes this request the one that is under way; unless one is that serves as well, which goes on then. Any other can no
 * longer be answered.
 * @returns the request that is under way now.
 * @throws AuthError `store_conflict`
 */
export async function makeCurrent(tools: Tools, wanted: Wanted, made: Request): Promise<Request> {
  const { records } = tools;
  const at = keys.login(wanted.session);
  const ours = { v: 1, pendingKey: made.key, ...holding(tools) } as const;
  // Who loses the race looks again, and finds the winner's.
  for (let race = 0; race < RACES; race += 1) {
    const login = await records.read(at);
    const before = login && (await currentOf(tools, login.value));
    if (before && serves(before, wanted, tools)) return before;
    if ((await records.write(at, ours, login)) === undefined) continue;
    if (login) await records.forget(login.value.pendingKey);
    return made;
  }
  return refuseConflict();
}

/** What a login's record says of this engine when it holds the login. */
export function holding({ holder, userAgent }: Tools): Pick<LoginRecord, 'holder' | 'leaves'> {
  return { holder, ...(userAgent.leavesPage && { leaves: true }) };
}

/** From now on this engine holds a login that another one began: it may end it for all. Not when another login has taken its place. */
export async function becomeHolder(tools: Tools, session: SessionId, pendingKey: string): Promise<void> {
  await tools.records.update(keys.login(session), (login) =>
    login?.pendingKey === pendingKey ? { ...login, holder: tools.holder, inherited: true } : undefined,
  );
}

/**
 * The engine, or its chart, is ended: whoever waits for this login may take it over at once.
 * @returns whether it was held here.
 */
export async function leaveToOthers(tools: Tools, pendingKey: Key<'pending'>): Promise<boolean> {
  const pending = await tools.records.read(pendingKey);
  if (!pending) return false;
  let isLeft = false;
  await tools.records.update(keys.login(pending.value.session), (login) => {
    isLeft = login?.pendingKey === pendingKey && login.holder === tools.holder;
    if (!login || !isLeft) return undefined;
    const { holder: _, ...rest } = login;
    return rest;
  });
  return isLeft;
}

/**
 * Ends a login without a grant: nothing is left that could be answered, and whoever waits for it hears why. A login that
 * another engine holds goes on there, unless its answer has come, or its time is over.
 */
export async function abandon(
  tools: Tools,
  session: SessionId,
  pendingKey: Key<'pending'>,
  why: Failure | null,
): Promise<void> {
  const { records } = tools;
  const at = keys.login(session);
  const login = await records.read(at);
  if (login?.value.pendingKey !== pendingKey) return;
  const pending = (await records.read(pendingKey))?.value;
  const request = pending && {
    isAnswered: pending.response !== undefined,
    expiresAt: pending.expiresAt,
  };
  if (!mayEndLogin({ isHeldHere: login.value.holder === tools.holder, request }, tools.now())) return;
  if (pending && why && !login.value.ended) await doubtRegistration(tools, pending, why);
  if (why) await noteEnd(records, session, pendingKey, why);
  await records.forget(pendingKey);
}

/** Whoever waits for this login hears why it has ended. What was said first counts. */
export async function noteEnd(
  records: Records,
  session: SessionId,
  pendingKey: Key<'pending'>,
  why: Failure,
): Promise<void> {
  await records.update(keys.login(session), (login) =>
    login?.pendingKey === pendingKey && !login.ended ? { ...login, ended: failureRecord(why) } : undefined,
  );
}

async function currentOf(
  { records }: Tools,
  { pendingKey, holder }: { readonly pendingKey: Key<'pending'>; readonly holder?: string | undefined },
): Promise<Current | undefined> {
  const pending = await records.read(pendingKey);
  return pending && { key: pendingKey, record: pending.value, holder };
}

/** Whether a request is still open, and brings all that is wanted now, at this server. */
function serves({ record, holder }: Current, wanted: Wanted, tools: Tools): boolean {
  const { expiresAt, server, client, resource, requested } = record;
  const isHeldHere = holder === tools.holder;
  return servesLogin(
    { issuer: server.issuer, resource, scopes: requested, client, expiresAt, isHeldHere },
    {
      issuer: wanted.server.issuer,
      resource: wanted.resource,
      scopes: wanted.scopes,
      client: wanted.registration,
    },
    tools.now(),
  );
}
