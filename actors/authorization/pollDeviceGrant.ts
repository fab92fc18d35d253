// Asks for the grant of a device code, as often as is allowed, until the person has approved it. (RFC 8628 §3.4)
import * as oauth from 'oauth4webapi';
import { AuthError, refuse } from '../../contract/errors.ts';
import { codeExpired, judgePollRefusal, nextPoll, type PollVerdict } from '../../protocol/devicePoll.ts';
import { DEVICE_CODE } from '../../protocol/registration.ts';
import { type DeviceRecord, keys } from '../../stores/records.ts';
import { resourceParameter } from '../network/resourceParameter.ts';
import { type IssuedTokens, requestTokens } from '../network/tokenEndpoint.ts';
import { readDevice } from '../records/deviceCode.ts';
import { keepGrant } from '../records/keepGrant.ts';
import { keepAlive } from '../tools/keepAlive.ts';
import { despiteFailures, nowOrLater } from '../tools/keepTrying.ts';
import type { Act, Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'pollDeviceGrant'>>>[0];

/**
 * Asks for the grant of a device code until the person has approved it, and keeps it. The code is forgotten, however that ends.
 * @throws AuthError `access_denied`, `login_timed_out`, `cancelled`; other refusals of the token endpoint.
 * @see RFC 8628 §3.4, §3.5
 */
export const pollDeviceGrant: Act<'pollDeviceGrant'> = (tools) => async (input, signal) => {
  const { key } = input.pending;
  try {
    const record = await readDevice(tools, key);
    const tokens = await untilApproved(tools, input, record, signal);
    const of = { ...record, issuer: record.server.issuer };
    const grant = await despiteFailures(tools, () => keepGrant(tools, of, tokens));
    return { at: tools.now(), grant };
  } finally {
    // However it ends, also by a sign-out: nobody can go on with this code.
    await nowOrLater(tools, () => tools.records.forget(keys.as('device', key)));
  }
};

async function untilApproved(
  tools: Tools,
  input: Input,
  record: DeviceRecord,
  signal: AbortSignal,
): Promise<IssuedTokens> {
  const { expiresAt, server } = record;
  let { interval, client } = record;
  const onAnswer = (answered: DeviceRecord['client']): void => {
    client = answered;
  };
  for (;;) {
    const { wait, isLast } = nextPoll(interval, expiresAt, tools.now());
    // A signal that has ended before the wait starts wakes nobody.
    if (!signal.aborted) await keepAlive(tools.sleep(wait, signal));
    if (signal.aborted) return refuse('cancelled', 'authorizing', 'The login was cancelled.');
    // Timers may end a little early by the system's clock: that must not become a poll before its time.
    if (isLast || tools.now() >= expiresAt) throw new AuthError(codeExpired(server.issuer));
    const outcome = await poll(tools, input, { ...record, client, interval }, onAnswer, signal);
    if ('accessToken' in outcome) return outcome;
    if (outcome.kind === 'ended') throw new AuthError(outcome.failure);
    interval = outcome.interval;
  }
}

/** One question. The next one begins with the method that this one ended with. */
async function poll(
  tools: Tools,
  { session, server }: Input,
  { deviceCode, client, resource, interval, server: { issuer } }: DeviceRecord,
  onAnswer: (client: DeviceRecord['client']) => void,
  signal: AbortSignal,
): Promise<IssuedTokens | PollVerdict> {
  const parameters = new URLSearchParams({ device_code: deviceCode, ...resourceParameter(resource) });
  try {
    return await requestTokens(
      tools,
      { session, server, phase: 'authorizing', onAnswer },
      { issuer, client },
      [deviceCode],
      signal,
      (as, who, authentication, options) =>
        oauth.genericTokenEndpointRequest(as, who, authentication, DEVICE_CODE, parameters, options),
    );
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return judgePollRefusal(error.toFailure(), interval, issuer);
  }
}
