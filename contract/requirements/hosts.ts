// Rows `HOST-…` of the requirement register: what programs that use the client are owed.
import { type Requirement, rfc } from './requirement.ts';

/** Rows `HOST-…`: what programs that use the client are owed. */
export const hostRequirements = {
  'HOST-1': {
    level: 'project',
    title:
      'A chart that a host embeds can do all that a session can: siblings, the address to show, requests, their 401s',
    link: 'https://stately.ai/docs/invoke',
  },
  'HOST-2': {
    level: 'project',
    title: 'Every option is judged before any traffic; an unknown kind is an error, never a default',
    link: rfc(9413),
  },
} as const satisfies Readonly<Record<string, Requirement>>;
