// What the host has relaxed, in words: each is loud, and shown wherever a session explains itself.
import type { ClientOptions, Policy } from '../actors/tools/hostOptions.ts';
import { isLoopback } from '../protocol/address.ts';

/** One sentence for each rule that the policy or the credentials set aside. */
export function relaxedChecks(client: ClientOptions, policy: Policy): readonly string[] {
  const at = (issuers: readonly string[] | undefined, say: (issuer: string) => string): readonly string[] =>
    (issuers ?? []).map(say);
  const unboundCredentials = (client.preRegistered ?? []).filter((one) => one.dangerouslyTrustFirstIssuer);
  return [
    ...(policy.legacyDiscovery
      ? ['A resource without metadata is taken for its own authorization server.']
      : []),
    ...at(
      policy.dangerouslyOmitResourceAt,
      (issuer) => `Tokens of ${issuer} are asked for without naming their resource.`,
    ),
    ...Object.entries(policy.dangerouslySendResourceAs ?? {}).map(
      ([issuer, name]) => `Tokens of ${issuer} are asked for in the name of ${name}.`,
    ),
    ...at(
      policy.dangerouslyIgnoreTrailingSlashOf,
      (issuer) => `A slash at the end of ${issuer} is overlooked.`,
    ),
    ...at(policy.dangerouslyAllowWithoutPkceAt, (issuer) => `${issuer} need not say that it supports PKCE.`),
    ...at(
      policy.dangerouslyAllowPrivateAddressAt,
      (origin) => `${origin} may be asked although it is in a private network.`,
    ),
    ...unboundCredentials.map(
      ({ clientId }) => `The client ${clientId} is trusted to the first server that its resource names.`,
    ),
  ];
}

/** The same for one resource. */
export function relaxedChecksOf(resource: string): readonly string[] {
  return isLoopback(new URL(resource))
    ? ['Plain http on this machine is allowed: the resource is on it.']
    : [];
}
