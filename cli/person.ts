// Whether a person may be asked to log in, and what a command does where none may.
import { refuse } from '../contract/errors.ts';
import type { Session } from '../engine/sessionSurface.ts';
import { includesAll, union } from '../protocol/scopes.ts';
import { placeOf } from '../protocol/text.ts';
import type { SessionFlags } from './options.ts';
import { recovered } from './withSession.ts';

/**
 * Whether the command may ask a person. Without a terminal nobody would see what is asked; a user agent or a grant that needs
 * no person is used all the same.
 */
export function mayAskPerson({
  login,
  userAgent,
  grant,
}: Pick<SessionFlags, 'login' | 'userAgent' | 'grant'>): boolean {
  const needsNobody = grant === 'client-credentials' || grant === 'workload';
  if (needsNobody || (grant === 'code' && userAgent === 'headless')) return true;
  return login ?? (process.stdin.isTTY === true || process.stderr.isTTY === true);
}

/**
 * The access token of a login that has these scopes. It asks nobody.
 * @throws AuthError `interaction_required` where a person has to log in.
 */
export async function tokenOf(session: Session, scopes: readonly string[]): Promise<string> {
  if ((await recovered(session)).hasTag('needsUser')) {
    refuse(
      'interaction_required',
      'requesting',
      `A login at ${session.id.resource} is not finished yet; log in.`,
    );
  }
  const token = await session.token();
  const { granted = [], requested = [] } = session.explain().grant ?? {};
  if (includesAll(union(granted, requested), scopes)) return token;
  return refuse(
    'interaction_required',
    'steppingUp',
    `The login at ${session.id.resource} does not have the scopes ${scopes.join(' ')}; log in.`,
  );
}

/** @throws AuthError `interaction_required`, always: what the command line forbids, or has no terminal for. */
export function refuseLogin({ login }: Pick<SessionFlags, 'login'>, resource: string): never {
  const why =
    login === false ? '--no-login was given' : 'there is no terminal; to log in all the same give --login';
  return refuse(
    'interaction_required',
    'configuring',
    `A person has to log in at ${placeOf(resource)}, and ${why}.`,
  );
}
