// A refresh: one at a time, at its issuer, just after that was named again, cut off by nothing; and what its end means.
import { AuthError, type Failure } from '../../../contract/errors.ts';
import type { Grant } from '../../../contract/facts.ts';
import { type Invariant, startedBy } from '../invariant.ts';
import type { Edge } from '../walk.ts';

const MOST_LOGINS = 2;
const ending = ['user.logout', 'host.shutdown'];

export const oneRefresh: Invariant = {
  holds: 'a refresh under way is cut off by nothing but its own end, a sign-out, or a host that goes down',
  spec: ['TOK-4', 'TOK-5'],
  violated({ from, stimulus, to }) {
    const refreshGrant = from.children['refreshGrant'];
    if (!refreshGrant || stimulus.report?.source === 'refreshGrant' || ending.includes(stimulus.event.type))
      return undefined;
    if (to.children['refreshGrant'] !== refreshGrant) return `the refresh was cut off by ${stimulus.type}`;
    return to.context.grant === from.context.grant ? undefined : 'its grant was taken away';
  },
};

export const refreshed: Invariant = {
  holds:
    'a refresh is tried of a grant that can be renewed, just after its issuer was found to be responsible',
  spec: ['BIND-3', 'TOK-3', 'TOK-8'],
  violated(edge) {
    const refresh = startedBy(edge).find(({ source }) => source === 'refreshGrant');
    if (!refresh) return undefined;
    if (edge.stimulus.report?.source !== 'recallBinding') return `a refresh because ${edge.stimulus.type}`;
    const grant = refresh.input['grant'] as Grant;
    if (!grant.renewable) return 'a refresh of what cannot be renewed';
    return grant === edge.to.context.grant ? undefined : 'a refresh of another grant';
  },
};

export const renewed: Invariant = {
  holds:
    'a refresh that brought new tokens costs one renewal, and settles all that was wrong with the old ones',
  spec: ['TOK-4', 'TOK-9', 'STEP-6'],
  violated({ from, stimulus, to }) {
    if (stimulus.event.type !== 'xstate.done.actor.refreshGrant') return undefined;
    const { grant } = stimulus.event.output as { readonly grant: Grant };
    const { context } = to;
    if (!to.matches('authorized') || context.grant !== grant) return 'the new tokens are not used';
    if (context.budget.renewals !== from.context.budget.renewals + 1) return 'a renewal did not cost one';
    const isSettled = context.failure === null && context.refused === null && context.budget.pauses === 0;
    return isSettled ? undefined : 'a trouble outlived the renewal that ended it';
  },
};

export const unrenewed: Invariant = {
  holds:
    'an outage keeps the grant and waits; a dead refresh token costs the grant and not the registration; any other failure ends the flow',
  spec: ['TOK-6', 'TOK-7', 'REG-5'],
  violated(edge) {
    if (edge.stimulus.event.type !== 'xstate.error.actor.refreshGrant') return undefined;
    const { error } = edge.stimulus.event as { readonly error: unknown };
    if (!(error instanceof AuthError)) return undefined;
    const failure = error.toFailure();
    if (failure.recovery === 'retry-later') return afterOutage(edge, failure);
    const { from, to } = edge;
    if (to.context.grant !== null) return 'a grant that is dead was kept';
    if (failure.recovery === 'reauthorize') {
      if (to.context.registration !== from.context.registration)
        return 'the registration went with the token';
      return to.context.failure?.code === failure.code ? 'nobody tried to get a new grant' : loginAfter(edge);
    }
    if (failure.recovery === 'reregister' && isReplaceable(from)) return afterLoss(edge);
    const isOver = to.matches('failed') || to.matches('rejected');
    return isOver && to.context.failure?.code === failure.code
      ? undefined
      : 'the failure did not end the flow';
  },
};

/** Started with the outage: a pause, and nothing else. */
function afterOutage(edge: Edge, failure: Failure): string | undefined {
  const { from, to } = edge;
  if (to.context.grant !== from.context.grant || !to.matches('authorized')) return 'an outage cost the grant';
  if (to.context.failure?.code !== failure.code) return 'nobody says why the grant is not renewed';
  if (to.context.budget.renewals !== from.context.budget.renewals) return 'an outage cost a renewal';
  const [pause, ...others] = startedBy(edge);
  if (pause?.child !== 'renewalPause' || others.length > 0) return 'an outage is not waited for';
  const until = pause.input['at'];
  return typeof until === 'number' && until > to.context.at
    ? undefined
    : 'a pause without an end, or a length';
}

/** What a client that its server does not know any more leads to. */
function afterLoss({ from, to }: Edge): string | undefined {
  const { refusedClient, registration, budget } = to.context;
  if (refusedClient !== from.context.grant?.clientId) return 'the client that is lost was not noted';
  if (registration !== null && registration.clientId === refusedClient) return 'the lost client is kept';
  const isPaid = budget.registrations === from.context.budget.registrations + 1;
  return isPaid ? loginAfter({ from, to }) : 'a new registration did not cost one';
}

/** A login that takes the place of a renewal: within its budget, where people may be asked, with the client as it is. */
function loginAfter(edge: Pick<Edge, 'from' | 'to'>): string | undefined {
  const { registration, budget, interaction, requestedLogin, strategy } = edge.to.context;
  const [first] = startedBy(edge);
  // Another server that is listed may be looked at, and asks nobody.
  if (!first || first.child === 'failurePause' || first.source === 'chooseServer') return undefined;
  if (budget.authorizations >= MOST_LOGINS) return 'a login beyond its budget';
  if (interaction === 'ask' && requestedLogin === null && strategy !== 'direct')
    return 'a login that nobody asked for';
  const { wanted } = first.input;
  const isAsIs = first.source !== 'reserveRedirect' || wanted === registration?.redirectUris;
  return isAsIs || registration === null ? undefined : 'a known client is registered anew';
}

/** A client that was registered by itself, and can be again; once. */
function isReplaceable({ context }: Edge['from']): boolean {
  const { registration, budget, server, ways, strategy } = context;
  const isOpen =
    (ways.dynamic && server?.registrationEndpoint !== undefined && strategy !== 'direct') ||
    (ways.metadataDocument !== null && server?.acceptsMetadataDocuments === true);
  return registration?.kind === 'dynamic' && budget.registrations === 0 && isOpen;
}
