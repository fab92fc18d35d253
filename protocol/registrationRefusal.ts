// What is told of registration requests, and the failure that it is when a server registers no client for any of them.
import { type Failure, failure } from '../contract/errors.ts';
import { own, readObject } from './json.ts';
import type { RegistrationChange } from './nextRegistration.ts';
import { isOutage } from './outage.ts';
import {
  isRegistered,
  type RegistrationAnswer,
  type RegistrationRequest,
  refusalText,
} from './registration.ts';
import { withoutSecrets } from './text.ts';

/** One request to register a client, and what came of it, as it may be told: no secret is in it (REG-12). */
export interface RegistrationTry {
  /** 1 for the first request. */
  readonly number: number;
  /** The member of the request that differs from the one before it; null for the first request. */
  readonly changed: RegistrationChange | null;
  readonly sent: RegistrationRequest;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Why the server refused, in its own words, capped and escaped; untrusted. */
  readonly said?: string;
}

/** What may be told of a request and its answer. Of an answer with a client in it, only the status is. */
export function registrationTry(
  {
    number,
    changed,
    request,
  }: {
    readonly number: number;
    readonly changed: RegistrationChange | null;
    readonly request: RegistrationRequest;
  },
  answer: RegistrationAnswer,
  secrets: readonly string[],
): RegistrationTry {
  const said = isRegistered(answer) ? undefined : whatWasSaid(answer, secrets);
  return { number, changed, sent: request, status: answer.status, ...(said && { said }) };
}

function whatWasSaid({ text }: RegistrationAnswer, secrets: readonly string[]): string | undefined {
  return withoutSecrets(refusalText(text) ?? '', secrets);
}

/** What helps besides, where the answer tells it. @see RFC 7591 §3, §3.2.2 */
function adviceOn({ status, text }: RegistrationAnswer): string {
  if (status === 401 || status === 403)
    return ', or give the token that it wants as client.initialAccessTokens';
  const document = readObject(text);
  const isUri = document !== undefined && own(document, 'error') === 'invalid_redirect_uri';
  return isUri ? ', or use a redirect URI that it takes with pasteUserAgent.redirectUri' : '';
}

/**
 * The failure that a refusal is: `registration_refused`, or `server_unavailable`; with what was sent, and what the server
 * said unless it repeats a secret (REG-5).
 * @see RFC 7591 §3.2.2
 */
export function registrationRefusal(
  answer: RegistrationAnswer,
  of: {
    readonly issuer: string;
    /** The last request. */
    readonly request: RegistrationRequest;
    /** How many requests were sent. */
    readonly tries: number;
    /** Milliseconds, as the server asked. */
    readonly retryAfter: number | undefined;
    /** What was sent and may not be shown. */
    readonly secrets: readonly string[];
  },
): Failure {
  const { issuer, request, retryAfter, tries } = of;
  const { status } = answer;
  const said = whatWasSaid(answer, of.secrets);
  const details = { issuer, status, sent: JSON.stringify(request), ...(said && { said }) };
  if (isOutage(status)) {
    const message = `${issuer} cannot register clients now (${status}); try again later.`;
    const wait = retryAfter !== undefined && { retryAfter };
    return failure('server_unavailable', 'registering', message, { ...details, ...wait });
  }
  const often = tries > 1 ? ` in ${tries} tries` : '';
  const advice = adviceOn(answer);
  const message = `${issuer} did not register this client${often} (${status}); register one there by hand and give it as client.preRegistered${advice}.`;
  return failure('registration_refused', 'registering', message, details);
}
