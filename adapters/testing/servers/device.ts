// Logins on another device: a code for the device, one for the person, and the questions of the device in between.
import { expected, type Incoming, mistake, notStored, type Reply, refuse, single } from '../answers.ts';
import type { DeviceCode, ServerState, WorldState } from '../ledger.ts';
import { authenticate } from './authentication.ts';
import { grantOf, isRefreshable, issue, requestedScopes, resourceOf } from './grants.ts';
import { DEVICE_GRANT } from './registration.ts';
import type { TokenRequest } from './token.ts';

/** How long the codes work, and how long a device waits between two questions, in milliseconds. */
const LIFETIME = 600_000;
const INTERVAL = 5_000;

/** Issues a code for the device, and one for the person. @see RFC 8628 §3.1, §3.2 */
export function deviceAuthorization(state: WorldState, server: ServerState, request: Incoming): Reply {
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  const client = authenticate(state, server, request);
  if (!client.grantTypes.includes(DEVICE_GRANT))
    refuse('unauthorized_client', mistake('The client is not registered for the device grant.'));
  const resource = resourceOf(state, server, request.form);
  const grant = grantOf(server, client, resource, requestedScopes(state, resource, request.form));
  const userCode = userCodeFor(state, server);
  const now = state.clock.now();
  const code = state.secrets.issue('device code', server.name);
  const waiting = { decided: undefined, isSpent: false, pollAt: now };
  server.deviceCodes.set(code, {
    grant,
    userCode,
    clientName: client.name,
    expiresAt: now + LIFETIME,
    ...waiting,
  });
  const json = {
    device_code: code,
    user_code: userCode,
    verification_uri: `${server.issuer}/activate`,
    verification_uri_complete: `${server.issuer}/activate?user_code=${userCode}`,
    expires_in: LIFETIME / 1000,
    interval: INTERVAL / 1000,
  };
  return { status: 200, headers: notStored, json };
}

/** Short, and easy to type. @see RFC 8628 §6.1 */
function userCodeFor({ secrets }: WorldState, server: ServerState): string {
  const letters = 'BCDFGHJKLMNPQRSTVWXZ';
  const picked = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => letters[byte % letters.length]);
  const code = `${picked.slice(0, 4).join('')}-${picked.slice(4).join('')}`;
  secrets.learn(code, 'user code', server.name);
  return code;
}

/** The device that a person types the code of. */
export function deviceOf(
  state: WorldState,
  userCode: string,
): readonly [ServerState, DeviceCode] | undefined {
  for (const server of state.servers.values())
    for (const device of server.deviceCodes.values())
      if (device.userCode === userCode) return [server, device];
  return undefined;
}

/** Answers a device that asks whether its person has decided. @see RFC 8628 §3.4, §3.5 */
export function deviceToken({ state, server, client, form }: TokenRequest): Reply {
  const value = single(form, 'device_code') ?? refuse('invalid_request', mistake('There is no device_code.'));
  const device = server.deviceCodes.get(value);
  const now = state.clock.now();
  if (!device || device.isSpent)
    return refuse('invalid_grant', mistake('The device code is not known, or was used before.'));
  if (device.grant.clientId !== client.clientId)
    refuse('invalid_grant', mistake('The device code was issued to another client.'));
  if (device.expiresAt <= now) refuse('expired_token', expected('The device code has expired.'));
  const isTooEarly = now < device.pollAt;
  device.pollAt = now + INTERVAL;
  if (isTooEarly) refuse('slow_down', mistake('The device did not wait between two questions.'));
  const { decided } = device;
  if (!decided || decided.decision === 'leaves')
    return refuse('authorization_pending', expected('The person has not decided yet.'));
  device.isSpent = true;
  if (decided.decision === 'denies') refuse('access_denied', expected('The person has denied it.'));
  const { scopes } = device.grant;
  const allowed = decided.scopes ? scopes.filter((scope) => decided.scopes?.includes(scope)) : scopes;
  const grant = { ...device.grant, scopes: allowed };
  return issue(state, server, grant, { refreshable: isRefreshable(server, client) });
}
