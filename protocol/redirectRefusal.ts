// What is said of a redirect that is not followed: which request it was, why, and what helps.

import type { Purpose } from '../contract/purpose.ts';

const LIST = 'its operator has to list the address that it leads to';

/** What answered, where it is not only the host that is of interest; and what helps. */
const told: Readonly<Record<Purpose, readonly [place: string, advice: string]>> = {
  probe: ['', 'use the address that it leads to as the resource, if you mean that'],
  'resource-metadata': [
    'The resource metadata at ',
    'use the address that it leads to as the resource, if you mean that, or tell the operator',
  ],
  'server-metadata': [
    'The server metadata at ',
    'the resource has to list the server that it leads to, tell its operator',
  ],
  registration: ['The registration endpoint at ', LIST],
  unregistration: ['The address of the registration at ', LIST],
  token: ['The token endpoint at ', LIST],
  revocation: ['The revocation endpoint at ', LIST],
};

/**
 * The sentence about a redirect that is not followed.
 * @param host host and port that answered.
 * @param why a clause: "it has no address".
 */
export function redirectRefused(purpose: Purpose, host: string, why: string): string {
  const [place, advice] = told[purpose];
  return `${place}${host} answered with a redirect that was not followed: ${why}; ${advice}.`;
}
