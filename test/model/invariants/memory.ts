// What was reported is remembered, with its time: what an actor found out is not found out twice, nor lost (STEP-2, TOK-4).
import { isDeepStrictEqual } from 'node:util';
import type { Work } from '../../../contract/work.ts';
import type { AuthContext } from '../../../machines/context.ts';
import { type Invariant, outputIn } from '../invariant.ts';
import type { Source } from '../stimuli/stimulus.ts';

type Facts = Partial<AuthContext>;

/** What each report says, by the name that the chart has for it. Nothing, where it is only that something was done. */
const facts: { readonly [Name in Source]?: (output: Work[Name]['output']) => Facts | undefined } = {
  recallSession: ({ at, strategy, limits, binding, grant, login }) => ({
    at,
    foundGrant: grant?.version ?? null,
    strategy,
    limits,
    binding,
    grant,
    server: login?.server ?? null,
    registration: login?.registration ?? null,
  }),
  probeResource: ({ at, challenge }) => ({ at, challenge }),
  fetchResourceMetadata: ({ at, resourceMetadata }) => ({ at, resourceMetadata, passedOver: [] }),
  chooseServer: ({ at, issuer, isBound }) =>
    issuer === null ? undefined : { at, candidate: { issuer, isBound } },
  fetchServerMetadata: ({ at, server }) => ({ at, server }),
  recallBinding: ({ at, strategy, limits, binding, grant, registration, metadataDocument, mayRegister }) => ({
    at,
    strategy,
    limits,
    binding,
    grant,
    // Where there was none, another may have been got at once.
    ...(registration && { registration }),
    ways: { metadataDocument, dynamic: mayRegister },
  }),
  reserveRedirect: ({ at, redirectUri, login }) => ({ at, redirectUri, ...login }),
  registerClient: ({ at, registration, redirectUri }) => ({ at, registration, redirectUri }),
  findLogin: ({ at, login }) => ({ at, ...login }),
  takeOverLogin: ({ at }) => ({ at }),
  prepareAuthorization: ({ at, pending, registration }) => ({ at, pending, registration }),
  requestDeviceCode: ({ at, pending }) => ({ at, pending }),
  exchangeCode: got,
  pollDeviceGrant: got,
  requestDirectGrant: got,
  refreshGrant: got,
  confirmStepUp: ({ at, isAllowed }) => (isAllowed ? { at } : undefined),
};

export const memory: Invariant = {
  holds: 'what an actor reported is known after its report, as it was reported, and so is the time',
  spec: ['STEP-2', 'STEP-6', 'TOK-4', 'BIND-1', 'AUTHZ-4'],
  violated(edge) {
    const source = edge.stimulus.report?.source;
    // What a step-up looks up is for its scopes only.
    if (edge.from.matches('steppingUp') && source === 'fetchResourceMetadata') return undefined;
    const known = source && factsIn(edge, source);
    if (!known) return undefined;
    const { context } = edge.to;
    for (const [name, fact] of Object.entries(known)) {
      const is = context[name as keyof AuthContext];
      if (is !== fact && !isDeepStrictEqual(is, fact))
        return `what ${source} reported as ${name} is not known`;
    }
    return undefined;
  },
};

export const boundByGrant: Invariant = {
  holds: 'a new grant moves the binding to its issuer, and adds its scopes to all that were asked for there',
  spec: ['BIND-8', 'STEP-2', 'STEP-6'],
  violated(edge) {
    const grant = (['exchangeCode', 'pollDeviceGrant', 'requestDirectGrant', 'refreshGrant'] as const)
      .map((source) => outputIn(edge, source)?.grant)
      .find(Boolean);
    if (!grant) return undefined;
    const { binding, registration } = edge.to.context;
    if (binding?.issuer !== grant.issuer)
      return `bound to ${binding?.issuer}, with a grant of ${grant.issuer}`;
    const before = edge.from.context.binding?.scopes ?? [];
    const lost = [...before, ...grant.requested, ...grant.granted].find(
      (one) => !binding.scopes.includes(one),
    );
    if (lost !== undefined) return `the binding forgets "${lost}"`;
    return registration && registration.kind !== binding.kind ? 'bound by another kind of client' : undefined;
  },
};

export const elapsed: Invariant = {
  holds: 'after a wait it is as late as was waited for',
  spec: ['TOK-7', 'TOK-8'],
  violated(edge) {
    const waited = outputIn(edge, 'waitUntil');
    // Where a login has ended, no time is looked at.
    if (!waited || edge.from.hasTag('needsUser')) return undefined;
    return edge.to.context.at === waited.at ? undefined : 'the time that has passed was not noticed';
  },
};

function got({ at, grant }: Work['refreshGrant']['output']): Facts {
  return { at, grant, failure: null, retryAt: undefined, refused: null };
}

function factsIn<Name extends Source>(edge: Parameters<typeof outputIn>[0], source: Name): Facts | undefined {
  const output = outputIn(edge, source);
  return output && facts[source]?.(output);
}
