// The two records that the TypeScript MCP SDK gives to a provider to save: a client, and tokens.
import { AuthError } from '../../contract/errors.ts';
import { own } from '../../protocol/json.ts';
import { judgeRegistration, type RegistrationRequest } from '../../protocol/registration.ts';
import { judgeTokenResponse } from '../../protocol/tokenResponse.ts';
import { leaveOut } from './foreignFile.ts';
import type { FoundClient, FoundTokens } from './found.ts';

type Json = Readonly<Record<string, unknown>>;

/** Used in place of the registration request, which was not saved. Its method is the default one. @see RFC 7591 §2 */
const request: RegistrationRequest = {
  client_name: '',
  redirect_uris: [],
  application_type: 'native',
  grant_types: ['authorization_code'],
  response_types: [],
  token_endpoint_auth_method: 'client_secret_basic',
};

/**
 * Reads the argument of `saveClientInformation`: the answer to a registration, with `issuer` since version 2.0. It is
 * checked as such an answer.
 * @param name The name that messages use for the file.
 * @throws AuthError `record_corrupt` when it is not a usable client.
 */
export function readClient(record: Json, name: string): FoundClient {
  try {
    const answer = { status: 201, text: JSON.stringify(record) };
    const client = judgeRegistration(answer, request, { issuer: '', authMethods: [] });
    return { ...client, ...issuerIn(record, name) };
  } catch (thrown) {
    if (!(thrown instanceof AuthError) || thrown.code !== 'registration_invalid') throw thrown;
    return leaveOut(
      name,
      'its client has no usable id, has no secret, or uses an unknown authentication method',
    );
  }
}

/**
 * Reads the argument of `saveTokens`: the answer of a token endpoint, with `issuer` since version 2.0. It is checked as
 * such an answer. Its `expires_in` is not used, since it is not known when it began.
 * @param name The name that messages use for the file.
 * @throws AuthError `record_corrupt` when it holds no usable tokens.
 */
export function readTokens(record: Json, name: string): FoundTokens {
  const verdict = judgeTokenResponse(200, JSON.stringify(record));
  if (verdict.kind === 'error') return leaveOut(name, 'it holds an error and no tokens');
  if (verdict.kind === 'invalid') return leaveOut(name, `its tokens cannot be used: ${verdict.why}`);
  const { accessToken, refreshToken, granted } = verdict.tokens;
  return {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(granted !== undefined && { granted }),
    ...issuerIn(record, name),
  };
}

/**
 * The issuer in a record. The SDK writes it when it saves a record. Into an older record without one it writes the
 * first issuer that it meets, and sends the credentials there at once. A record does not show which of the two happened.
 */
function issuerIn(record: Json, name: string): { readonly issuer?: string } {
  const issuer = own(record, 'issuer') ?? undefined;
  if (issuer === undefined) return {};
  return typeof issuer === 'string' ? { issuer } : leaveOut(name, 'its issuer is not a string');
}
