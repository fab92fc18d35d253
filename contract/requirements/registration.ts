// Rows `REG-…` of the requirement register: how a client becomes known to a server.
import { pages, type Requirement, rfc } from './requirement.ts';

/** Rows `REG-…`: how a client becomes known to a server. */
export const registrationRequirements = {
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
      'A rejected registration surfaces what was sent and what the server said; adjusted retries are few (REG-12)',
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
  'REG-10': {
    level: 'project',
    title:
      'A registration that its server has forgotten is replaced, once within a login; never one that was made by hand',
    link: rfc(6749, '4.1.2.1'),
  },
  'REG-11': {
    level: 'project',
    title:
      'A registration never holds its client to fewer scopes than its grants need: step-up and second resources go through',
    link: rfc(7591, '2'),
  },
  'REG-12': {
    level: 'project',
    title:
      'A refused registration is asked again for less, in a bounded order that `explain()` tells; any sound 2xx answer is a registration',
    link: rfc(7591, '3.2'),
  },
} as const satisfies Readonly<Record<string, Requirement>>;
