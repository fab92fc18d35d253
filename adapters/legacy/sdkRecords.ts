// The two records that the TypeScript MCP SDK hands to a provider to be kept: a client, and tokens.
import { AuthError } from '../../contract/errors.ts';
import { own } from '../../protocol/json.ts';
import { judgeRegistration, type RegistrationRequest } from '../../protocol/registration.ts';
import { judgeTokenResponse } from '../../protocol/tokenResponse.ts';
import { leaveOut } from './foreignFile.ts';
import type { FoundClient, FoundTokens } from './found.ts';

type Json = Readonly<Record<string, unknown>>;

/** Stands for the request that nobody kept. Where no method was agreed on, a secret goes by Basic. @see RFC 7591 §2 */
const request: RegistrationRequest = {
  client_name: '',
  redirect_uris: [],
  application_type: 'native',
  grant_types: ['authorization_code'],
  response_types: [],
  token_endpoint_auth_method: 'client_secret_basic',
};

/**
 * What `saveClientInformation` was given: the answer to a registration, judged again as one; since 2.0 with `issuer`.
 * @throws AuthError `record_corrupt`
 */
export function readClient(record: Json, name: string): FoundClient {
  try {
    return { ...judgeRegistration(JSON.stringify(record), request, ''), ...stampOf(record, name) };
  } catch (thrown) {
    if (!(thrown instanceof AuthError) || thrown.code !== 'registration_invalid') throw thrown;
    return leaveOut(
      name,
      'its client has no usable id, lacks its secret, or authenticates in an unknown way',
    );
  }
}

/**
 * What `saveTokens` was given: the answer of a token endpoint, judged again as one; since 2.0 with `issuer`.
 * Its `expires_in` counts from an unknown time, and says nothing.
 * @throws AuthError `record_corrupt`
 */
export function readTokens(record: Json, name: string): FoundTokens {
  const verdict = judgeTokenResponse(200, JSON.stringify(record));
  if (verdict.kind === 'error') return leaveOut(name, 'it holds an error and no tokens');
  if (verdict.kind === 'invalid') return leaveOut(name, `of its tokens: ${verdict.why}`);
  const { accessToken, refreshToken, granted } = verdict.tokens;
  return {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(granted !== undefined && { granted }),
    ...stampOf(record, name),
  };
}

/**
 * The SDK writes the issuer into what it saves; into older records that had none it writes the first one that it meets,
 * and sends them there at once. Which of the two a record went through cannot be told by then.
 */
function stampOf(record: Json, name: string): { readonly issuer?: string } {
  const issuer = own(record, 'issuer') ?? undefined;
  if (issuer === undefined) return {};
  return typeof issuer === 'string' ? { issuer } : leaveOut(name, 'its issuer is not a text');
}
