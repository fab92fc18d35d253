// What the host’s word on a step-up leads to: the issuer of the grant, or back to the grant as it is (STEP-3, STEP-5, STEP-7).
import { AuthError } from '../../../contract/errors.ts';
import { includesAll, union } from '../../../protocol/scopes.ts';
import type { Invariant } from '../invariant.ts';
import { type Context, refusedWith, workersOf } from './stepUp.ts';

export const confirmed: Invariant = {
  holds:
    'a step-up that the host allows costs one attempt of each operation, and one that it denies is not made',
  spec: ['STEP-3', 'STEP-4', 'STEP-7'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    if (stimulus.event.type !== 'xstate.done.actor.confirmStepUp') return undefined;
    const { grant, stepUp, budget } = from.context;
    const { isAllowed } = stimulus.event.output as { readonly isAllowed: boolean };
    if (!isAllowed) {
      const isRemembered = includesAll(union(to.context.denied, grant?.granted), stepUp?.scopes ?? []);
      return isRemembered ? refusedWith('access_denied', edge) : 'the denial was not remembered';
    }
    const isPaid = (stepUp?.operations ?? []).every(
      (operation) => to.context.budget.stepUps[operation] === (budget.stepUps[operation] ?? 0) + 1,
    );
    if (!isPaid) return 'a step-up did not cost one attempt';
    const [worker, ...others] = workersOf(edge);
    if (!worker && isClosed(from.context))
      return to.context.refusal?.code === 'grant_impossible'
        ? undefined
        : 'nobody says that the server has closed';
    return worker && others.length === 0 ? undecidedBy(from.context, worker.source) : 'nobody stepped up';
  },
};

export const unconfirmed: Invariant = {
  holds: 'a host that cannot say whether it allows a step-up has not allowed it',
  spec: ['STEP-5', 'STEP-7'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    if (stimulus.event.type !== 'xstate.error.actor.confirmStepUp') return undefined;
    const { error } = stimulus.event as { readonly error: unknown };
    if (from.context.grant?.version === from.context.refused?.version) return undefined;
    if (!to.matches('authorized') || workersOf(edge).length > 0)
      return 'a step-up without a word of the host';
    const code = error instanceof AuthError ? error.code : 'internal';
    return to.context.refusal?.code === code ? undefined : 'nobody says that the host could not be asked';
  },
};

const logins = ['findLogin', 'requestDeviceCode', 'requestDirectGrant'];

/** A server that nobody can log in at any more. */
const isClosed = ({ strategy, server }: Context): boolean =>
  server !== null &&
  ((strategy === 'code' && server.authorizationEndpoint === undefined) ||
    (strategy === 'device' && server.deviceAuthorizationEndpoint === undefined));

/** To the server of the grant where it is known, with its client; else it is asked first who is responsible. */
function undecidedBy({ grant, server, registration }: Context, source: string): string | undefined {
  const isHome = server?.issuer === grant?.issuer && registration?.issuer === grant?.issuer;
  if (isHome) return logins.includes(source) ? undefined : `${source} where a login was due`;
  const isAsking = source === 'fetchResourceMetadata' || source === 'probeResource';
  return isAsking ? undefined : `${source}, though the server of the grant is not known`;
}
