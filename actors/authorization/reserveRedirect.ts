// Makes a redirect URI ready to receive, before it is registered or sent; or finds the login of the engine that has it.
import { AuthError } from '../../contract/errors.ts';
import type { JoinedLogin } from '../../contract/work.ts';
import { redirectUriFailure } from '../../protocol/redirectUri.ts';
import { keys } from '../../stores/records.ts';
import { resourceAt } from '../network/resourceParameter.ts';
import { endBeginning } from '../records/beginning.ts';
import { findCurrent, loginFacts, type Wanted } from '../records/loginUnderWay.ts';
import { waitForChange } from '../records/waitForChange.ts';
import { type Act, registrationPlace, type Tools } from '../tools/tools.ts';

/** How long a login is looked for whose redirect URI is taken, in milliseconds: its engine has just begun. */
const PATIENCE = 3_000;

/**
 * Reserves a redirect URI. Where it cannot be had, another engine may be about to start a login with it: then that login is
 * the one to wait for.
 * @throws AuthError `config_invalid` for a redirect URI that may not be used; what the user agent throws, where nobody else
 *   has such a login.
 */
export const reserveRedirect: Act<'reserveRedirect'> =
  (tools) =>
  async ({ wanted, ...given }, signal) => {
    try {
      const registered = wanted.length > 0 ? wanted : await registeredMeanwhile(tools, given.server.issuer);
      const redirectUri = await tools.userAgent.reserve(registered, signal);
      const failure = redirectUriFailure(redirectUri);
      if (failure) throw new AuthError(failure);
      return { at: tools.now(), redirectUri, login: null };
    } catch (error) {
      await endBeginning(tools, given.session);
      const isTaken = error instanceof AuthError && error.code === 'user_agent_failed';
      const resource = resourceAt(tools, given.server.issuer, given.resource);
      const login = isTaken ? await loginElsewhere(tools, { ...given, resource }, signal) : undefined;
      if (!login) throw error;
      return { at: tools.now(), redirectUri: null, login };
    }
  };

/** The redirect URIs of a client that another engine has registered since the chart looked: with one of them it will do (R13). */
async function registeredMeanwhile(tools: Tools, issuer: string): Promise<readonly string[]> {
  const registration = await tools.records.read(keys.registration(issuer, registrationPlace(tools)));
  return registration?.value.client.redirectUris ?? [];
}

async function loginElsewhere(
  tools: Tools,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<JoinedLogin | undefined> {
  const at = keys.login(wanted.session);
  for (let waited = 0; ; ) {
    const { version, found } = await findCurrent(tools, wanted);
    if (found) return loginFacts(tools, found);
    if (waited >= PATIENCE || !tools.userAgent.hold) return undefined;
    waited += await waitForChange(tools, new Map([[at, version]]), PATIENCE - waited, signal);
  }
}
