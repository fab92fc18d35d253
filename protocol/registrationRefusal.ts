// What follows when a server did not register a client: another try with what it objected to changed, or the failure.
import { type Failure, failure } from '../contract/errors.ts';
import { own, readObject } from './json.ts';
import { isOutage } from './outage.ts';
import { type RegistrationRequest, refusalText } from './registration.ts';
import { withoutSecrets } from './text.ts';

/** An answer to a registration request. */
export interface RegistrationAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly text: string;
}

/**
 * What is worth another try: the other application type for the URI, or no scopes (REG-5).
 * @returns nothing where nothing of the request can be changed for the better.
 * @see RFC 7591 §3.2.2
 */
export function adjustedRequest(
  request: RegistrationRequest,
  { status, text }: RegistrationAnswer,
): RegistrationRequest | undefined {
  const error = status === 400 ? own(readObject(text) ?? {}, 'error') : undefined;
  if (error === 'invalid_redirect_uri') {
    return { ...request, application_type: request.application_type === 'native' ? 'web' : 'native' };
  }
  if ((error === 'invalid_client_metadata' || error === 'invalid_scope') && request.scope !== undefined) {
    const { scope: _, ...rest } = request;
    return rest;
  }
  return undefined;
}

/**
 * The failure that a refusal is: `registration_refused`, or `server_unavailable`; with what was sent, and what the server
 * said unless it repeats a secret (REG-5).
 * @see RFC 7591 §3.2.2
 */
export function registrationRefusal(
  { status, text }: RegistrationAnswer,
  of: {
    readonly issuer: string;
    readonly request: RegistrationRequest;
    /** Milliseconds, as the server asked. */
    readonly retryAfter: number | undefined;
    /** What was sent and may not be shown. */
    readonly secrets: readonly string[];
  },
): Failure {
  const { issuer, request, retryAfter } = of;
  const said = withoutSecrets(refusalText(text) ?? '', of.secrets);
  const details = { issuer, status, sent: JSON.stringify(request), ...(said && { said }) };
  if (isOutage(status)) {
    const message = `${issuer} cannot register clients now (${status}); try again later.`;
    const wait = retryAfter !== undefined && { retryAfter };
    return failure('server_unavailable', 'registering', message, { ...details, ...wait });
  }
  const message = `${issuer} did not register this client (${status}); register one there by hand and give its id.`;
  return failure('registration_refused', 'registering', message, details);
}
