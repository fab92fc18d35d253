// The requirement register: what an MCP authorization client owes, each row with an id that states and tests carry.

/** `must`, `should`, `may`: of the specification. `project`: stronger than it, asked for by users or by plans. */
type Level = 'must' | 'should' | 'may' | 'project';

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
const pages = {
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

const rfc = (number: number, section?: string): string =>
  `https://www.rfc-editor.org/rfc/rfc${number}.html${section === undefined ? '' : `#section-${section}`}`;

export const requirements = {
  'DISC-1': {
    level: 'must',
    title: 'Use protected resource metadata (RFC 9728) to find the authorization server',
    link: pages.serverLocation,
  },
  'DISC-2': {
    level: 'must',
    title: 'Parse every `WWW-Authenticate` challenge; take `resource_metadata` from it when present',
    link: pages.resourceMetadata,
  },
  'DISC-3': {
    level: 'must',
    title: 'Else try the path well-known of the MCP endpoint, then the root well-known, in this order',
    link: pages.resourceMetadata,
  },
  'DISC-4': {
    level: 'must',
    title:
      'The document’s `resource` must identify the resource being accessed; otherwise do not use it. A parent of the endpoint is accepted when the document was found at that parent’s own well-known',
    link: rfc(9728, '3.3'),
  },
  'DISC-5': {
    level: 'must',
    title:
      'Choose among several `authorization_servers`: the client is responsible; deterministic, prefers one with a usable binding, host may decide, a dead one is passed over',
    link: pages.serverLocation,
  },
  'DISC-6': {
    level: 'must',
    title:
      'Issuer with a path: RFC 8414 path insertion, OIDC path insertion, OIDC path appending, in this order',
    link: pages.serverMetadata,
  },
  'DISC-7': {
    level: 'must',
    title:
      'Issuer without a path: RFC 8414 well-known, then OIDC well-known; suffix `oauth-authorization-server` only (SEP-2351)',
    link: pages.serverMetadata,
  },
  'DISC-8': {
    level: 'must',
    title:
      '`issuer` in the document identical, code point by code point, to the issuer it was looked up by; else never use it (SEP-2468)',
    link: pages.serverMetadata,
  },
  'DISC-9': {
    level: 'must',
    title: '`code_challenge_methods_supported` absent, or without S256: refuse',
    link: pages.codeProtection,
  },
  'DISC-10': {
    level: 'should',
    title:
      '2025-03-26 servers without resource metadata: fall back to the MCP origin as authorization server, and to default endpoints, only where the host opted in',
    link: pages.legacy,
  },
  'DISC-11': {
    level: 'project',
    title:
      'A 5xx, a time-out or broken JSON is not "absent": never fall to a weaker candidate because of it (a 404, or an HTML page with 200, is absent)',
    link: rfc(9728, '3.2'),
  },
  'DISC-12': {
    level: 'project',
    title:
      'A new challenge outdates cached discovery: a moved authorization server is noticed on the next 401',
    link: rfc(9728, '5.2'),
  },
  'REG-1': {
    level: 'should',
    title:
      'Order: pre-registered for this issuer, Client ID Metadata Document when advertised, dynamic registration when offered, else ask the user',
    link: pages.registration,
  },
  'REG-2': {
    level: 'must',
    title:
      'CIMD id: https, with a path; the document’s `client_id` equals its URL; never fetched by the client itself',
    link: pages.metadataDocuments,
  },
  'REG-3': {
    level: 'should',
    title: 'Static client credentials can be supplied, per issuer',
    link: pages.preRegistration,
  },
  'REG-4': {
    level: 'must',
    title:
      '`application_type` always sent: `native` for loopback or custom-scheme redirects, `web` otherwise (SEP-837)',
    link: pages.applicationType,
  },
  'REG-5': {
    level: 'should',
    title:
      'A rejected registration surfaces what was sent and what the server said; one adjusted retry at most',
    link: pages.applicationType,
  },
  'REG-6': {
    level: 'should',
    title: '`grant_types` includes `refresh_token` where refresh tokens are wanted (SEP-2207)',
    link: pages.refreshTokens,
  },
  'REG-7': {
    level: 'project',
    title:
      'What the server substituted in its answer (redirect URIs, auth method, secret expiry) is honoured or refused, never assumed',
    link: rfc(7591, '3.2.1'),
  },
  'REG-8': {
    level: 'project',
    title: 'Scopes are selected before registering, so that they can be registered',
    link: rfc(7591, '2'),
  },
  'REG-9': {
    level: 'project',
    title: 'An initial access token for registration can be supplied',
    link: rfc(7591, '3'),
  },
  'BIND-1': {
    level: 'must',
    title: 'Registration state and tokens are kept separately per authorization server, keyed by `issuer`',
    link: pages.serverLocation,
  },
  'BIND-2': {
    level: 'must',
    title: 'Credentials valid at one authorization server are never sent to another',
    link: pages.serverBinding,
  },
  'BIND-3': {
    level: 'must',
    title: 'The change is noticed after the server metadata is fetched and before any refresh is tried',
    link: pages.serverBinding,
  },
  'BIND-4': {
    level: 'must',
    title: 'Changed + dynamically registered: the old registration is not used; register at the new server',
    link: pages.serverBinding,
  },
  'BIND-5': {
    level: 'must',
    title: 'Changed + CIMD: the client id stays, tokens do not, no new registration',
    link: pages.serverBinding,
  },
  'BIND-6': {
    level: 'should',
    title:
      'Changed + pre-registered: a typed error naming both issuers; nothing is sent, nothing is overwritten, even where dynamic registration would be possible',
    link: pages.serverBinding,
  },
  'BIND-7': {
    level: 'project',
    title:
      'CIMD is known by how the id was obtained, not by looking like a URL: a registered id that happens to be a URL stays bound',
    link: pages.metadataDocuments,
  },
  'BIND-8': {
    level: 'project',
    title: 'The binding moves only after tokens were obtained from the new server',
    link: pages.serverBinding,
  },
  'BIND-9': {
    level: 'project',
    title: 'On use, a token’s issuer is compared to the active one; a mismatch is a typed error',
    link: pages.tokenHandling,
  },
  'BIND-10': {
    level: 'project',
    title:
      'A stored credential without an issuer is never sent on trust: the host decides, or it is set aside',
    link: pages.serverBinding,
  },
  'BIND-11': {
    level: 'project',
    title:
      'Going back to an earlier server finds its records again: A, B, A registers twice, not three times',
    link: pages.serverBinding,
  },
  'BIND-12': {
    level: 'project',
    title: 'Two resources, two servers, several accounts: no cross-contamination in any order',
    link: pages.serverBinding,
  },
  'SCOPE-1': {
    level: 'should',
    title:
      'First authorization: scopes of the challenge; else all `scopes_supported` of the resource; else no `scope` parameter',
    link: pages.scopeSelection,
  },
  'SCOPE-2': {
    level: 'must',
    title:
      'No set relation between challenged scopes and `scopes_supported` is assumed; challenged scopes are authoritative for the operation, never the exclusive set',
    link: pages.scopeSelection,
  },
  'SCOPE-3': {
    level: 'may',
    title:
      '`offline_access` is added only when the authorization server lists it and refresh tokens are wanted; `prompt=consent` is a policy, not forced',
    link: pages.refreshTokens,
  },
  'STEP-1': {
    level: 'should',
    title: '403 `insufficient_scope`: re-authorize with previously requested ∪ granted ∪ challenged',
    link: pages.stepUp,
  },
  'STEP-2': {
    level: 'should',
    title:
      'The union is de-duplicated, stable in order, kept after success, across rounds and across restarts',
    link: pages.stepUp,
  },
  'STEP-3': {
    level: 'must',
    title: 'A step-up goes to the authorization endpoint: a refresh cannot widen a grant (RFC 6749 §6)',
    link: rfc(6749, '6'),
  },
  'STEP-4': {
    level: 'should',
    title:
      'The original request is retried; attempts are counted per resource and operation; a challenge that adds nothing new is a permanent failure; the cap outlives reconnects of the transport',
    link: pages.stepUp,
  },
  'STEP-5': {
    level: 'project',
    title:
      'Requests challenged at the same time share one step-up; a failed step-up leaves the old token usable',
    link: pages.stepUp,
  },
  'STEP-6': {
    level: 'project',
    title: 'The scopes in the token response are recorded; when absent, granted = requested (RFC 6749 §5.1)',
    link: rfc(6749, '5.1'),
  },
  'STEP-7': {
    level: 'project',
    title: 'A host can set a floor and a ceiling for scopes, and be asked before a step-up',
    link: pages.scopeMinimization,
  },
  'AUTHZ-1': {
    level: 'must',
    title: 'PKCE with S256, fresh verifier per request',
    link: pages.codeProtection,
  },
  'AUTHZ-2': {
    level: 'must',
    title:
      '`resource` (RFC 8707) in the authorization and the token requests, refreshes included; the resource metadata’s own string, byte for byte',
    link: pages.resourceParameter,
  },
  'AUTHZ-3': {
    level: 'should',
    title:
      '`state` is sent, unpredictable, single-use, and checked first; a wrong or missing one never disturbs the pending request',
    link: pages.openRedirection,
  },
  'AUTHZ-4': {
    level: 'must',
    title: 'The issuer is recorded before redirecting, in the same record as the verifier and `state`',
    link: pages.responseValidation,
  },
  'AUTHZ-5': {
    level: 'must',
    title:
      '`iss`, four rows: advertised + present compare; advertised + absent reject; unadvertised + present compare; neither proceed (RFC 9207 §2.4)',
    link: pages.responseValidation,
  },
  'AUTHZ-6': {
    level: 'must',
    title: '`iss` compared as a plain string after form decoding, with no normalisation',
    link: pages.responseValidation,
  },
  'AUTHZ-7': {
    level: 'must',
    title:
      'The same for error responses: on mismatch, `error`, `error_description`, `error_uri` are neither acted on nor shown',
    link: pages.responseValidation,
  },
  'AUTHZ-8': {
    level: 'must',
    title: 'All server endpoints https, redirect URIs https or loopback; http only for loopback development',
    link: pages.communication,
  },
  'AUTHZ-9': {
    level: 'must',
    title: 'Authorization URLs: https, or http to loopback; nothing else is opened; never through a shell',
    link: pages.urlValidation,
  },
  'AUTHZ-10': {
    level: 'project',
    title:
      'A pending request survives a page redirect, a restart, and a callback that arrives at another process',
    link: rfc(8252),
  },
  'AUTHZ-11': {
    level: 'project',
    title: 'Nothing opens a browser unless the user asked for it',
    link: pages.urlValidation,
  },
  'AUTHZ-12': {
    level: 'project',
    title:
      'One login for all who ask at once, in any process: one page; who joins changes nothing that another process holds',
    link: pages.urlValidation,
  },
  'AUTHZ-13': {
    level: 'project',
    title:
      'Whose browser a response came with has to be said; without it only a login without a subject is finished',
    link: rfc(9700, '4.7'),
  },
  'TOK-1': {
    level: 'must',
    title: '`Authorization` header on every request to the resource; never in a URL; never to another origin',
    link: pages.tokenRequirements,
  },
  'TOK-2': {
    level: 'must',
    title: 'Only tokens issued by the resource’s authorization server are sent to it',
    link: pages.tokenHandling,
  },
  'TOK-3': {
    level: 'must',
    title: 'Refresh tokens stay confidential in transit and in storage; none is assumed to be issued',
    link: pages.refreshTokens,
  },
  'TOK-4': {
    level: 'project',
    title:
      'Rotation: the new refresh token is stored before the new access token is used; an omitted one keeps the old',
    link: rfc(9700, '4.14'),
  },
  'TOK-5': {
    level: 'project',
    title: 'One refresh for any number of callers, in a process, across processes, across tabs',
    link: rfc(9700, '4.14'),
  },
  'TOK-6': {
    level: 'project',
    title:
      '`invalid_grant`: re-read the store first; adopt a sibling’s tokens; delete only the version that failed',
    link: rfc(6749, '5.2'),
  },
  'TOK-7': {
    level: 'project',
    title: 'A transient failure (429, 5xx, network) keeps credentials, waits, and never opens a browser',
    link: rfc(6749, '5.2'),
  },
  'TOK-8': {
    level: 'project',
    title: 'Refresh ahead of expiry; a 401 decides over any clock',
    link: rfc(6750, '3.1'),
  },
  'TOK-9': {
    level: 'project',
    title: '401 again after a completed flow surfaces: no loop',
    link: rfc(6750, '3.1'),
  },
  'TOK-10': {
    level: 'project',
    title: 'Sign-out revokes (RFC 7009) the refresh token first, best effort, and forgets every copy',
    link: rfc(7009),
  },
  'TOK-11': {
    level: 'must',
    title:
      'Client authentication as agreed: none, basic (form-encoded first, RFC 6749 §2.3.1), post, private_key_jwt',
    link: rfc(6749, '2.3.1'),
  },
  'TOK-12': {
    level: 'project',
    title: 'Only an answer of the resource itself that is not 401, 429 or 5xx proves a grant',
    link: rfc(6750, '3.1'),
  },
  'TOK-13': {
    level: 'project',
    title:
      'What siblings do (login, renewal, sign-out) is heeded within 1 s where the home tells, within 5 s where it cannot',
    link: rfc(9700, '4.14'),
  },
  'EXT-1': { level: 'may', title: 'Client credentials with a secret', link: pages.clientSecrets },
  'EXT-2': { level: 'may', title: 'Client credentials with private_key_jwt', link: pages.clientAssertions },
  'EXT-3': {
    level: 'may',
    title: 'Enterprise-managed authorization: token exchange for an ID-JAG, then the jwt-bearer grant',
    link: pages.enterprise,
  },
  'EXT-4': {
    level: 'may',
    title: 'Workload identity: jwt-bearer grant with a workload’s JWT, tried once',
    link: rfc(7523, '2.1'),
  },
  'EXT-5': {
    level: 'may',
    title: 'DPoP (RFC 9449) at the token endpoint and the resource, with server nonces',
    link: rfc(9449),
  },
  'EXT-6': {
    level: 'project',
    title: 'Device authorization grant (RFC 8628) for machines without a browser',
    link: rfc(8628),
  },
  'HOST-1': {
    level: 'project',
    title:
      'A chart that a host embeds can do all that a session can: siblings, the address to show, requests, their 401s',
    link: pages.urlValidation,
  },
  'HOST-2': {
    level: 'project',
    title: 'Every option is judged before any traffic; an unknown kind is an error, never a default',
    link: pages.urlValidation,
  },
} as const satisfies Readonly<Record<string, Requirement>>;

export type RequirementId = keyof typeof requirements;
