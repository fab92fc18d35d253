// The `resource` parameter (RFC 8707): byte for byte as the resource's metadata has it, or left out where a host said so.
import type { Tools } from '../tools/tools.ts';

/** What this issuer is told; '' where the host said that it rejects the parameter. */
export function resourceAt(tools: Tools, issuer: string, resource: string): string {
  return (tools.policy.dangerouslyOmitResourceAt ?? []).includes(issuer) ? '' : resource;
}

/** The same as parameters of a request. */
export function resourceParameter(resource: string): { readonly resource?: string } {
  return resource === '' ? {} : { resource };
}
