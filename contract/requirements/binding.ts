// Rows `BIND-…` of the requirement register: which server credentials belong to (SEP-2352).
import { pages, type Requirement } from './requirement.ts';

/** Rows `BIND-…`: which server credentials belong to (SEP-2352). */
export const bindingRequirements = {
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
} as const satisfies Readonly<Record<string, Requirement>>;
