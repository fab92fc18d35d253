// The order of a login: what each report in it leads to, and to nothing else (code, device, direct).
import type { Pending, Registration, ServerMetadata } from '../../../contract/facts.ts';
import { begunBy, type Invariant, outputIn, startedBy } from '../invariant.ts';
import type { Source } from '../stimuli/stimulus.ts';
import type { Edge } from '../walk.ts';

/** How often a person is led somewhere before the resource accepts something. */
const MOST_LOGINS = 2;

/** What is done next, once an actor has done its part; null: a grant is there, and nothing is left to do. */
const next: Partial<Record<Source, (edge: Edge) => Source | null>> = {
  reserveRedirect: (edge) => {
    if (outputIn(edge, 'reserveRedirect')?.login) return 'takeOverLogin';
    return isForOurClient(edge) ? 'prepareAuthorization' : 'registerClient';
  },
  registerClient: ({ from }) =>
    from.context.strategy === 'device' ? 'requestDeviceCode' : 'prepareAuthorization',
  findLogin: (edge) => {
    if (outputIn(edge, 'findLogin')?.login) return 'takeOverLogin';
    const { registration, server, ways } = edge.from.context;
    const isByDocument = server?.acceptsMetadataDocuments && ways.metadataDocument !== null;
    // A document is adopted first, and the login begins with it.
    return registration === null && isByDocument ? 'findLogin' : 'reserveRedirect';
  },
  prepareAuthorization: (edge) => {
    if (outputIn(edge, 'prepareAuthorization')?.isJoined) return 'takeOverLogin';
    return leading(edge);
  },
  takeOverLogin: (edge) => {
    const became = outputIn(edge, 'takeOverLogin')?.became;
    if (became === 'broken off') return 'recallSession';
    const { requestedLogin, challenge, interaction, quiet, presented, pending, budget } = edge.from.context;
    const isAskedFor = requestedLogin !== null || (challenge !== null && interaction === 'auto' && !quiet);
    if (budget.authorizations >= MOST_LOGINS) return 'awaitResponse';
    const isShown = presented !== null && presented === pending?.key;
    return became === 'ours' && isAskedFor && !isShown ? leading(edge) : 'awaitResponse';
  },
  pushAuthorization: () => 'presentAuthorization',
  presentAuthorization: () => 'awaitResponse',
  awaitResponse: () => 'validateResponse',
  validateResponse: () => 'exchangeCode',
  exchangeCode: () => null,
  requestDeviceCode: () => 'presentDeviceCode',
  presentDeviceCode: () => 'pollDeviceGrant',
  pollDeviceGrant: () => null,
  requestDirectGrant: () => null,
};

/** A person is led to the server, after it was given the request itself where it wants that. */
const leading = ({ from }: Edge): Source =>
  from.context.server?.requiresPush ? 'pushAuthorization' : 'presentAuthorization';

export const login: Invariant = {
  holds:
    'a login goes in order: a login that is under way, redirect URI, client, request, push where it is required, person, answer, judgement, grant; the login of a sibling is waited for, and shown only to who asked when nobody else holds it',
  spec: ['AUTHZ-3', 'AUTHZ-4', 'AUTHZ-8', 'AUTHZ-11', 'AUTHZ-12', 'REG-4', 'EXT-1', 'EXT-6'],
  violated(edge) {
    const source = doneBy(edge);
    const then = source && next[source]?.(edge);
    if (then === undefined) return undefined;
    const begun = begunBy(edge).join();
    if (begun !== (then ?? '')) return `after ${source}, ${then ?? 'nothing'} is due, not ${begun}`;
    if (then === null && !isSettled(edge))
      return `${source} got a grant that is not used, or not told as one`;
    const isKnown = edge.from.context.registration !== null;
    if (source === 'findLogin' && then === 'reserveRedirect' && edge.to.matches('authorizing') !== isKnown)
      return isKnown ? 'a known client is registered anew' : 'a login without a client';
    const isTurn = ['awaitResponse', 'takeOverLogin', 'pollDeviceGrant'].includes(then ?? '');
    return edge.to.hasTag('needsUser') === isTurn ? undefined : `a person is told the wrong thing at ${then}`;
  },
};

export const handedOn: Invariant = {
  holds:
    'the redirect URI, the client and the request that were reported are those that the login goes on with',
  spec: ['AUTHZ-4', 'AUTHZ-8', 'REG-4', 'REG-7', 'BIND-4'],
  violated(edge) {
    if (doneBy(edge) === undefined || !('output' in edge.stimulus.event)) return undefined;
    const output = edge.stimulus.event.output as Readonly<Record<string, unknown>>;
    for (const { source, input } of startedBy(edge)) {
      for (const name of ['redirectUri', 'registration', 'pending']) {
        const [got, given] = [output[name], input[name]];
        if (got && given && got !== given) return `${source} has another ${name}`;
      }
    }
    return undefined;
  },
};

export const deadline: Invariant = {
  holds: 'whoever waits for a person’s answer waits until the request expires, and no longer',
  spec: ['AUTHZ-3', 'AUTHZ-10'],
  violated(edge) {
    const isWait = (source: Source) => source === 'awaitResponse' || source === 'takeOverLogin';
    const waiting = startedBy(edge).find(({ source }) => isWait(source));
    if (!waiting) return undefined;
    const { expiresAt } = waiting.input['pending'] as Pending;
    const isTimed = startedBy(edge).some(
      ({ source, input }) => source === 'waitUntil' && input['at'] === expiresAt,
    );
    return isTimed ? undefined : 'a login may take for ever';
  },
};

/** The endpoint that a piece of work is for, or leads to. */
const endpointFor: Partial<Record<Source, keyof ServerMetadata>> = {
  reserveRedirect: 'authorizationEndpoint',
  findLogin: 'authorizationEndpoint',
  prepareAuthorization: 'authorizationEndpoint',
  requestDeviceCode: 'deviceAuthorizationEndpoint',
  registerClient: 'registrationEndpoint',
};

export const possible: Invariant = {
  holds: 'no login or registration is begun at a server that has no endpoint for it',
  spec: ['AUTHZ-8', 'REG-1', 'EXT-6'],
  violated(edge) {
    for (const source of begunBy(edge)) {
      const endpoint = endpointFor[source];
      const { server } = edge.to.context;
      if (endpoint && server?.[endpoint] === undefined) return `${source} at a server without ${endpoint}`;
    }
    return undefined;
  },
};

const doneBy = ({ stimulus: { event, report } }: Edge): Source | undefined =>
  event.type.startsWith('xstate.done.') ? report?.source : undefined;

/** A grant is there, and nothing is told to the contrary. */
const isSettled = ({ from, to }: Edge): boolean =>
  to.matches('authorized') && to.context.failure === null && to.context.refusal === from.context.refusal;

/** A client that was registered by hand, or by a document, does not depend on a port. */
function isForOurClient({ from, stimulus: { event } }: Edge): boolean {
  const client: Registration | null = from.context.registration;
  const { redirectUri } = ('output' in event ? event.output : {}) as { readonly redirectUri?: string };
  if (client === null || redirectUri === undefined) return false;
  return client.kind !== 'dynamic' || client.redirectUris.includes(redirectUri);
}
