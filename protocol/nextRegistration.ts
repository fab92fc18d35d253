// What is asked for next after a server has refused to register a client: less, in a fixed and bounded order (REG-12).
import type { ServerMetadata } from '../contract/facts.ts';
import { own, readObject } from './json.ts';
import { authMethodsOf, type RegistrationAnswer, type RegistrationRequest } from './registration.ts';

/** How many registration requests are sent at most for one client. */
export const MAX_REGISTRATION_REQUESTS = 5;

/** A request that was refused, and how. */
export interface RefusedRegistration {
  readonly request: RegistrationRequest;
  readonly answer: RegistrationAnswer;
}

/** What can be asked for in place of what was refused. */
export interface RegistrationMeans {
  readonly server: Pick<ServerMetadata, 'authMethods'>;
  /** The same redirect URI by the name `localhost`. Absent: the user agent receives nothing there. */
  readonly localhostUri?: string | undefined;
}

/** The member of a request that differs from the one before it. */
export type RegistrationChange =
  | 'application_type'
  | 'redirect_uris'
  | 'scope'
  | 'grant_types'
  | 'token_endpoint_auth_method';

/** The next request, and what is different in it. */
export interface NextRegistration {
  readonly request: RegistrationRequest;
  readonly changed: RegistrationChange;
}

/** What a server minds; `unsaid` where it refuses and names no reason. */
type Objection = 'invalid_redirect_uri' | 'invalid_client_metadata' | 'invalid_scope' | 'unsaid';

interface Step {
  readonly changed: RegistrationChange;
  readonly meets: readonly Objection[];
  /** The request with this change; nothing where it was made before, or cannot be made. */
  readonly change: (
    last: RegistrationRequest,
    before: readonly RegistrationRequest[],
    means: RegistrationMeans,
  ) => RegistrationRequest | undefined;
}

const ofMetadata: readonly Objection[] = ['invalid_client_metadata', 'unsaid'];

/** In this order. What was left out once stays left out. */
const steps: readonly Step[] = [
  { changed: 'application_type', meets: ['invalid_redirect_uri'], change: otherApplicationType },
  // RFC 8252 §8.3 advises against the name: it is used only where the server minds the literal address.
  { changed: 'redirect_uris', meets: ['invalid_redirect_uri'], change: atLocalhost },
  { changed: 'scope', meets: [...ofMetadata, 'invalid_scope'], change: withoutScope },
  { changed: 'grant_types', meets: ofMetadata, change: firstGrantType },
  { changed: 'token_endpoint_auth_method', meets: ofMetadata, change: otherAuthMethod },
];

/**
 * The next request of a client that was refused: the first change of the order that meets what the server said last.
 * @param refused every request so far with its answer, oldest first.
 * @returns nothing after 5 requests, and where no change meets the refusal.
 * @see RFC 7591 §3.2.2, OpenID Connect Dynamic Client Registration 1.0 §3.3
 */
export function nextRegistration(
  refused: readonly RefusedRegistration[],
  means: RegistrationMeans,
): NextRegistration | undefined {
  const last = refused.at(-1);
  const objection = last && objectionOf(last.answer);
  if (!objection || refused.length >= MAX_REGISTRATION_REQUESTS) return undefined;
  const requests = refused.map(({ request }) => request);
  for (const { changed, meets, change } of steps) {
    const request = meets.includes(objection) ? change(last.request, requests, means) : undefined;
    if (request) return { request, changed };
  }
  return undefined;
}

/** An error code of a registration endpoint is written so; `Bad Request` is only the status once more. */
const errorCode = /^[a-z]+(_[a-z]+)*$/;

/**
 * What the server minds; nothing where less would not help, as without the right to register.
 * `invalid_request` says no more than the status does.
 */
function objectionOf({ status, text }: RegistrationAnswer): Objection | undefined {
  if (status !== 400 && status !== 422) return undefined;
  const error = own(readObject(text) ?? {}, 'error');
  if (typeof error !== 'string' || !errorCode.test(error) || error === 'invalid_request') return 'unsaid';
  switch (error) {
    case 'invalid_redirect_uri':
    case 'invalid_client_metadata':
    case 'invalid_scope':
      return error;
    default:
      return undefined;
  }
}

function otherApplicationType(
  last: RegistrationRequest,
  before: readonly RegistrationRequest[],
): RegistrationRequest | undefined {
  const other = last.application_type === 'native' ? 'web' : 'native';
  if (before.some(({ application_type }) => application_type === other)) return undefined;
  return { ...last, application_type: other };
}

/** A client that is reached at `localhost` is native again: that the other type did not help is known by now. */
function atLocalhost(
  last: RegistrationRequest,
  before: readonly RegistrationRequest[],
  { localhostUri }: RegistrationMeans,
): RegistrationRequest | undefined {
  if (localhostUri === undefined) return undefined;
  if (before.some(({ redirect_uris }) => redirect_uris.includes(localhostUri))) return undefined;
  return { ...last, redirect_uris: [localhostUri], application_type: 'native' };
}

/** Then the server decides, and what is needed is asked for with each login. @see RFC 7591 §2 */
function withoutScope({ scope, ...rest }: RegistrationRequest): RegistrationRequest | undefined {
  return scope === undefined ? undefined : rest;
}

/** The grant type that a login needs; without `refresh_token`, which the server may grant all the same. */
function firstGrantType(last: RegistrationRequest): RegistrationRequest | undefined {
  const [first] = last.grant_types;
  return first === undefined || last.grant_types.length === 1 ? undefined : { ...last, grant_types: [first] };
}

function otherAuthMethod(
  last: RegistrationRequest,
  before: readonly RegistrationRequest[],
  { server }: RegistrationMeans,
): RegistrationRequest | undefined {
  const tried = before.map(({ token_endpoint_auth_method }) => token_endpoint_auth_method);
  const other = authMethodsOf(server).find((method) => !tried.includes(method));
  return other && { ...last, token_endpoint_auth_method: other };
}
