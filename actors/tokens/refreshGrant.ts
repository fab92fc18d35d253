// Renews a grant at its own issuer. The new tokens are stored before anyone uses them (TOK-4).
import * as oauth from 'oauth4webapi';
import { AuthError } from '../../contract/errors.ts';
import type { Grant } from '../../contract/facts.ts';
import { lifetime } from '../../protocol/lifetime.ts';
import {
  demandsScope,
  givenUp,
  judgeLostWrite,
  judgeRefused,
  judgeRenewal,
  judgeSibling,
  type RenewalEnd,
  refreshFailure,
  refusesGrant,
  renewalEnded,
  type StoredGrant,
} from '../../protocol/renewal.ts';
import { type GrantRecord, type Key, keys, type Versioned } from '../../stores/records.ts';
import { resourceParameter } from '../network/resourceParameter.ts';
import { type IssuedTokens, requestTokens } from '../network/tokenEndpoint.ts';
import { grantFacts } from '../records/facts.ts';
import { keepAuthMethod } from '../records/keepAuthMethod.ts';
import { keepRefreshScope } from '../records/keepRefreshScope.ts';
import { claim } from '../records/spending.ts';
import { keepTrying } from '../tools/keepTrying.ts';
import type { Act, Tools } from '../tools/tools.ts';
import { revokeLate } from './revokeTokens.ts';

type Input = Parameters<ReturnType<Act<'refreshGrant'>>>[0];

/**
 * Renews a grant, once for any number of callers and engines that share a store; a sibling's renewal is used in its place.
 * @throws AuthError `grant_refused` when a login is needed; other refusals of the token endpoint; what the store throws.
 * @see OAuth 2.1 draft 13 §4.3
 */
export const refreshGrant: Act<'refreshGrant'> = (tools) => async (input, signal) => {
  const work = (shared: AbortSignal): Promise<Grant> => refresh(tools, input, shared);
  // Who asked may leave; the answer to a refresh may be the only one, and is stored (C10).
  const grant = await tools.refreshing.run(input.grant.key, work, signal, { finish: true });
  return { at: tools.now(), grant };
};

async function refresh(tools: Tools, input: Input, signal: AbortSignal): Promise<Grant> {
  const key = keys.as('grant', input.grant.key);
  const { version } = input.grant;
  const saved = await saveLeftover(tools, key);
  if (saved) return saved;
  const before = await tools.records.read(key);
  const verdict = judgeRenewal(before && (await storedFacts(tools, before)), version, tools.now());
  if (!before || verdict === 'over') return ended('over', input);
  if (verdict === 'follow') return grantFacts(key, before);
  const refused = tools.refusedRenewals.of(keys.binding(input.session), before.version, tools.now());
  if (refused) throw new AuthError(refused);
  // A refresh of our own is finished when the engine goes down; one of a sibling is not waited for.
  const spending = {
    session: input.session,
    at: keys.spend(key),
    key,
    version,
    current: async () => (await tools.records.read(key))?.version ?? '',
  };
  const claimed = await claim(tools, spending, signal);
  if (claimed.kind === 'moved') return adopt(tools, input);
  if (claimed.kind === 'broken off') return giveUp(tools, input, before, claimed.release);
  return renew(tools, input, before, claimed.release, signal);
}

/** @param release ends the right to send the refresh token, which is ours. */
async function renew(
  tools: Tools,
  input: Input,
  before: Versioned<GrantRecord>,
  release: () => Promise<void>,
  signal: AbortSignal,
): Promise<Grant> {
  const key = keys.as('grant', input.grant.key);
  const tokens = await spend(tools, input, before.value, signal).catch(async (error: unknown) => {
    const sibling = await afterRefusal(tools, key, before.version, error);
    await release();
    if (sibling) return sibling;
    if (!(error instanceof AuthError)) throw error;
    const failure = refreshFailure(error.toFailure());
    tools.refusedRenewals.note(keys.binding(input.session), before.version, failure, tools.now());
    throw new AuthError(failure);
  });
  if ('version' in tokens) return tokens;
  // Where they cannot be stored, nobody else may try: the intent stays.
  const grant = await keep(tools, key, before, tokens);
  await release();
  await keepAuthMethod(tools, before.value.issuer, before.value.client, tokens.client);
  await keepRefreshScope(tools, before.value, tokens.client);
  return grant;
}

async function storedFacts(tools: Tools, grant: Versioned<GrantRecord>): Promise<StoredGrant> {
  const hasItsKey = (await tools.dpop.open(grant.value)) !== undefined;
  return { ...siblingFacts(grant), version: grant.version, hasItsKey };
}

function siblingFacts({ value }: Versioned<GrantRecord>): Pick<StoredGrant, 'renewable' | 'expiresAt'> {
  return { renewable: value.refreshToken !== undefined, expiresAt: value.expiresAt };
}

/** What a sibling has made of it. */
async function adopt(tools: Tools, input: Input): Promise<Grant> {
  const theirs = await tools.records.read(keys.as('grant', input.grant.key));
  const verdict = judgeSibling(theirs && siblingFacts(theirs), tools.now());
  return theirs && verdict === 'follow' ? grantFacts(input.grant.key, theirs) : ended('over', input);
}

/** The token may have been sent: it is never sent again (TOK-5). Where that cannot be stored, the intent stays. */
async function giveUp(
  tools: Tools,
  input: Input,
  before: Versioned<GrantRecord>,
  release: () => Promise<void>,
): Promise<Grant> {
  const key = keys.as('grant', input.grant.key);
  const version = await tools.records.write(key, givenUp(before.value), before);
  await release();
  return version === undefined ? adopt(tools, input) : ended('broken-off', input);
}

/**
 * Sends the refresh token. Where the server says that it wants the scopes named, the same request is sent once more with
 * them: nothing of it was spent, and the right to send the token is still ours.
 */
async function spend(
  tools: Tools,
  input: Input,
  grant: GrantRecord,
  signal: AbortSignal,
): Promise<IssuedTokens> {
  let { client } = grant;
  const onAnswer = (answered: GrantRecord['client']): void => {
    client = answered;
  };
  try {
    return await send(tools, input, grant, onAnswer, signal);
  } catch (error) {
    const isNamed = client.refreshNamesScope || grant.granted.length === 0;
    if (isNamed || !(error instanceof AuthError) || !demandsScope(error.toFailure())) throw error;
  }
  const named = { ...client, refreshNamesScope: true as const };
  return send(tools, input, { ...grant, client: named }, () => {}, signal);
}

// No `scope` unless the server wants it: a refresh gives what was granted, and can never widen it (STEP-3, RFC 6749 §6).
function send(
  tools: Tools,
  { session, server }: Input,
  grant: GrantRecord,
  onAnswer: (client: GrantRecord['client']) => void,
  signal: AbortSignal,
): Promise<IssuedTokens> {
  const { issuer, client, refreshToken = '', granted } = grant;
  const scope = client.refreshNamesScope && granted.length > 0 ? { scope: granted.join(' ') } : {};
  return requestTokens(
    tools,
    { session, server, phase: 'renewing', dpopKey: grant.dpopKey, onAnswer },
    { issuer, client },
    [refreshToken, grant.accessToken],
    signal,
    (as, who, authentication, options) =>
      oauth.refreshTokenGrantRequest(as, who, authentication, refreshToken, {
        ...options,
        additionalParameters: { ...resourceParameter(grant.resource), ...scope },
      }),
  );
}

async function keep(
  tools: Tools,
  key: Key<'grant'>,
  before: Versioned<GrantRecord>,
  tokens: IssuedTokens,
): Promise<Grant> {
  const { expiresAt: _, refreshAt: __, tokenType: ___, ...rest } = before.value;
  const refreshToken = tokens.refreshToken ?? rest.refreshToken;
  const value: GrantRecord = {
    ...rest,
    client: tokens.client,
    accessToken: tokens.accessToken,
    ...(tokens.bound && { tokenType: 'DPoP' }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...lifetime(tokens.expiresIn, refreshToken !== undefined, tools.now()),
    granted: [...(tokens.granted ?? rest.granted)],
  };
  return save(tools, key, value, before, before.value.refreshToken ?? '');
}

/**
 * Stores what was issued. Where the store fails, the tokens are kept in memory, and it is tried again: by itself, and by who
 * asks next. Siblings know of no other tokens, and would give up the login when their patience ends (T12).
 */
async function save(
  tools: Tools,
  key: Key<'grant'>,
  value: GrantRecord,
  before: Versioned<GrantRecord>,
  spent: string,
): Promise<Grant> {
  const isKnown = tools.unsaved.has(key);
  tools.unsaved.set(key, { value, before, spent });
  const version = await tools.records.write(key, value, before).catch((error: unknown) => {
    if (!isKnown) void keepTrying(tools, () => saveLeftover(tools, key));
    throw error;
  });
  tools.unsaved.delete(key);
  if (version !== undefined) return grantFacts(key, { version, value });
  const theirs = await tools.records.read(key);
  // Somebody has signed out meanwhile, and could not revoke what was not issued yet.
  if (!theirs) await revokeLate(tools, value.session, value);
  const verdict = judgeLostWrite(theirs?.value, spent);
  if (!theirs || verdict === 'over') throw new AuthError(renewalEnded('ended-meanwhile', value.issuer));
  return verdict === 'overwrite' ? save(tools, key, value, theirs, spent) : grantFacts(key, theirs);
}

async function saveLeftover(tools: Tools, key: Key<'grant'>): Promise<Grant | undefined> {
  const leftover = tools.unsaved.get(key);
  return leftover && save(tools, key, leftover.value, leftover.before, leftover.spent);
}

/** After a refusal the store is read again: a sibling's tokens are adopted, else the version that failed goes (TOK-6). */
async function afterRefusal(
  tools: Tools,
  key: Key<'grant'>,
  version: string,
  error: unknown,
): Promise<Grant | undefined> {
  if (!(error instanceof AuthError) || !refusesGrant(error.toFailure())) return undefined;
  const now = await tools.records.read(key);
  if (now && judgeRefused(now.version, version) === 'adopt') return grantFacts(key, now);
  await tools.records.remove(key, version);
  return undefined;
}

function ended(why: RenewalEnd, { grant }: Input): never {
  throw new AuthError(renewalEnded(why, grant.issuer));
}
