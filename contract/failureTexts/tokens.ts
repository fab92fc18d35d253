// Texts of the failures of tokens and scopes: what the token endpoint refuses, and what a step-up does not bring.
import { type FailureText, tokenPhases } from './failureText.ts';

const steppingUp = ['steppingUp'] as const;

/** By code. */
export const tokenTexts = {
  grant_refused: {
    means: 'The server does not honour this login any more.',
    cause:
      'The refresh token has run out, was revoked, or was spent by somebody else; or the person changed a password.',
    cure: 'Log in again. With `policy.interaction: "auto"` that happens by itself.',
    otherwise: ['ask-user'],
    phases: ['requesting', ...tokenPhases],
  },
  token_refused: {
    means: 'The token endpoint refused, and not because of the login.',
    cause:
      'A request that the server does not take: its scopes, its `resource`, or the kind of grant (`oauthError` has its code).',
    cure: 'Check the registration of the client there; see [servers](servers.md) for what some servers need.',
    otherwise: ['reauthorize', 'retry-later'],
    phases: tokenPhases,
  },
  token_response_invalid: {
    means: 'The answer of the token endpoint cannot be used.',
    cause: 'A server that answers without a token, with another type of token, or not with JSON.',
    cure: 'Tell the operator of the authorization server what the message says.',
    phases: tokenPhases,
  },
  grant_not_accepted: {
    means: 'Logins succeed, and the resource accepts none of the tokens that they bring.',
    cause:
      'The resource expects another audience or scope than its metadata say, or does not trust the server that it names.',
    cure: 'Tell the operator of the resource. Some servers need `policy.authorizationParameters` (`audience`) or `policy.scopeFloor`.',
    phases: ['authorizing', 'requesting'],
  },
  dpop_downgraded: {
    means:
      'The server was asked for a token that is bound to a key, and issued one that is not. It was not kept.',
    cause: '`client.dpop: "required"` with a server that ignores DPoP, or an attack.',
    cure: 'Tell the operator of the authorization server, or require less with `client.dpop`.',
    phases: tokenPhases,
  },
  scope_not_granted: {
    means: 'The resource asks for a scope that was requested before and not granted.',
    cause: 'The person or an administrator took the scope out, or the server has a rule against it.',
    cure: 'Ask the operator of the authorization server. The grant from before still works.',
    phases: steppingUp,
  },
  scope_not_named: {
    means: 'The resource asks for more, and does not say for what.',
    cause: 'A 403 without `scope`, and metadata that list nothing new.',
    cure: 'Call `login({ scopes })` with the scopes that the documentation of the resource names.',
    phases: steppingUp,
  },
  scope_not_honoured: {
    means: 'The resource asks for a scope that the token has.',
    cause: 'A resource that checks something else than the scope, such as a role of the person.',
    cure: 'Ask the operator of the resource.',
    phases: steppingUp,
  },
  step_up_exhausted: {
    means: 'The resource keeps asking for more scopes for the same operation.',
    cause: 'A resource with a defect, or one that wants to wear the person out.',
    cure: 'Ask the operator of the resource. `session.login({ scopes })` asks for all of them at once.',
    phases: steppingUp,
  },
  scope_not_allowed: {
    means: 'A scope is beyond `policy.scopeCeiling`. It was not asked for.',
    cause: 'The host has limited what this client may ask for.',
    cure: 'Widen `policy.scopeCeiling`, if that is meant.',
    phases: ['steppingUp', 'authorizing'],
  },
} as const satisfies Readonly<Record<string, FailureText>>;
