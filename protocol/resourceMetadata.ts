// Judging protected resource metadata: does this document speak of our resource? (RFC 9728 §3.3)

import { type Failure, failure, refuse } from '../contract/errors.ts';
import type { ResourceMetadata } from '../contract/facts.ts';
import { readScopeList } from './challenge.ts';
import { type AbsentDocument, guardedAmong } from './documentAnswer.ts';
import { own, readObject } from './json.ts';
import { judgeNamedAddress } from './reach.ts';
import { placeOf, shown } from './text.ts';
import { urlOf } from './url.ts';
import { identifies, isOwnWellKnown, judgeIssuer } from './wellKnown.ts';

/** More servers than this are not a choice but an attack; the rest is ignored. */
const MAX_SERVERS = 20;

/** The members that RFC 9728 §2 names. */
const MEMBERS: readonly string[] = [
  'resource',
  'authorization_servers',
  'jwks_uri',
  'scopes_supported',
  'bearer_methods_supported',
  'resource_signing_alg_values_supported',
  'resource_name',
  'resource_documentation',
  'resource_policy_uri',
  'resource_tos_uri',
  'tls_client_certificate_bound_access_tokens',
  'authorization_details_types_supported',
  'dpop_signing_alg_values_supported',
  'dpop_bound_access_tokens_required',
  'signed_metadata',
];

/**
 * Whether a text may be resource metadata. A JSON object without any of its members is what a server answers to every
 * path: it is absent, as an HTML page is. What is no object is broken, which is for `judgeResourceMetadata` to say.
 * @see RFC 9728 §2
 */
export function mayBeResourceMetadata(text: string): boolean {
  const document = readObject(text);
  return document === undefined || MEMBERS.some((name) => own(document, name) !== undefined);
}

/**
 * Judges a document that was found at `url`.
 * @throws AuthError `resource_metadata_broken`, `resource_metadata_invalid`, `resource_mismatch`,
 *   `authorization_server_missing`, `address_refused`.
 * @see RFC 9728 §3.3
 */
export function judgeResourceMetadata(
  text: string,
  url: string,
  resource: string,
  privateOrigins: readonly string[] = [],
): ResourceMetadata {
  const document = readObject(text);
  if (!document) {
    refuse(
      'resource_metadata_broken',
      'discovering',
      `The resource metadata at ${placeOf(url)} is not a JSON object; try again later.`,
    );
  }
  const identifier = own(document, 'resource');
  if (typeof identifier !== 'string') {
    refuse(
      'resource_metadata_invalid',
      'discovering',
      `The resource metadata at ${placeOf(url)} has no "resource"; its operator must add it.`,
    );
  }
  // DISC-4. A parent speaks for us only from its own well-known place.
  const match = identifies(identifier, resource);
  if (match === 'no' || (match === 'parent' && !isOwnWellKnown(url, identifier))) {
    refuse(
      'resource_mismatch',
      'discovering',
      `The resource metadata at ${placeOf(url)} is about "${shown(identifier)}", not about ${placeOf(resource)}; nothing was sent, ${adviceOn(identifier, resource)}.`,
    );
  }
  const scopes = readScopeList(own(document, 'scopes_supported'));
  return {
    url,
    resource: identifier,
    authorizationServers: readServers(own(document, 'authorization_servers'), url, {
      resource,
      privateOrigins,
    }),
    ...(scopes && { scopesSupported: scopes }),
  };
}

/** Only an identifier of the same origin could be meant: another one is what an attacker would like to be told. */
function adviceOn(identifier: string, resource: string): string {
  const named = urlOf(identifier);
  const ours = urlOf(resource);
  if (named?.protocol === 'http:' && ours?.protocol === 'https:' && named.hostname === ours.hostname)
    return 'its operator has to set the public https address there, or the headers of the proxy before it';
  const isNear = named?.origin === ours?.origin;
  return isNear ? 'check the URL, and use the one that it names if you mean that' : 'check the URL';
}

function readServers(
  value: unknown,
  url: string,
  { resource, privateOrigins }: { readonly resource: string; readonly privateOrigins: readonly string[] },
): readonly string[] {
  const listed = Array.isArray(value) ? value.slice(0, MAX_SERVERS) : [];
  const named = listed.filter((item): item is string => typeof item === 'string' && judgeIssuer(item).ok);
  const verdicts = named.map((item) => judgeNamedAddress(item, resource, privateOrigins));
  const issuers = named.filter((_, at) => verdicts[at]?.ok);
  const outOfReach = verdicts.find((one) => !one.ok);
  if (issuers.length === 0 && outOfReach && !outOfReach.ok) {
    // DISC-14: the only servers that are named may not be asked.
    refuse(
      'address_refused',
      'discovering',
      `The authorization server that ${placeOf(url)} names was refused: ${outOfReach.reason}; nothing was sent.`,
    );
  }
  if (issuers.length === 0) {
    refuse(
      'authorization_server_missing',
      'discovering',
      `The resource metadata at ${placeOf(url)} names no usable authorization server; its operator must add one.`,
    );
  }
  return [...new Set(issuers)];
}

/**
 * What to say where no place has a document.
 * @param pointer where the challenge points; null: nowhere.
 * @see RFC 9728 §3, §5.1
 */
export function resourceMetadataAbsent(
  resource: string,
  absent: readonly AbsentDocument[],
  pointer: string | null,
): Failure {
  const none = `${placeOf(resource)} publishes no protected resource metadata`;
  const no = (why: string): Failure => failure('resource_metadata_absent', 'discovering', why);
  const guarded = guardedAmong(absent);
  if (guarded) {
    return no(
      `${none}: ${placeOf(guarded.url)} answers with ${guarded.status}; its operator has to publish it without a login, or give the headers that it wants as policy.resourceHeaders.`,
    );
  }
  if (pointer !== null) {
    return no(
      `${none} where its challenge points to, ${placeOf(pointer)}; tell its operator, or use policy.legacyDiscovery if it follows the rules of 2025-03-26.`,
    );
  }
  return no(
    `${none}, so nobody says who may log in there; check the URL, or use policy.legacyDiscovery if it follows the rules of 2025-03-26.`,
  );
}

/** The 2025-03-26 rules, for hosts that opted in: the origin is its own authorization server (DISC-10). */
export function legacyResourceMetadata(resource: string): ResourceMetadata {
  const { origin } = new URL(resource);
  return { url: '', resource, authorizationServers: [origin], legacy: true };
}
