// What it means that a token endpoint gave no tokens, and what helps. (RFC 6749 §5.2)
import { type Failure, type FailureDetails, failure, type Phase } from '../contract/errors.ts';
import { mindsResource, resourceAdvice } from './mending.ts';
import { isOutage } from './outage.ts';
import { codeWithout, shown, withoutSecrets } from './text.ts';
import type { TokenVerdict } from './tokenResponse.ts';

/** @see RFC 9449 §8 */
const NONCE_DEMAND = 'use_dpop_nonce';
/** Codes that speak of the moment, whatever the status. @see RFC 6749 §4.1.2.1, RFC 8628 §3.5 */
const passing: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

/** An answer without tokens. */
export type TokenRefusal = Exclude<TokenVerdict, { kind: 'tokens' }>;

/** What surrounds such an answer. */
export interface RefusedRequest {
  readonly issuer: string;
  readonly phase: Phase;
  /** HTTP status. */
  readonly status: number;
  /** Milliseconds, as the server asked. */
  readonly retryAfter: number | undefined;
  /** Everything that was sent and may not be shown. */
  readonly secrets: readonly string[];
}

/**
 * Whether an answer only asks for another nonce in the proof: nothing of the request was spent.
 * @see RFC 9449 §8
 */
export function demandsTokenNonce(status: number, verdict: TokenVerdict): boolean {
  return status === 400 && verdict.kind === 'error' && verdict.error === NONCE_DEMAND;
}

/**
 * The failure that an answer without tokens is: `server_unavailable`, `client_refused`, `grant_refused`, `token_refused`
 * or `token_response_invalid`.
 * @see RFC 6749 §5.2
 */
export function tokenRefusal(refusal: TokenRefusal, of: RefusedRequest): Failure {
  const { issuer, phase, status, retryAfter } = of;
  const details = { issuer, status, ...(retryAfter !== undefined && { retryAfter }) };
  if (isOutage(status) || (refusal.kind === 'error' && passing.has(refusal.error))) {
    const message = `${issuer} cannot issue tokens now (${status}); try again later.`;
    return failure('server_unavailable', phase, message, details);
  }
  if (refusal.kind === 'invalid' && phase === 'renewing' && isRefusal(status)) {
    // Many servers say it by the status alone, or in words of their own: the same refresh would be refused again.
    const message = `${issuer} does not renew this login (status ${status}, without an OAuth error code); log in again, and tell its operator if that happens often.`;
    return failure('token_refused', phase, message, details);
  }
  if (refusal.kind === 'invalid') {
    const message = `The token answer of ${issuer} cannot be used: ${refusal.why} (status ${status}); its operator must mend this.`;
    return failure('token_response_invalid', phase, message, details);
  }
  const said = textOf(refusal.description, of.secrets);
  const error = codeWithout(refusal.error, of.secrets);
  return byCode({ ...refusal, error }, phase, { ...details, oauthError: error, ...(said && { said }) });
}

/** The request was understood, and not granted. @see RFC 9110 §15.5 */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500;
}

/** What the server said besides, unless it repeats a secret. */
function textOf(description: string | undefined, secrets: readonly string[]): string | undefined {
  const clean = description && withoutSecrets(description, secrets);
  return clean && shown(clean);
}

function byCode(
  { error, description }: Extract<TokenRefusal, { kind: 'error' }>,
  phase: Phase,
  details: FailureDetails & { readonly issuer: string },
): Failure {
  const { issuer } = details;
  switch (error) {
    case 'invalid_client':
      return failure(
        'client_refused',
        phase,
        `${issuer} does not know this client, or not its secret; register it again, or check its secret and client.preRegistered[].authMethod.`,
        details,
      );
    case 'unauthorized_client':
      return failure(
        'client_refused',
        phase,
        `${issuer} does not let this client do that any more (${error}); register it again.`,
        details,
      );
    case 'invalid_grant':
      return failure(
        'grant_refused',
        phase,
        `${issuer} does not honour this login any more; log in again.`,
        details,
      );
    case NONCE_DEMAND:
      // Nothing is wrong with the grant, nor with the client.
      return failure(
        'token_refused',
        phase,
        `${issuer} keeps asking for another nonce; try again later, or tell its operator.`,
        { ...details, recovery: 'retry-later' },
      );
    default:
      return failure(
        'token_refused',
        phase,
        `${issuer} refused to issue tokens (${error}); ${mindsResource(error, description) ? resourceAdvice : "check the client's registration there"}.`,
        details,
      );
  }
}
