// The `resource` parameter (RFC 8707): byte for byte as in the metadata of the resource, unless the host says otherwise.
import type { ByIssuer } from '../tools/hostOptions.ts';
import type { Tools } from '../tools/tools.ts';

/** The `resource` for this issuer: as the host named it for there; '' when it said that the issuer rejects the parameter. */
export function resourceAt({ policy }: Pick<Tools, 'policy'>, issuer: string, resource: string): string {
  if ((policy.dangerouslyOmitResourceAt ?? []).includes(issuer)) return '';
  return ofIssuer(policy.dangerouslySendResourceAs, issuer) ?? resource;
}

/** What the host said for this issuer, and not for a name that every object has. */
export function ofIssuer<Value>(said: ByIssuer<Value> | undefined, issuer: string): Value | undefined {
  return said && Object.hasOwn(said, issuer) ? said[issuer] : undefined;
}

/** The `resource` as parameters of a request; '' gives none. @see RFC 8707 §2 */
export function resourceParameter(resource: string): { readonly resource?: string } {
  return resource === '' ? {} : { resource };
}
