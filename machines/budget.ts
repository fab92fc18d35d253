// What is spent, what stays spent, and how long the next pause is.
import type { Failure } from '../contract/errors.ts';
import type { Grant } from '../contract/facts.ts';
import { pause } from '../protocol/lifetime.ts';
import { union } from '../protocol/scopes.ts';
import type { AuthContext, AuthEvent } from './context.ts';

type Change = Partial<AuthContext>;

/** What a change of the budgets looks at. */
export interface SpendingArgs {
  readonly context: AuthContext;
}

/** What actions change of the budgets: each one spends. */
export const spending = {
  spendAuthorization: ({ context }: SpendingArgs): Change => spend(context, 'authorizations'),
  spendRenewal: ({ context }: SpendingArgs): Change => spend(context, 'renewals'),
  spendRegistration: ({ context }: SpendingArgs): Change => ({
    ...spend(context, 'registrations'),
    refusedClient: context.registration?.clientId ?? context.grant?.clientId ?? null,
    registration: null,
  }),
  spendStepUp: ({ context }: SpendingArgs): Change => {
    const stepUps = { ...context.budget.stepUps };
    for (const operation of context.stepUp?.operations ?? [])
      stepUps[operation] = (stepUps[operation] ?? 0) + 1;
    return { budget: { ...context.budget, stepUps } };
  },
  /** The scopes are granted, and perhaps not any more: what the grant is renewed for is renewed for once (STEP-4). */
  renewForScopes: ({ context: { grant, stepUp, budget } }: SpendingArgs): Change => ({
    refused: grant && refusedGrant(grant),
    stepUp: null,
    budget: { ...budget, renewedFor: union(budget.renewedFor, stepUp?.operations) },
  }),
} as const;

/** The grant is not used again as it is. */
export const refusedGrant = ({ version, issuer }: Grant): AuthContext['refused'] => ({ version, issuer });

/** What may be tried again later is tried after a pause that grows. */
export function failed(context: AuthContext, what: Failure): Change {
  if (what.recovery !== 'retry-later') return { failure: what };
  const { at, budget } = context;
  return {
    failure: what,
    retryAt: at + pause(budget.pauses, what.retryAfter),
    budget: { ...budget, pauses: budget.pauses + 1 },
  };
}

/** Of the renewals, how many stay spent when a person asks for a login: the refresh token that has brought a refused grant. */
export function renewalsLeftSpent({ grant, refused, budget }: AuthContext, event: AuthEvent): number {
  const isRefused = grant !== null && grant.version === refused?.version;
  const isSetAside = event.type === 'user.login' && event.again === true;
  return isRefused && (isSetAside || budget.renewals > 0) ? Math.max(1, budget.renewals) : 0;
}

function spend(context: AuthContext, what: 'authorizations' | 'renewals' | 'registrations'): Change {
  return { budget: { ...context.budget, [what]: context.budget[what] + 1 } };
}
