// A login that a person approves at another device: ask for a code, show it, and poll as often as is allowed. (RFC 8628)
import * as oauth from 'oauth4webapi';
import { AuthError, type FailureCode, failure, refuse, toFailure } from '../../contract/errors.ts';
import { judgeAddress } from '../../protocol/address.ts';
import { own, readObject } from '../../protocol/json.ts';
import { isOutage } from '../../protocol/outage.ts';
import { DEVICE_CODE } from '../../protocol/registration.ts';
import { oauthErrorCode, shown } from '../../protocol/text.ts';
import { type DeviceRecord, keys } from '../../stores/records.ts';
import { authenticationOf, fromHost } from '../network/clientAuthentication.ts';
import { resourceAt, resourceParameter } from '../network/resourceParameter.ts';
import { asServer, type IssuedTokens, optionsFor, requestTokens } from '../network/tokenEndpoint.ts';
import { clientOf } from '../records/clientOf.ts';
import { serverRecord } from '../records/facts.ts';
import { keepGrant } from '../records/keepGrant.ts';
import { digest } from '../tools/digest.ts';
import type { Act, Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'requestDeviceCode'>>>[0];

export const requestDeviceCode: Act<'requestDeviceCode'> = (tools) => async (input, signal) => {
  const { session, server, registration, scopes } = input;
  const client = await clientOf(tools, { registration });
  const resource = resourceAt(tools, server.issuer, input.resource);
  const credentials = { issuer: registration.issuer, client };
  const { authentication } = await authenticationOf(tools, { server, phase: 'authorizing' }, credentials);
  const endpoint = server.deviceAuthorizationEndpoint ?? '';
  const as = { ...asServer(server), device_authorization_endpoint: endpoint };
  const parameters = new URLSearchParams({
    ...resourceParameter(resource),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  });
  const options = optionsFor(tools, session, endpoint, 'token', signal);
  const response = await oauth
    .deviceAuthorizationRequest(as, { client_id: client.clientId }, authentication, parameters, options)
    .catch((error: unknown) => {
      throw new AuthError(toFailure(error, 'authorizing'));
    });
  const answer = judge(response.status, await response.text(), input, tools);
  const record: DeviceRecord = {
    v: 1,
    session,
    server: serverRecord(server),
    client,
    resource,
    requested: [...scopes],
    ...answer,
  };
  const key = keys.device(await digest(record.deviceCode));
  await tools.records.update(key, () => record);
  const pending = {
    key,
    issuer: server.issuer,
    redirectUri: null,
    expiresAt: record.expiresAt,
    requested: scopes,
  };
  return { at: tools.now(), pending };
};

type Answer = Pick<
  DeviceRecord,
  'deviceCode' | 'userCode' | 'verificationUri' | 'verificationUriComplete' | 'interval' | 'expiresAt'
>;

/** Seconds between two polls, where the server does not say. @see RFC 8628 §3.2 */
const DEFAULT_INTERVAL = 5;
/** Longest wait and life that are believed, in seconds. */
const MAX_INTERVAL = 60;
const MAX_LIFE = 3600;

/** @see RFC 8628 §3.2 */
function judge(status: number, text: string, { session, server }: Input, tools: Tools): Answer {
  const document = readObject(text) ?? {};
  const deviceCode = codeText(own(document, 'device_code'), 4096);
  const userCode = codeText(own(document, 'user_code'), 64);
  const verificationUri = pageOf(own(document, 'verification_uri'), session.resource);
  if (status !== 200 || !deviceCode || !userCode || !verificationUri)
    return refused(status, document, server.issuer);
  const complete = pageOf(own(document, 'verification_uri_complete'), session.resource);
  const life = seconds(own(document, 'expires_in'), 600, MAX_LIFE) * 1000;
  return {
    deviceCode,
    userCode,
    verificationUri,
    ...(complete !== undefined && { verificationUriComplete: complete }),
    interval: seconds(own(document, 'interval'), DEFAULT_INTERVAL, MAX_INTERVAL) * 1000,
    expiresAt: tools.now() + Math.min(life, tools.policy.loginTimeout ?? life),
  };
}

function codeText(value: unknown, longest: number): string | undefined {
  return typeof value === 'string' && value.length <= longest && /^[\x20-\x7e]+$/.test(value)
    ? value
    : undefined;
}

/** A page that a person may be sent to: judged as all addresses are (AUTHZ-9). */
function pageOf(value: unknown, resource: string): string | undefined {
  const verdict = typeof value === 'string' ? judgeAddress(value, resource) : undefined;
  return verdict?.ok ? verdict.url.href : undefined;
}

function seconds(value: unknown, otherwise: number, most: number): number {
  return typeof value === 'number' && value > 0 ? Math.min(value, most) : otherwise;
}

function refused(status: number, document: Readonly<Record<string, unknown>>, issuer: string): never {
  const error = oauthErrorCode(own(document, 'error'));
  const details = { issuer, status, ...(error !== undefined && { oauthError: error }) };
  const no = (code: FailureCode, message: string): never => {
    throw new AuthError(failure(code, 'authorizing', message, details));
  };
  if (isOutage(status))
    no('server_unavailable', `${issuer} gives out no codes now (${status}); try again later.`);
  if (error === 'invalid_client')
    no('client_refused', `${issuer} does not know this client; register it again.`);
  return no(
    'authorization_refused',
    `${issuer} gave no usable code for another device (${shown(error ?? `status ${status}`)}); ask its operator.`,
  );
}

export const presentDeviceCode: Act<'presentDeviceCode'> =
  (tools) =>
  async ({ pending }) => {
    const { userCode, verificationUri, verificationUriComplete, server, expiresAt } = await readDevice(
      tools,
      pending.key,
    );
    const { grant } = tools.client;
    if (grant?.kind !== 'device')
      return refuse('config_invalid', 'authorizing', 'Nothing is set up to show a code; give client.grant.');
    const prompt = {
      userCode,
      verificationUri,
      ...(verificationUriComplete !== undefined && { verificationUriComplete }),
      issuer: server.issuer,
      expiresAt,
    };
    await fromHost(async () => grant.show(prompt), 'a way to show the code');
    return { at: tools.now() };
  };

/** How much longer to wait after `slow_down`, in milliseconds. @see RFC 8628 §3.5 */
const SLOWER = 5000;

export const pollDeviceGrant: Act<'pollDeviceGrant'> =
  (tools) =>
  async ({ session, pending, server }, signal) => {
    try {
      const record = await readDevice(tools, pending.key);
      const tokens = await untilApproved(tools, session, server, record, signal);
      const grant = await keepGrant(tools, { ...record, issuer: record.server.issuer }, tokens);
      return { at: tools.now(), grant };
    } finally {
      // However it ends, also by a sign-out: nobody can go on with this code.
      await tools.records.forget(keys.as('device', pending.key));
    }
  };

async function untilApproved(
  tools: Tools,
  session: Input['session'],
  server: Input['server'],
  record: DeviceRecord,
  signal: AbortSignal,
): Promise<IssuedTokens> {
  let { interval } = record;
  for (;;) {
    const left = record.expiresAt - tools.now();
    // A signal that has ended before the wait starts wakes nobody.
    if (!signal.aborted) await tools.sleep(Math.min(interval, left), signal);
    if (signal.aborted) return refuse('cancelled', 'authorizing', 'The login was cancelled.');
    // Timers may end a little early by the system's clock: that must not become a poll before its time.
    if (left <= interval || tools.now() >= record.expiresAt) return expired(record);
    const outcome = await poll(tools, session, server, record, signal);
    if (outcome === 'slow_down') interval += SLOWER;
    else if (outcome !== 'authorization_pending') return outcome;
  }
}

type Polled = 'authorization_pending' | 'slow_down' | IssuedTokens;

/** One question. A failure that passes is a reason to wait, not to end: the person is still typing. */
async function poll(
  tools: Tools,
  session: Input['session'],
  server: Input['server'],
  record: DeviceRecord,
  signal: AbortSignal,
): Promise<Polled> {
  const parameters = new URLSearchParams({
    device_code: record.deviceCode,
    ...resourceParameter(record.resource),
  });
  try {
    return await requestTokens(
      tools,
      { session, server, phase: 'authorizing' },
      { issuer: record.server.issuer, client: record.client },
      [record.deviceCode],
      signal,
      (as, who, authentication, options) =>
        oauth.genericTokenEndpointRequest(as, who, authentication, DEVICE_CODE, parameters, options),
    );
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    if (error.oauthError === 'authorization_pending' || error.oauthError === 'slow_down')
      return error.oauthError;
    if (error.recovery === 'retry-later') return 'slow_down';
    throw ofPerson(error, record);
  }
}

function ofPerson(error: AuthError, record: DeviceRecord): AuthError {
  const { issuer } = record.server;
  if (error.oauthError === 'access_denied') {
    return new AuthError(
      failure(
        'access_denied',
        'authorizing',
        `The login at ${issuer} was denied; log in again when you want to allow it.`,
        { issuer },
      ),
    );
  }
  return error.oauthError === 'expired_token' || error.code === 'grant_refused'
    ? new AuthError(
        failure(
          'login_timed_out',
          'authorizing',
          `Nobody typed the code for ${issuer} in time; log in again.`,
          { issuer },
        ),
      )
    : error;
}

function expired(record: DeviceRecord): never {
  throw ofPerson(
    new AuthError(failure('token_refused', 'authorizing', '', { oauthError: 'expired_token' })),
    record,
  );
}

async function readDevice(tools: Tools, key: string): Promise<DeviceRecord> {
  const found = await tools.records.read(keys.as('device', key));
  return found?.value ?? refuse('login_timed_out', 'authorizing', 'This login was ended; log in again.');
}
