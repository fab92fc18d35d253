// Which refusals of a renewal are final: the client, or what it asks for, has to change first (TOK-6).
import { describe, expect, it } from 'vitest';
import { type FailureCode, failure } from '../../contract/errors.ts';
import { AddressError, connectionFailure } from '../../protocol/connection.ts';
import { isRefusedForGood } from '../../protocol/renewal.ts';

describe('isRefusedForGood', () => {
  it.each<[FailureCode, boolean]>([
    ['client_refused', true],
    ['token_refused', true],
    ['grant_refused', false],
    ['server_unavailable', false],
    ['unreachable', false],
    ['token_response_invalid', false],
  ])('TOK-6: %s: %s', (code, isFinal) => {
    expect(isRefusedForGood(failure(code, 'renewing', 'No.'))).toBe(isFinal);
  });

  it('TOK-6: not where the server asks for another try', () => {
    expect(isRefusedForGood(failure('token_refused', 'renewing', 'No.', { recovery: 'retry-later' }))).toBe(
      false,
    );
  });
});

describe('an address that may not be asked', () => {
  it('DISC-14: is an error with a code, which says why', () => {
    const error = new AddressError('it is in a private network');
    expect(error).toMatchObject({ name: 'AddressError', code: 'EADDRREFUSED' });
    expect(error.message).toBe('The name leads to an address that may not be asked.');
    const thrown = new TypeError('fetch failed', { cause: error });
    expect(connectionFailure(thrown, 'as.example.com', 'discovering')).toEqual(
      failure(
        'address_refused',
        'discovering',
        'as.example.com was refused, by the address that its name leads to: it is in a private network; nothing was sent.',
      ),
    );
  });
});
