// What is said of a redirect that is not followed.
import { describe, expect, test } from 'vitest';
import { redirectRefused } from '../../protocol/redirectRefusal.ts';

const list = 'its operator has to list the address that it leads to';

describe('a redirect that is not followed', () => {
  test.each([
    ['probe', 'as.example', 'use the address that it leads to as the resource, if you mean that'],
    [
      'resource-metadata',
      'The resource metadata at as.example',
      'use the address that it leads to as the resource, if you mean that, or tell the operator',
    ],
    [
      'server-metadata',
      'The server metadata at as.example',
      'the resource has to list the server that it leads to, tell its operator',
    ],
    ['registration', 'The registration endpoint at as.example', list],
    ['unregistration', 'The address of the registration at as.example', list],
    ['token', 'The token endpoint at as.example', list],
    ['revocation', 'The revocation endpoint at as.example', list],
  ] as const)('D08, T29: of a %s request says who, why, and what helps', (purpose, who, advice) => {
    expect(redirectRefused(purpose, 'as.example', 'it has no address')).toBe(
      `${who} answered with a redirect that was not followed: it has no address; ${advice}.`,
    );
  });
});
