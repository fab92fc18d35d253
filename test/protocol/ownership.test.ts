// Whose a record or a credential is: one difference is enough for another owner.
import { describe, expect, test } from 'vitest';
import {
  areCredentialsOf,
  foreignCredentialsFailure,
  foreignTokenFailure,
  type GrantOwner,
  isSameOwner,
  isSameSession,
} from '../../protocol/ownership.ts';

const issuer = 'https://as.example';
const other = 'https://other.example';
const session = { resource: 'https://rs.example/mcp', subject: 'anna', label: 'work' };
const owner: GrantOwner = { session, issuer, clientId: 'client' };

describe('isSameSession, isSameOwner (S06, BIND-12)', () => {
  test('the same', () => {
    expect(isSameSession(session, { ...session })).toBe(true);
    expect(isSameOwner(owner, { ...owner, session: { ...session } })).toBe(true);
  });

  test.each([
    ['another resource', { resource: 'https://rs.example/mcp/' }],
    ['another subject', { subject: 'Anna' }],
    ['no subject', { subject: '' }],
    ['another label', { label: 'home' }],
    ['no label', { label: '' }],
  ])('%s is another session', (_what, more) => {
    const another = { ...session, ...more };
    expect([isSameSession(session, another), isSameSession(another, session)]).toEqual([false, false]);
    expect(isSameOwner(owner, { ...owner, session: another })).toBe(false);
  });

  test.each([
    ['another issuer', { issuer: other }],
    ['BIND-1: an issuer that differs by a slash', { issuer: `${issuer}/` }],
    ['another client', { clientId: 'before' }],
  ])('%s is another owner', (_what, more) => {
    expect(isSameOwner(owner, { ...owner, ...more })).toBe(false);
  });
});

describe('foreignTokenFailure (BIND-9)', () => {
  test('nothing for a token of the issuer that is bound', () => {
    expect(foreignTokenFailure(issuer, issuer)).toBeUndefined();
  });

  test.each([
    [other, other, other],
    [`${issuer}/`, `${issuer}/`, `${issuer}/`],
    [undefined, '', 'nobody'],
  ])('where the resource is bound to %s, both issuers are named', (active, told, named) => {
    expect(foreignTokenFailure(issuer, active)).toStrictEqual({
      code: 'token_of_other_issuer',
      phase: 'requesting',
      recovery: 'reauthorize',
      message: `The stored token is of ${issuer}, but the resource is bound to ${named}; it was not sent, log in again.`,
      issuer: told,
      otherIssuer: issuer,
    });
  });
});

describe('foreignCredentialsFailure (BIND-2)', () => {
  test('nothing for credentials of the same issuer', () => {
    expect(foreignCredentialsFailure(issuer, issuer, 'renewing')).toBeUndefined();
  });

  test.each([other, `${issuer}/`])('R15: %s gets none of another issuer', (server) => {
    expect(foreignCredentialsFailure(issuer, server, 'renewing')).toStrictEqual({
      code: 'token_of_other_issuer',
      phase: 'renewing',
      recovery: 'reauthorize',
      message: `Credentials of ${issuer} were about to be sent to ${server}; they were not, log in again.`,
      issuer: server,
      otherIssuer: issuer,
    });
  });
});

describe('areCredentialsOf (BIND-2, BIND-10)', () => {
  test.each([
    ['of this client at this issuer', 'client', issuer, false, true],
    ['of another client', 'before', issuer, false, false],
    ['of another issuer', 'client', other, false, false],
    ['of another issuer, which may be trusted', 'client', other, true, false],
    ['of nobody knows whom', 'client', undefined, false, false],
    ['of the first issuer', 'client', undefined, true, true],
    ['of another client at the first issuer', 'before', undefined, true, false],
  ])('%s', (_what, clientId, of, trustsFirstIssuer, expected) => {
    expect(areCredentialsOf({ clientId, issuer: of, trustsFirstIssuer }, owner)).toBe(expected);
  });
});
