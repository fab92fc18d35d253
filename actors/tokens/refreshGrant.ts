// Renews a grant at its own issuer. The new tokens are stored before anyone uses them (TOK-4).
import * as oauth from 'oauth4webapi';
import { AuthError, refuse } from '../../contract/errors.ts';
import type { Grant } from '../../contract/facts.ts';
import { lifetime } from '../../protocol/lifetime.ts';
import { type GrantRecord, type Key, keys, type Versioned } from '../../stores/records.ts';
import { resourceParameter } from '../network/resourceParameter.ts';
import { type IssuedTokens, requestTokens } from '../network/tokenEndpoint.ts';
import { grantFacts } from '../records/facts.ts';
import { claim, givenUp, isGivenUp } from '../records/spending.ts';
import type { Act, Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'refreshGrant'>>>[0];

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
  // Somebody else renewed it since the chart looked: theirs is ours (TOK-6).
  if (before && before.version !== version) return following(tools, input, before);
  if (before?.value.refreshToken === undefined || !(await tools.dpop.open(before.value))) return gone(input);
  // A refresh of our own is finished when the engine goes down; one of a sibling is not waited for.
  const spending = {
    at: keys.spend(key),
    key,
    version,
    current: async () => (await tools.records.read(key))?.version ?? '',
  };
  const claimed = await claim(tools, spending, AbortSignal.any([signal, tools.closing]));
  if (claimed.kind === 'moved') return adopt(tools, input);
  if (claimed.kind === 'broken off') return giveUp(tools, input, before).finally(claimed.release);
  const tokens = await spend(tools, input, before.value, before.value.refreshToken, signal).catch(
    async (error: unknown) => {
      const sibling = await afterRefusal(tools, key, version, error);
      await claimed.release();
      if (sibling) return sibling;
      throw loginHelps(error);
    },
  );
  if ('version' in tokens) return tokens;
  // Where they cannot be stored, nobody else may try: the intent stays.
  const grant = await keep(tools, key, before, tokens);
  await claimed.release();
  return grant;
}

/** What a sibling has made of it. */
async function adopt(tools: Tools, input: Input): Promise<Grant> {
  const theirs = await tools.records.read(keys.as('grant', input.grant.key));
  return theirs ? following(tools, input, theirs) : gone(input);
}

/** A grant that was given up may have run out meanwhile: then there is nothing to follow. */
function following(tools: Tools, input: Input, theirs: Versioned<GrantRecord>): Grant {
  const { refreshToken, expiresAt } = theirs.value;
  const isOver = refreshToken === undefined && expiresAt !== undefined && expiresAt <= tools.now();
  return isOver ? gone(input) : grantFacts(input.grant.key, theirs);
}

/** The token may have been sent: it is never sent again (TOK-5). */
async function giveUp(tools: Tools, input: Input, before: Versioned<GrantRecord>): Promise<Grant> {
  const key = keys.as('grant', input.grant.key);
  const version = await tools.records.write(key, givenUp(before.value), before);
  if (version === undefined) return adopt(tools, input);
  return refuse(
    'grant_refused',
    'renewing',
    'A renewal of this login was broken off, and nobody knows what became of it; log in again.',
    { issuer: input.grant.issuer },
  );
}

// No `scope`: a refresh gives what was granted, and can never widen it (STEP-3, RFC 6749 §6).
function spend(
  tools: Tools,
  { session, server }: Input,
  grant: GrantRecord,
  refreshToken: string,
  signal: AbortSignal,
): Promise<IssuedTokens> {
  const credentials = { issuer: grant.issuer, client: grant.client };
  return requestTokens(
    tools,
    { session, server, phase: 'renewing', dpopKey: grant.dpopKey },
    credentials,
    [refreshToken, grant.accessToken],
    signal,
    (as, client, authentication, options) =>
      oauth.refreshTokenGrantRequest(as, client, authentication, refreshToken, {
        ...options,
        additionalParameters: resourceParameter(grant.resource),
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
    accessToken: tokens.accessToken,
    ...(tokens.bound && { tokenType: 'DPoP' }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...lifetime(tokens.expiresIn, refreshToken !== undefined, tools.now()),
    granted: [...(tokens.granted ?? rest.granted)],
  };
  return save(tools, key, value, before, before.value.refreshToken ?? '');
}

/** Stores what was issued. Where the store fails, the tokens are kept in memory, and saved at the next try (T12). */
async function save(
  tools: Tools,
  key: Key<'grant'>,
  value: GrantRecord,
  before: Versioned<GrantRecord>,
  spent: string,
): Promise<Grant> {
  tools.unsaved.set(key, { value, before, spent });
  const version = await tools.records.write(key, value, before);
  tools.unsaved.delete(key);
  if (version !== undefined) return grantFacts(key, { version, value });
  const theirs = await tools.records.read(key);
  // A sibling thought that we were dead: what it gave up is found after all.
  if (theirs && isGivenUp(theirs, spent)) return save(tools, key, value, theirs, spent);
  if (theirs) return grantFacts(key, theirs);
  return refuse('grant_refused', 'renewing', 'The login was ended while it was renewed; log in again.', {
    issuer: value.issuer,
  });
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
  if (!(error instanceof AuthError) || error.code !== 'grant_refused') return undefined;
  const now = await tools.records.read(key);
  if (now && now.version !== version) return grantFacts(key, now);
  await tools.records.remove(key, version);
  return undefined;
}

/** Servers say all kinds of things about a refresh token that they do not take any more (T18, T20): a login helps. */
function loginHelps(error: unknown): unknown {
  if (!(error instanceof AuthError) || error.code !== 'token_refused') return error;
  // A nonce says nothing about the refresh token.
  if (error.recovery === 'retry-later') return error;
  return new AuthError({ ...error.toFailure(), recovery: 'reauthorize' });
}

function gone({ grant }: Input): never {
  return refuse(
    'grant_refused',
    'renewing',
    'There is nothing left to renew this login with; log in again.',
    {
      issuer: grant.issuer,
    },
  );
}
