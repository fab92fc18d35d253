// What a row of the requirement register is, and where rows point to.

/** `must`, `should`, `may`: of the specification. `project`: stronger than it, asked for by users or by plans. */
type Level = 'must' | 'should' | 'may' | 'project';

/** One row of the register. */
export interface Requirement {
  readonly level: Level;
  /** In Markdown. */
  readonly title: string;
  /** Where it is said; of a `project` row: what it builds on. */
  readonly link: string;
}

const site = 'https://modelcontextprotocol.io';
const index = `${site}/specification/2026-07-28/basic/authorization`;
const discovery = `${index}/authorization-server-discovery`;
const registration = `${index}/client-registration`;
const security = `${index}/security-considerations`;
const practices = `${site}/docs/2026-07-28/tutorials/security/security_best_practices`;
const clientCredentials = `${site}/extensions/auth/oauth-client-credentials`;

/** Sections of the specification, of its extensions, and of its guide to secure practice. */
export const pages = {
  serverLocation: `${discovery}#authorization-server-location`,
  resourceMetadata: `${discovery}#protected-resource-metadata-discovery-requirements`,
  serverMetadata: `${discovery}#authorization-server-metadata-discovery`,
  registration,
  metadataDocuments: `${registration}#client-id-metadata-documents`,
  preRegistration: `${registration}#pre-registration`,
  applicationType: `${registration}#application-type-and-redirect-uri-constraints`,
  serverBinding: `${registration}#authorization-server-binding`,
  scopeSelection: `${index}#scope-selection-strategy`,
  responseValidation: `${index}#authorization-response-validation`,
  resourceParameter: `${index}#resource-parameter-implementation`,
  tokenRequirements: `${index}#token-requirements`,
  tokenHandling: `${index}#token-handling`,
  refreshTokens: `${index}#refresh-tokens`,
  stepUp: `${index}#step-up-authorization-flow`,
  communication: `${security}#communication-security`,
  codeProtection: `${security}#authorization-code-protection`,
  openRedirection: `${security}#open-redirection`,
  urlValidation: `${practices}#oauth-authorization-url-validation`,
  scopeMinimization: `${practices}#scope-minimization`,
  legacy: `${site}/specification/2025-03-26/basic/authorization#fallbacks-for-servers-without-metadata-discovery`,
  clientSecrets: `${clientCredentials}#client-secrets`,
  clientAssertions: `${clientCredentials}#jwt-bearer-assertions-recommended`,
  enterprise: `${site}/extensions/auth/enterprise-managed-authorization`,
} as const;

/** A section of an RFC. */
export const rfc = (number: number, section?: string): string =>
  `https://www.rfc-editor.org/rfc/rfc${number}.html${section === undefined ? '' : `#section-${section}`}`;
