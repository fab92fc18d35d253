// What may be told of where a chart is: an allow-list, field by field. Nothing else of its context leaves the process.

import type { Failure } from '../contract/errors.ts';
import type { Challenge } from '../contract/facts.ts';
import type { ChartFacts } from '../contract/trace.ts';
import type { AuthContext } from '../machines/context.ts';

type Told = NonNullable<ChartFacts['failure']>;

/** What may be told of where a chart is. */
export function chartFacts(context: AuthContext): ChartFacts {
  const { server, candidate, passedOver, binding, registration, requestedLogin, challenge, stepUp } = context;
  const issuer = server?.issuer ?? candidate?.issuer;
  const { authorizations, renewals, registrations, pauses } = context.budget;
  return {
    ...(issuer !== undefined && { server: issuer }),
    ...(passedOver.length > 0 && { passedOver: passedOver.map((one) => one.issuer) }),
    ...(binding && { bound: { issuer: binding.issuer, kind: binding.kind } }),
    ...(registration && { client: { issuer: registration.issuer, kind: registration.kind } }),
    ...grantFacts(context),
    ...(requestedLogin && { requestedLogin: [...requestedLogin.scopes] }),
    ...(challenge && { challenge: challengeFacts(challenge) }),
    ...(stepUp && { stepUp: [...stepUp.scopes] }),
    ...pendingFacts(context),
    budget: { authorizations, renewals, registrations, pauses },
    ...(context.failure && { failure: told(context.failure) }),
    ...(context.refusal && { refusal: told(context.refusal) }),
  };
}

function grantFacts({ grant, refused }: AuthContext): Pick<ChartFacts, 'grant'> {
  if (!grant) return {};
  const { issuer, requested, granted, expiresAt, renewable, version } = grant;
  return {
    grant: {
      issuer,
      requested: [...requested],
      granted: [...granted],
      ...(expiresAt !== undefined && { expiresAt }),
      renewable,
      isRefused: version === refused?.version,
    },
  };
}

const challengeFacts = ({ status, scopes }: Challenge): NonNullable<ChartFacts['challenge']> => ({
  status,
  ...(scopes && { scopes: [...scopes] }),
});

function pendingFacts({ pending }: AuthContext): Pick<ChartFacts, 'pending'> {
  if (!pending) return {};
  const { issuer, requested, expiresAt } = pending;
  return { pending: { issuer, requested: [...requested], expiresAt } };
}

const told = ({ code, phase, recovery, message }: Failure): Told => ({ code, phase, recovery, message });
