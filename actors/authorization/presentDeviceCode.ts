// Shows a person the code that they approve at another device. (RFC 8628 §3.3)
import { refuse } from '../../contract/errors.ts';
import { fromHost } from '../network/fromHost.ts';
import { readDevice } from '../records/deviceCode.ts';
import type { Act } from '../tools/tools.ts';

/**
 * Shows a person the code, in the way that the host gave.
 * @throws AuthError `config_invalid` when there is no such way, or it failed; `login_timed_out` when the code is gone.
 * @see RFC 8628 §3.3
 */
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
    await fromHost(tools, async () => grant.show(prompt), 'a way to show the code');
    return { at: tools.now() };
  };
