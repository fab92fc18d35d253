// Renews a grant at its own issuer. The new tokens are stored before anyone uses them (TOK-4).
import * as oauth from 'oauth4webapi';
import { AuthError, refuse } from '../protocol/errors.ts';
import type { Grant } from '../protocol/facts.ts';
import { lifetime } from '../protocol/lifetime.ts';
import type { TokenAnswer } from '../protocol/tokenResponse.ts';
import type { GrantRecord, Versioned } from '../stores/records.ts';
import { grantFacts } from './facts.ts';
import { requestTokens } from './tokenEndpoint.ts';
import type { Act, Tools } from './tools.ts';

type Input = Parameters<ReturnType<Act<'refreshGrant'>>>[0];

export const refreshGrant: Act<'refreshGrant'> = (tools) => async (input, signal) => {
  const { key, version } = input.grant;
  const before = await tools.records.read('grant', key);
  // Somebody else renewed it since the chart looked: theirs is ours (TOK-6).
  if (before && before.version !== version) return { at: tools.now(), grant: grantFacts(key, before) };
  if (before?.value.refreshToken === undefined) return gone(input);
  const { refreshToken } = before.value;
  try {
    const tokens = await spend(tools, input, before.value, refreshToken, signal);
    return { at: tools.now(), grant: await keep(tools, key, before, tokens) };
  } catch (error) {
    const sibling = await afterRefusal(tools, key, version, error);
    if (sibling) return { at: tools.now(), grant: sibling };
    throw error;
  }
};

// No `scope`: a refresh gives what was granted, and can never widen it (STEP-3, RFC 6749 §6).
function spend(
  tools: Tools,
  { session, server }: Input,
  grant: GrantRecord,
  refreshToken: string,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const credentials = { issuer: grant.issuer, client: grant.client };
  return requestTokens(
    tools,
    { session, server, phase: 'renewing' },
    credentials,
    [refreshToken, grant.accessToken],
    signal,
    (as, client, authentication, options) =>
      oauth.refreshTokenGrantRequest(as, client, authentication, refreshToken, {
        ...options,
        additionalParameters: { resource: grant.resource },
      }),
  );
}

async function keep(
  tools: Tools,
  key: string,
  before: Versioned<GrantRecord>,
  tokens: TokenAnswer,
): Promise<Grant> {
  const { expiresAt: _, refreshAt: __, ...rest } = before.value;
  const refreshToken = tokens.refreshToken ?? rest.refreshToken;
  const value: GrantRecord = {
    ...rest,
    accessToken: tokens.accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...lifetime(tokens.expiresIn, refreshToken !== undefined, tools.now()),
    granted: [...(tokens.granted ?? rest.granted)],
  };
  const version = await tools.records.write('grant', key, value, before.version);
  if (version !== undefined) return grantFacts(key, { version, value });
  const theirs = await tools.records.read('grant', key);
  if (theirs) return grantFacts(key, theirs);
  return refuse('grant_refused', 'renewing', 'The login was ended while it was renewed; log in again.', {
    issuer: rest.issuer,
  });
}

/** After a refusal the store is read again: a sibling's tokens are adopted, else the version that failed goes (TOK-6). */
async function afterRefusal(
  tools: Tools,
  key: string,
  version: string,
  error: unknown,
): Promise<Grant | undefined> {
  if (!(error instanceof AuthError) || error.code !== 'grant_refused') return undefined;
  const now = await tools.records.read('grant', key);
  if (now && now.version !== version) return grantFacts(key, now);
  await tools.records.remove(key, version);
  return undefined;
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
