// Failures that the chart itself decides on: each says in one sentence what happened and what to do.
import { type Failure, type FailureCode, failure } from '../contract/errors.ts';
import { placeOf } from '../protocol/text.ts';
import { isSameButSlash } from '../protocol/wellKnown.ts';
import type { AuthContext } from './context.ts';

/** One function for each failure that the chart decides on by itself; it makes the failure from what is known then. */
export const verdicts = {
  credentialWithoutIssuer: (context: AuthContext): Failure =>
    failure(
      'credential_without_issuer',
      'bindChecking',
      `The client credentials for ${placeOf(context.session.resource)} do not say which server issued them; if it is ${issuerOf(context)}, say so with client.preRegistered[].issuer, nothing was sent.`,
      { issuer: issuerOf(context) },
    ),
  boundElsewhere: (context: AuthContext): Failure =>
    failure(
      'bound_elsewhere',
      'bindChecking',
      `The client for ${placeOf(context.session.resource)} was registered at ${context.conflict.elsewhere}, but the resource now names ${issuerOf(context)}; nothing was sent, ${adviceOnConflict(context)}.`,
      { issuer: issuerOf(context), otherIssuer: context.conflict.elsewhere ?? '' },
    ),
  registrationImpossible: (context: AuthContext): Failure =>
    failure(
      'registration_impossible',
      'registering',
      `${issuerOf(context)} offers no way to register that can be used here; register a client there by hand and give it as client.preRegistered, or a metadata document as client.metadataUrl where it takes those.`,
      { issuer: issuerOf(context) },
    ),
  /** A quiet look that found nothing leaves the failure as it was. */
  interactionRequired: (context: AuthContext): Failure =>
    (context.quiet ? context.failure : null) ??
    failure(
      'interaction_required',
      'authorizing',
      `A person has to log in at ${issuerOf(context)}; call login() when they ask for it.`,
      { issuer: issuerOf(context) },
    ),
  grantNotAccepted: (context: AuthContext): Failure =>
    failure(
      'grant_not_accepted',
      'authorizing',
      `Logging in at ${issuerOf(context)} again and again did not bring a token that ${placeOf(context.session.resource)} accepts; tell its operator, or ask for another one with policy.authorizationParameters or policy.scopeFloor.`,
      { issuer: issuerOf(context) },
    ),
  noServerLeft: (context: AuthContext): Failure => {
    const code = codeOfNoServer(context);
    const each = context.passedOver.map((one) => `${one.issuer}: ${one.code}`).join(', ');
    const message = `None of the authorization servers of ${placeOf(context.session.resource)} can be used (${each})`;
    if (code !== 'registration_impossible') return failure(code, 'discovering', `${message}.`);
    const advice = 'register a client at one of them by hand, and give it as client.preRegistered';
    return failure(code, 'registering', `${message}; ${advice}.`);
  },
  loginTimedOut: (context: AuthContext): Failure =>
    failure(
      'login_timed_out',
      'authorizing',
      `Nobody finished the login at ${issuerOf(context)} in time; log in again, or give more time with policy.loginTimeout.`,
      {
        issuer: issuerOf(context),
      },
    ),
  cancelled: (context: AuthContext): Failure =>
    failure(
      'cancelled',
      'authorizing',
      `The login for ${placeOf(context.session.resource)} was cancelled; log in again when you want to.`,
      context.server ? { issuer: context.server.issuer } : {},
    ),
  scopeNotGranted: (context: AuthContext): Failure =>
    failure(
      'scope_not_granted',
      'steppingUp',
      `${placeOf(context.session.resource)} asks for ${scopesOf(context)}, which was requested before and not granted; ask the server's operator for it.`,
      { scopes: context.stepUp?.scopes ?? [] },
    ),
  scopeNotNamed: (context: AuthContext): Failure =>
    failure(
      'scope_not_named',
      'steppingUp',
      `${placeOf(context.session.resource)} asks for more scopes and does not say which, and its metadata lists none that are new; call login({ scopes }) with those that its documentation names.`,
    ),
  scopeNotHonoured: (context: AuthContext): Failure =>
    failure(
      'scope_not_honoured',
      'steppingUp',
      `${placeOf(context.session.resource)} asks for ${scopesOf(context)}, which the server says that the token has; ask the resource's operator.`,
      { scopes: context.stepUp?.scopes ?? [] },
    ),
  stepUpExhausted: (context: AuthContext): Failure =>
    failure(
      'step_up_exhausted',
      'steppingUp',
      `${placeOf(context.session.resource)} keeps asking for more scopes for the same operation (now ${scopesOf(context)}); giving up.`,
      { scopes: context.stepUp?.scopes ?? [] },
    ),
  stepUpBeyondCeiling: (context: AuthContext): Failure =>
    failure(
      'scope_not_allowed',
      'steppingUp',
      `${placeOf(context.session.resource)} asks for ${scopesOf(context)}, which is beyond what this client may ask for; widen policy.scopeCeiling to allow it.`,
      { scopes: context.stepUp?.scopes ?? [] },
    ),
  strategyImpossible: (context: AuthContext): Failure =>
    failure(
      'grant_impossible',
      'authorizing',
      `${issuerOf(context)} has no endpoint for the kind of login that this client is set up for; use another client.grant.`,
      { issuer: issuerOf(context) },
    ),
  stepUpDenied: (context: AuthContext): Failure =>
    failure(
      'access_denied',
      'steppingUp',
      `"${deniedOf(context).join(' ')}" was denied before; call login() with these scopes when the person wants to allow it.`,
      { scopes: context.stepUp?.scopes ?? [] },
    ),
  stepUpBarred: (context: AuthContext): Failure =>
    failure(
      'interaction_required',
      'steppingUp',
      `A person has to allow ${scopesOf(context)} for ${placeOf(context.session.resource)}; call login() with these scopes when they ask for it.`,
      { scopes: context.stepUp?.scopes ?? [] },
    ),
} as const;

/** Worth another try later when one of them was merely out of reach; worth a hand where one only lacks a client. */
function codeOfNoServer({ passedOver }: AuthContext): FailureCode {
  const codes = passedOver.map(({ code }) => code);
  if (codes.some((code) => code !== 'server_metadata_absent' && code !== 'registration_impossible'))
    return 'server_unavailable';
  return codes.includes('registration_impossible') ? 'registration_impossible' : 'server_metadata_absent';
}

const adviceOnConflict = (context: AuthContext): string =>
  isSameButSlash(context.conflict.elsewhere ?? '', issuerOf(context))
    ? 'only a slash differs, write client.preRegistered[].issuer as the server does'
    : "register a client there and give it as client.preRegistered, or ask the resource's operator";

const issuerOf = (context: AuthContext): string =>
  context.server?.issuer ?? context.grant?.issuer ?? 'its server';

const deniedOf = ({ denied, stepUp }: AuthContext): readonly string[] =>
  (stepUp?.scopes ?? []).filter((scope) => denied.includes(scope));

const scopesOf = (context: AuthContext): string => `"${(context.stepUp?.scopes ?? []).join(' ')}"`;
