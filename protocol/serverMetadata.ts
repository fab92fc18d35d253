// Judging authorization server metadata: is it the issuer we asked for, and can it be used safely? (RFC 8414 §3.3)

import { type Failure, failure, refuse } from '../contract/errors.ts';
import type { ServerMetadata } from '../contract/facts.ts';
import { readScopeList } from './challenge.ts';
import { type AbsentDocument, guardedAmong } from './documentAnswer.ts';
import { own, readObject } from './json.ts';
import { judgeNamedAddress } from './reach.ts';
import { placeOf, shown } from './text.ts';
import { isSameButSlash } from './wellKnown.ts';

/** What the host has decided to overlook, for this one issuer. */
export interface Tolerance {
  /** The document may name the issuer with one slash more or less at its end; its own name is used from then on. */
  readonly trailingSlash?: boolean;
  /** The document need not say that PKCE is supported. */
  readonly withoutPkce?: boolean;
  /** Origins that may be asked wherever they are, also in private networks. */
  readonly privateOrigins?: readonly string[];
}

type Document = Readonly<Record<string, unknown>>;

/** For which resource endpoints are named. */
type Named = Pick<Tolerance, 'privateOrigins'> & { readonly resource: string };

/** Without one of these members a document is about no authorization server. @see RFC 8414 §2 */
const MEMBERS: readonly string[] = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'jwks_uri',
  'response_types_supported',
  'grant_types_supported',
  'code_challenge_methods_supported',
];

/**
 * Whether a text may be server metadata. A JSON object without any of its members is what a site answers to every path: it
 * is absent, as an HTML page is. What is no object is broken, which is for `judgeServerMetadata` to say.
 * @see RFC 8414 §3.2
 */
export function mayBeServerMetadata(text: string): boolean {
  const document = readObject(text);
  return document === undefined || MEMBERS.some((name) => own(document, name) !== undefined);
}

/**
 * Judges a document that was looked up by `issuer`.
 * @throws AuthError `server_metadata_broken`, `issuer_mismatch`, `pkce_unsupported`, `server_metadata_invalid`.
 * @see RFC 8414 §3.3
 */
export function judgeServerMetadata(
  text: string,
  issuer: string,
  resource: string,
  tolerance: Tolerance = {},
): ServerMetadata {
  const document = readObject(text);
  if (!document) {
    refuse(
      'server_metadata_broken',
      'discovering',
      `The metadata of ${issuer} is not a JSON object; try again later.`,
      {
        issuer,
      },
    );
  }
  // DISC-8. Code point by code point: anything else lets one server speak as another.
  const claimed = own(document, 'issuer');
  if (claimed !== issuer && !(tolerance.trailingSlash && isSameButSlash(String(claimed), issuer))) {
    const said = typeof claimed === 'string' ? shown(claimed) : 'nobody';
    const advice = isSameButSlash(String(claimed), issuer)
      ? 'only a slash differs, overlook it with policy.dangerouslyIgnoreTrailingSlashOf'
      : "tell the server's operator";
    refuse(
      'issuer_mismatch',
      'discovering',
      `The metadata found for ${issuer} says that its issuer is "${said}"; it was not used, ${advice}.`,
      { issuer, ...(typeof claimed === 'string' && { otherIssuer: said }) },
    );
  }
  if (!tolerance.withoutPkce) requirePkce(document, issuer);
  const named = String(claimed);
  return {
    ...readDocument(document, named, { resource, ...tolerance }),
    ...(!offersS256(document) && { pkce: 'unknown' }),
  };
}

function offersS256(document: Document): boolean {
  const methods = own(document, 'code_challenge_methods_supported');
  return Array.isArray(methods) && methods.includes('S256');
}

// DISC-9, OAuth 2.1 §7.5.2: without S256 a stolen code is a stolen grant.
function requirePkce(document: Document, issuer: string): void {
  if (offersS256(document)) return;
  refuse(
    'pkce_unsupported',
    'discovering',
    `${issuer} does not say that it supports PKCE with S256, so a stolen code would be of use to thieves; ask its operator, or allow it with policy.dangerouslyAllowWithoutPkceAt.`,
    { issuer },
  );
}

function readDocument(document: Document, issuer: string, of: Named): ServerMetadata {
  const required = (name: string): string => {
    const url = endpoint(document, name, issuer, of);
    if (url !== undefined) return url;
    return refuse(
      'server_metadata_invalid',
      'discovering',
      `The metadata of ${issuer} has no ${name}; its operator must add it.`,
      {
        issuer,
      },
    );
  };
  const registrationEndpoint = endpoint(document, 'registration_endpoint', issuer, of);
  const authorizationEndpoint = endpoint(document, 'authorization_endpoint', issuer, of);
  const revocationEndpoint = endpoint(document, 'revocation_endpoint', issuer, of);
  const deviceAuthorizationEndpoint = endpoint(document, 'device_authorization_endpoint', issuer, of);
  const pushEndpoint = endpoint(document, 'pushed_authorization_request_endpoint', issuer, of);
  const grantTypes = names(own(document, 'grant_types_supported'));
  return {
    issuer,
    ...(authorizationEndpoint !== undefined && { authorizationEndpoint }),
    tokenEndpoint: required('token_endpoint'),
    ...(registrationEndpoint !== undefined && { registrationEndpoint }),
    ...(revocationEndpoint !== undefined && { revocationEndpoint }),
    ...(deviceAuthorizationEndpoint !== undefined && { deviceAuthorizationEndpoint }),
    ...(pushEndpoint !== undefined && { pushedAuthorizationRequestEndpoint: pushEndpoint }),
    requiresPush: own(document, 'require_pushed_authorization_requests') === true,
    scopesSupported: readScopeList(own(document, 'scopes_supported')) ?? [],
    authMethods: names(own(document, 'token_endpoint_auth_methods_supported')) ?? ['client_secret_basic'],
    // RFC 8414 §3.2: what has no elements is left out, so an empty list says nothing.
    ...(grantTypes && grantTypes.length > 0 && { grantTypes }),
    dpopAlgorithms: names(own(document, 'dpop_signing_alg_values_supported')) ?? [],
    pkce: 'S256',
    sendsIssuer: own(document, 'authorization_response_iss_parameter_supported') === true,
    acceptsMetadataDocuments: own(document, 'client_id_metadata_document_supported') === true,
  };
}

// AUTHZ-8, AUTHZ-9: an endpoint that we would not open or post to makes the document unusable.
function endpoint(document: Document, name: string, issuer: string, of: Named): string | undefined {
  const value = own(document, name);
  // What has no value is left out (RFC 8414 §3.2); servers that write empty members mean that, too.
  if (value === undefined || value === null || value === '') return undefined;
  const verdict =
    typeof value === 'string'
      ? judgeNamedAddress(value, of.resource, of.privateOrigins)
      : ({ ok: false, reason: 'it is not a text' } as const);
  if (verdict.ok) return verdict.url.href;
  return refuse(
    'address_refused',
    'discovering',
    `The ${name} of ${issuer} cannot be used: ${verdict.reason}; nothing was sent.`,
    { issuer },
  );
}

function names(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((item): item is string => typeof item === 'string' && item.length <= 64).slice(0, 50);
}

/** What to say where no place has a document. @see RFC 8414 §3 */
export function serverMetadataAbsent(issuer: string, absent: readonly AbsentDocument[]): Failure {
  const guarded = guardedAmong(absent);
  const why = guarded
    ? `: ${placeOf(guarded.url)} answers with ${guarded.status}; it has to be public, ask its operator.`
    : "; ask its operator, or the resource's.";
  const message = `${issuer} publishes no authorization server metadata${why}`;
  return failure('server_metadata_absent', 'discovering', message, { issuer });
}

/** Default endpoints of the 2025-03-26 revision, for hosts that opted in; PKCE cannot be known (DISC-10). */
export function legacyServerMetadata(issuer: string): ServerMetadata {
  return {
    issuer,
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    registrationEndpoint: `${issuer}/register`,
    requiresPush: false,
    scopesSupported: [],
    authMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    dpopAlgorithms: [],
    pkce: 'unknown',
    sendsIssuer: false,
    acceptsMetadataDocuments: false,
  };
}
