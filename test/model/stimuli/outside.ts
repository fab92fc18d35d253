// What people, the host, the resource and siblings do: events that come at any time, whatever the state.

import { type Failure, failure } from '../../../contract/errors.ts';
import type { Challenge } from '../../../contract/facts.ts';
import type { AuthEvent } from '../../../machines/context.ts';
import type { Snapshot } from '../step.ts';
import { type Around, TOKEN_LIFE } from './around.ts';
import type { Stimulus } from './stimulus.ts';

/** Names the one operation of all challenges: attempts are counted by it. */
const OPERATION = 'call';

export function fromOutside({ setting }: Around, { context }: Snapshot): readonly Stimulus[] {
  const version = context.grant?.version ?? null;
  const pendingKey = context.pending?.key ?? 'pending:none';
  const happens = (type: string, event: AuthEvent): Stimulus => ({ type, event });
  const answers = (what: string, challenge: Challenge, grantVersion: string | null): Stimulus =>
    happens(`the resource answers ${what}`, {
      type: 'challenge.received',
      challenge,
      grantVersion,
      operation: OPERATION,
    });
  return [
    ...setting.loginScopes.map((scope) =>
      scope === ''
        ? happens('a person logs in', { type: 'user.login' })
        : happens(`a person logs in for ${scope}`, { type: 'user.login', scopes: [scope] }),
    ),
    ...when(setting.refuses && setting.loginScopes.includes(''), [
      happens('a person logs in again', { type: 'user.login', again: true }),
    ]),
    happens('a person logs out', { type: 'user.logout' }),
    ...when(setting.loginScopes.includes(''), [
      happens('a person logs out and has all forgotten', { type: 'user.logout', forget: 'everything' }),
    ]),
    happens('a person cancels', { type: 'user.cancel' }),
    happens('a person tries again', { type: 'user.retry' }),
    happens('the host shuts down', { type: 'host.shutdown' }),
    ...when(setting.refuses, [
      answers('401', unauthorized, version),
      answers('401 to an older token', unauthorized, 'an older one'),
    ]),
    answers('a plain 403', { status: 403 }, version),
    ...setting.more.map((scope) =>
      answers(scope === '' ? '403 for scopes' : `403 for ${scope}`, insufficient(scope), version),
    ),
    happens('a token is needed', { type: 'renewal.requested', at: context.at }),
    ...when(setting.ages, [
      happens('a token is needed, long after', { type: 'renewal.requested', at: context.at + TOKEN_LIFE }),
    ]),
    happens('the resource accepts the grant', { type: 'grant.proved', grantVersion: version ?? 'none' }),
    happens('the resource accepts an older grant', { type: 'grant.proved', grantVersion: 'an older one' }),
    happens('our response comes in', { type: 'response.received', pendingKey }),
    ...when(setting.siblings, [
      happens('a sibling has another grant', { type: 'grant.changed', grantVersion: 'of a sibling' }),
      happens('a sibling signs out', { type: 'grant.changed', grantVersion: null }),
      happens('what is known is told', { type: 'grant.changed', grantVersion: version }),
      happens('a refused grant is told', {
        type: 'grant.changed',
        grantVersion: context.refused?.version ?? version,
      }),
      happens('a grant that was found before is told', {
        type: 'grant.changed',
        grantVersion: context.foundGrant ?? version,
      }),
      happens('a sibling asks for another login', { type: 'login.replaced' }),
      happens('the login ends elsewhere', { type: 'login.ended', failure: endedElsewhere('access_denied') }),
      happens('the login ends elsewhere, by an outage', {
        type: 'login.ended',
        failure: endedElsewhere('server_unavailable'),
      }),
      happens('another response comes in', { type: 'response.received', pendingKey: 'pending:other' }),
    ]),
  ];
}

const endedElsewhere = (code: 'access_denied' | 'server_unavailable'): Failure =>
  failure(code, 'authorizing', `${code} happened.`);

const unauthorized: Challenge = { status: 401, scheme: 'bearer', scopes: ['read'] };

const insufficient = (scope: string): Challenge => ({
  status: 403,
  scheme: 'bearer',
  error: 'insufficient_scope',
  ...(scope !== '' && { scopes: [scope] }),
});

const when = (happens: boolean, these: readonly Stimulus[]): readonly Stimulus[] => (happens ? these : []);
