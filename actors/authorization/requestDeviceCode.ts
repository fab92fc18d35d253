// Asks for a code that a person approves at another device, and records it with all that belongs to it. (RFC 8628 §3.1)
import * as oauth from 'oauth4webapi';
import { AuthError, toFailure } from '../../contract/errors.ts';
import { type DeviceCode, deviceFailure, judgeDeviceAnswer } from '../../protocol/deviceCode.ts';
import { type DeviceRecord, keys } from '../../stores/records.ts';
import { sendAsClient } from '../network/clientAuthentication.ts';
import { ofIssuer, resourceAt, resourceParameter } from '../network/resourceParameter.ts';
import { asServer, optionsFor } from '../network/tokenEndpoint.ts';
import { clientOf } from '../records/clientOf.ts';
import { serverRecord } from '../records/facts.ts';
import { keepAuthMethod } from '../records/keepAuthMethod.ts';
import { digest } from '../tools/digest.ts';
import type { Act, Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'requestDeviceCode'>>>[0];
type Client = DeviceRecord['client'];

/**
 * Asks for a code that a person approves at another device, and records it before anybody is shown anything.
 * @throws AuthError `server_unavailable`, `client_refused`, `authorization_refused`; what the door and the store throw.
 * @see RFC 8628 §3.1, §3.2
 */
export const requestDeviceCode: Act<'requestDeviceCode'> = (tools) => async (given, signal) => {
  const { session, server, registration, scopes } = given;
  const input = { ...given, resource: resourceAt(tools, server.issuer, given.resource) };
  const asked = await clientOf(tools, { session, server, registration });
  const { code, client } = await request(tools, input, asked, signal);
  const record: DeviceRecord = {
    v: 1,
    session,
    server: serverRecord(server),
    client,
    resource: input.resource,
    requested: [...scopes],
    ...code,
  };
  const key = keys.device(await digest(record.deviceCode));
  await tools.records.update(key, () => record);
  await keepAuthMethod(tools, server.issuer, asked, client);
  const { expiresAt } = record;
  const pending = { key, issuer: server.issuer, redirectUri: null, expiresAt, requested: scopes };
  return { at: tools.now(), pending };
};

async function request(
  tools: Tools,
  { session, server, registration, resource, scopes }: Input,
  asked: Client,
  signal: AbortSignal,
): Promise<{ readonly code: DeviceCode; readonly client: Client }> {
  const credentials = { issuer: registration.issuer, client: asked };
  const endpoint = server.deviceAuthorizationEndpoint ?? '';
  const as = { ...asServer(server), device_authorization_endpoint: endpoint };
  const parameters = new URLSearchParams({
    ...ofIssuer(tools.policy.authorizationParameters, server.issuer),
    ...resourceParameter(resource),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  });
  const options = optionsFor(tools, session, endpoint, 'token', signal);
  const { loginTimeout } = tools.policy;
  const send = async (authentication: oauth.ClientAuth) => {
    const response = await oauth
      .deviceAuthorizationRequest(as, { client_id: asked.clientId }, authentication, parameters, options)
      .catch((error: unknown) => {
        throw new AuthError(toFailure(error, 'authorizing'));
      });
    const { dangerouslyAllowPrivateAddressAt: privateOrigins = [] } = tools.policy;
    const by = { resource: session.resource, privateOrigins, now: tools.now(), loginTimeout };
    const verdict = judgeDeviceAnswer(response.status, await response.text(), by);
    return {
      verdict,
      status: response.status,
      error: verdict.kind === 'refused' ? verdict.error : undefined,
    };
  };
  const heard = await sendAsClient(tools, { server, phase: 'authorizing' }, credentials, send);
  const { verdict } = heard.answer;
  if (verdict.kind === 'refused') throw new AuthError(deviceFailure(verdict, server.issuer, [heard.secret]));
  return { code: verdict.code, client: heard.client };
}
