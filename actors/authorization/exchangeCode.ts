// Spends an authorization code, once, at the issuer that was recorded with it; then moves the binding (BIND-8).
import * as oauth from 'oauth4webapi';
import { AuthError, refuse } from '../../contract/errors.ts';
import type { Grant, SessionId } from '../../contract/facts.ts';
import { judgeAuthorizationResponse } from '../../protocol/authorizationResponse.ts';
import { type Key, keys, type PendingRecord } from '../../stores/records.ts';
import { resourceParameter } from '../network/resourceParameter.ts';
import { type asServer, type IssuedTokens, requestTokens } from '../network/tokenEndpoint.ts';
import { keepGrant } from '../records/keepGrant.ts';
import { noteEnd } from '../records/loginUnderWay.ts';
import { forgetLogin, readPending, refuseEnded } from '../records/pendingRequest.ts';
import { endedElsewhere } from '../records/sharedFailure.ts';
import { untilSpent } from '../records/untilSpent.ts';
import { revokeLate } from '../tokens/revokeTokens.ts';
import { despiteFailures, isOfStore, keepTrying, nowOrLater } from '../tools/keepTrying.ts';
import type { Act, Tools } from '../tools/tools.ts';

/**
 * Exchanges the code for a grant, and stores the grant before it is told. Where another engine spends the code, it waits for that one.
 * @throws AuthError `code_already_spent` when another engine got the grant; what the login ended with; what the token endpoint answers.
 * @see RFC 6749 §4.1.3, RFC 7636 §4.5
 */
export const exchangeCode: Act<'exchangeCode'> =
  (tools) =>
  async ({ session, pending: { key }, server }, signal) => {
    const pending =
      (await claim(tools, session, key)) ?? (await outcomeElsewhere(tools, session, key, signal));
    const at = keys.as('pending', key);
    // The answer to this request is the only one: it is waited for and stored, also where the chart has moved on (T12).
    const tokens = await spend(tools, pending, server, new AbortController().signal).catch(
      async (error: unknown) => {
        // The code is spent, whatever came of it: nobody can finish this login any more.
        if (!signal.aborted) await tellWhy(tools, session, at, error);
        await forget(tools, at);
        throw error;
      },
    );
    const grant = await keep(tools, pending, { key: at, hasLeft: () => signal.aborted }, tokens);
    return { at: tools.now(), grant };
  };

/** T27: the server of now must be the server that the person was sent to. */
function judgeServer(pending: PendingRecord, { issuer }: { readonly issuer: string }): void {
  if (pending.server.issuer === issuer) return;
  refuse(
    'token_of_other_issuer',
    'authorizing',
    'The authorization server changed during the login; log in again.',
    { issuer, otherIssuer: pending.server.issuer },
  );
}

/**
 * Marks the code as spent before it is sent: whoever finds the mark does not send it again.
 * @returns nothing when another engine is at it.
 */
async function claim(tools: Tools, session: SessionId, key: string): Promise<PendingRecord | undefined> {
  const pending = await readPending(tools, session, key);
  const { value } = pending;
  if (value.spent || value.response === undefined) return undefined;
  const claimed = await tools.records.write(
    keys.as('pending', key),
    { ...value, spent: true, spentBy: tools.holder },
    pending,
  );
  return claimed === undefined ? undefined : value;
}

/**
 * Waits for the engine that spends the code.
 * @throws AuthError `code_already_spent` when it has a grant, or is not heard of; what its login ended with.
 */
async function outcomeElsewhere(
  tools: Tools,
  session: SessionId,
  key: string,
  signal: AbortSignal,
): Promise<never> {
  await untilSpent(tools, keys.as('pending', key), signal);
  return refuseEnded(tools.records, session, key);
}

async function spend(
  tools: Tools,
  pending: PendingRecord,
  server: Parameters<typeof asServer>[0],
  signal: AbortSignal,
): Promise<IssuedTokens> {
  judgeServer(pending, server);
  const verdict = judgeAuthorizationResponse(pending.response ?? '', {
    state: pending.state,
    issuer: pending.server.issuer,
    sendsIssuer: pending.server.sendsIssuer,
  });
  if (verdict.kind !== 'code')
    return refuse(
      'response_malformed',
      'authorizing',
      'The answer changed after it was judged; log in again.',
    );
  const credentials = { issuer: pending.server.issuer, client: pending.client };
  const secrets = [verdict.code, pending.verifier, pending.state];
  try {
    return await requestTokens(
      tools,
      { session: pending.session, server, phase: 'authorizing', dpopKey: pending.dpopKey },
      credentials,
      secrets,
      signal,
      (as, client, authentication, options) =>
        oauth.authorizationCodeGrantRequest(
          as,
          client,
          authentication,
          oauth.validateAuthResponse(as, client, verdict.params, pending.state),
          pending.redirectUri,
          pending.verifier,
          { ...options, additionalParameters: resourceParameter(pending.resource) },
        ),
    );
  } catch (error) {
    throw askAgain(error);
  }
}

/** A dead code cannot be renewed: only the person can get another. */
function askAgain(error: unknown): unknown {
  if (!(error instanceof AuthError) || error.code !== 'grant_refused') return error;
  return new AuthError({ ...error.toFailure(), recovery: 'ask-user' });
}

/** The request whose code was exchanged, and whether the chart that exchanged it has gone on to something else. */
interface Exchanged {
  readonly key: Key<'pending'>;
  readonly hasLeft: () => boolean;
}

/** Stores the grant. Where the store fails for some seconds, that is told, and goes on: a code gives tokens once (T12). */
async function keep(
  tools: Tools,
  pending: PendingRecord,
  exchanged: Exchanged,
  tokens: IssuedTokens,
): Promise<Grant> {
  const { key } = exchanged;
  const of = { ...pending, issuer: pending.server.issuer };
  const store = async (): Promise<Grant> => {
    if (await isUnwanted(tools, pending.session, exchanged)) {
      await revokeLate(tools, pending.session, { issuer: of.issuer, ...tokens });
      throw new AuthError(endedElsewhere(pending.session));
    }
    const grant = await keepGrant(tools, of, tokens);
    // The grant is there: what is left over only has to be tidied up.
    await nowOrLater(tools, () => finish(tools, pending, key));
    return grant;
  };
  return despiteFailures(tools, store).catch(async (error: unknown) => {
    if (isOfStore(error)) void keepLater(tools, key, store);
    else await forget(tools, key);
    throw error;
  });
}

/**
 * Whether somebody has signed out, or cancelled this login, while the code was exchanged: their word counts, also where another
 * engine was at it. A login that has taken the place of this one has a record as well, and so has one that was given up for dead.
 */
async function isUnwanted(
  { records }: Tools,
  session: SessionId,
  { key, hasLeft }: Exchanged,
): Promise<boolean> {
  if (await records.read(key)) return false;
  const login = (await records.read(keys.login(session)))?.value;
  if (login?.pendingKey === key) return login.ended?.code === 'cancelled';
  return !login || hasLeft();
}

async function keepLater(tools: Tools, key: Key<'pending'>, store: () => Promise<Grant>): Promise<void> {
  await keepTrying(tools, async () => {
    const pending = await tools.records.read(key);
    // Without it, the person has begun another login, or has signed out.
    if (pending?.value.spent) await store();
  });
  await forget(tools, key);
}

/**
 * Whoever waits for this login hears why nothing comes of it, before its request goes: else each of them would lead the person
 * to a login of its own, with a server that is out of order as well (AUTHZ-12). Not where another client may do.
 */
async function tellWhy(tools: Tools, session: SessionId, key: Key<'pending'>, error: unknown): Promise<void> {
  if (!(error instanceof AuthError) || error.recovery === 'reregister') return;
  await noteEnd(tools.records, session, key, error.toFailure()).catch(() => {});
}

/** Whoever waits for this login hears at once that nothing comes of it. */
const forget = (tools: Tools, key: Key<'pending'>): Promise<void> =>
  nowOrLater(tools, () => tools.records.forget(key));

async function finish(tools: Tools, pending: PendingRecord, key: Key<'pending'>): Promise<void> {
  await tools.records.forget(key);
  await forgetLogin(tools.records, pending.session, key);
  await tools.userAgent.release(pending.redirectUri);
}
