// What the official suite is expected to say: which scenarios are the core, and which may fail for now.

/** The wire revisions that every scenario is run on. */
export const WIRES = ['2025-11-25', '2026-07-28'] as const;

/** One wire revision of the Model Context Protocol. */
export type Wire = (typeof WIRES)[number];

/** Scenarios that must be in the suite and must pass. A name that the suite no longer knows fails the run. */
export const CORE_SCENARIOS: readonly string[] = [
  'auth/metadata-default',
  'auth/metadata-var1',
  'auth/metadata-var2',
  'auth/metadata-var3',
  'auth/basic-cimd',
  'auth/scope-from-www-authenticate',
  'auth/scope-from-scopes-supported',
  'auth/scope-omitted-when-undefined',
  'auth/scope-step-up',
  'auth/scope-retry-limit',
  'auth/token-endpoint-auth-basic',
  'auth/token-endpoint-auth-post',
  'auth/token-endpoint-auth-none',
  'auth/pre-registration',
  'auth/2025-03-26-oauth-metadata-backcompat',
  'auth/2025-03-26-oauth-endpoint-fallback',
  'auth/resource-mismatch',
  'auth/offline-access-scope',
  'auth/offline-access-not-supported',
  'auth/authorization-server-migration',
  'auth/iss-supported',
  'auth/iss-not-advertised',
  'auth/iss-supported-missing',
  'auth/iss-wrong-issuer',
  'auth/iss-unexpected',
  'auth/iss-normalized',
  'auth/metadata-issuer-mismatch',
];

/** Extension scenarios that may fail for now. One that passes on any wire fails the run until it leaves this list. */
export const EXPECTED_FAILURES: readonly string[] = [];
