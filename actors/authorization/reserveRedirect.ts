// Makes a redirect URI ready to receive, before it is registered or sent.
import { AuthError } from '../../contract/errors.ts';
import { redirectUriFailure } from '../../protocol/redirectUri.ts';
import type { Act } from '../tools/tools.ts';

export const reserveRedirect: Act<'reserveRedirect'> =
  (tools) =>
  async ({ wanted }, signal) => {
    const redirectUri = await tools.userAgent.reserve(wanted, signal);
    const failure = redirectUriFailure(redirectUri);
    if (failure) throw new AuthError(failure);
    return { at: tools.now(), redirectUri };
  };
