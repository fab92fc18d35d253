// The options of an engine, judged when it is made: before any traffic (HOST-2, P07).
import type { UserAgent } from '../../actors/userAgents/userAgent.ts';
import { implementation, invalid, object, optional, type Shape } from '../../protocol/options.ts';
import { callback, flag, id } from '../../protocol/optionValues.ts';
import { home } from '../../stores/options.ts';
import type { EngineOptions } from '../engineOptions.ts';
import { clientShape } from './client.ts';
import { policy } from './policy.ts';

/** The methods of a user agent. */
export const userAgentShape: Shape<UserAgent> = {
  name: id,
  leavesPage: optional(flag),
  reserve: callback,
  atLocalhost: optional(callback),
  hold: optional(callback),
  present: callback,
  receive: callback,
  dismiss: optional(callback),
  release: callback,
  dispose: callback,
};

/** The options of `createAuthEngine`. */
export const engineShape: Shape<EngineOptions> = {
  client: object(clientShape),
  userAgent: optional(implementation(userAgentShape)),
  store: optional(home),
  policy: optional(policy),
  onProgress: optional(callback),
  onTrace: optional(callback),
  onDefect: optional(callback),
  inspect: optional(callback),
  fetch: optional(callback),
  now: optional(callback),
  sleep: optional(callback),
};

/** @throws AuthError `config_invalid` */
export function judgeEngineOptions(options: EngineOptions): void {
  object(engineShape)(options, '');
  // Every other kind of grant is got without a person at a browser of ours.
  if (options.userAgent === undefined && options.client.grant === undefined)
    invalid('userAgent must be given: people log in with a browser unless client.grant says otherwise.');
}
