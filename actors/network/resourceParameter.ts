// The `resource` parameter (RFC 8707): byte for byte as in the metadata of the resource, or left out when the host says so.
import type { Tools } from '../tools/tools.ts';

/** The `resource` for this issuer; '' when the host said that the issuer rejects the parameter. */
export function resourceAt(tools: Tools, issuer: string, resource: string): string {
  return (tools.policy.dangerouslyOmitResourceAt ?? []).includes(issuer) ? '' : resource;
}

/** The `resource` as parameters of a request; '' gives none. @see RFC 8707 §2 */
export function resourceParameter(resource: string): { readonly resource?: string } {
  return resource === '' ? {} : { resource };
}
