// What must follow from the evidence of the bind-check: refuse, use, renew, or get a new grant (SEP-2352).
import { isDeepStrictEqual } from 'node:util';
import type { FailureCode } from '../../../contract/errors.ts';
import type { GrantStrategy, ServerMetadata } from '../../../contract/facts.ts';
import type { Bound } from '../../../contract/work.ts';
import { begunBy, failureIn, type Invariant, toldIn } from '../invariant.ts';
import type { Edge } from '../walk.ts';
import { type Means, meansIn, meansWithoutLost, objectionTo, wayTo } from './clients.ts';

type Context = Edge['to']['context'];

const MOST_LOGINS = 2;
const MOST_RENEWALS = 1;

export const conflict: Invariant = {
  holds:
    'credentials of nobody, and of another issuer, are refused by name; the bind-check refuses nothing else',
  spec: ['BIND-6', 'BIND-10'],
  violated(edge) {
    const found = evidenceIn(edge);
    if (!found) return undefined;
    const code = conflictOf(found);
    if (edge.to.matches('rejected') !== (code !== undefined)) return `${code} led to ${stateOf(edge)}`;
    if (code === undefined) return undefined;
    const { failure } = edge.to.context;
    if (failure?.code !== code) return `${code} was told as ${failure?.code}`;
    const names = [failure.issuer, failure.otherIssuer ?? null];
    const isNamed =
      names[0] === edge.from.context.server?.issuer && names[1] === found.preRegisteredElsewhere;
    return isNamed ? undefined : `${code} names ${names.join(' and ')}`;
  },
};

export const reuse: Invariant = {
  holds:
    'a grant that works is used as it is, and one that is due or was refused is renewed; nobody is asked',
  spec: ['BIND-9', 'BIND-11', 'TOK-8', 'TOK-9', 'AUTHZ-11'],
  violated(edge) {
    const found = evidenceIn(edge);
    const use = found && useOf(found, edge.from.context);
    if (use === undefined) return undefined;
    const begun = begunBy(edge).join();
    if (!edge.to.matches('authorized')) return `a grant to be used ${use} led to ${stateOf(edge)}`;
    if (use === 'renewed') return begun === 'refreshGrant' ? undefined : `no renewal, but ${begun}`;
    if (begun !== '') return `${begun} with a grant that works`;
    const { failure, refusal } = edge.to.context;
    return failure || refusal !== edge.from.context.refusal
      ? 'a grant works, and it is told otherwise'
      : undefined;
  },
};

export const newGrant: Invariant = {
  holds:
    'without a grant that can be used or renewed, a login begins where the server has it, a person may be asked, and it was not tried too often; else it is told why not; where no client id can be had, the next server is looked at first',
  spec: ['DISC-5', 'REG-1', 'BIND-4', 'BIND-5', 'AUTHZ-11', 'TOK-9', 'EXT-6'],
  violated(edge) {
    const means = meansOf(edge);
    const { server } = edge.from.context;
    if (!means || !server) return undefined;
    const way = wayTo(server, means);
    if (!way && isOneOfSeveral(edge.from.context)) return passedOver(edge, server);
    const bar = barOf(means.strategy, server, edge.from.context);
    if (bar === undefined && way) return objectionTo(edge, way);
    const code = bar ?? 'registration_impossible';
    const begun = begunBy(edge).join();
    if (begun !== '' || edge.to.hasTag('busy')) return `${begun} in ${stateOf(edge)}, in spite of ${code}`;
    return toldIn(edge.to) === code ? undefined : `${code} was told as ${toldIn(edge.to)}`;
  },
};

const isOneOfSeveral = ({ resourceMetadata }: Context): boolean =>
  (resourceMetadata?.authorizationServers.length ?? 0) > 1;

/** Where no client id can be had, the next server that is listed is looked at, before anybody is asked for anything. */
function passedOver({ from, to }: Edge, { issuer }: ServerMetadata): string | undefined {
  const passed = [...from.context.passedOver, { issuer, code: 'registration_impossible' }];
  if (!isDeepStrictEqual(to.context.passedOver, passed)) return 'nobody notes where no client id can be had';
  const begun = begunBy({ from, to }).join();
  return begun === 'chooseServer' ? undefined : `${begun}, though another server is listed`;
}

/** By whom a new grant can be asked for, when there is none to use: after the bind-check, or a refresh that failed for good. */
function meansOf(edge: Edge): Means | undefined {
  const found = evidenceIn(edge);
  if (found) return conflictOf(found) || useOf(found, edge.from.context) ? undefined : found;
  const failed = failureIn(edge, 'refreshGrant');
  if (!failed) return undefined;
  return failed.recovery === 'reauthorize' ? meansIn(edge) : meansWithoutLost(edge);
}

const evidenceIn = ({ stimulus: { event } }: Edge): Bound | undefined =>
  event.type === 'xstate.done.actor.recallBinding' && 'output' in event ? (event.output as Bound) : undefined;

const conflictOf = (found: Bound): FailureCode | undefined => {
  if (found.credentialWithoutIssuer) return 'credential_without_issuer';
  return found.preRegisteredElsewhere === null ? undefined : 'bound_elsewhere';
};

/** What a grant is good for: it must have been asked to hold what is wanted now, as far as the host allows. */
function useOf(found: Bound, before: Context): 'as it is' | 'renewed' | undefined {
  const { grant, at, limits } = found;
  if (!grant || conflictOf(found)) return undefined;
  const holds = new Set([...grant.requested, ...grant.granted]);
  const wanted = [before.challenge, before.requestedLogin, before.stepUp].flatMap((one) => one?.scopes ?? []);
  const { floor, ceiling } = limits;
  const isAllowed = (scope: string): boolean => ceiling === null || [...floor, ...ceiling].includes(scope);
  if (wanted.some((scope) => isAllowed(scope) && !holds.has(scope))) return undefined;
  const wasRefused = grant.version === before.refused?.version;
  if (!wasRefused && (grant.refreshAt === undefined || at < grant.refreshAt)) return 'as it is';
  if (wasRefused && before.budget.renewals >= MOST_RENEWALS) return undefined;
  return grant.renewable ? 'renewed' : undefined;
}

/** What forbids any login: first what no person could mend by logging in, then who may be asked, then how often. */
function barOf(
  strategy: GrantStrategy,
  server: ServerMetadata,
  { requestedLogin, quiet, interaction, budget, failure }: Context,
): FailureCode | undefined {
  const endpoints = { code: server.authorizationEndpoint, device: server.deviceAuthorizationEndpoint };
  if (strategy !== 'direct' && endpoints[strategy] === undefined) return 'grant_impossible';
  // Who looks around quietly leaves the failure as it was.
  if (quiet) return failure?.code ?? 'interaction_required';
  if (strategy !== 'direct' && requestedLogin === null && interaction === 'ask')
    return 'interaction_required';
  return budget.authorizations >= MOST_LOGINS ? 'grant_not_accepted' : undefined;
}

const stateOf = ({ to }: Edge): string => JSON.stringify(to.value);
