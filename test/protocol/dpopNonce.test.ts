// EXT-5: what asks for a nonce, and what is one.
import { expect, test } from 'vitest';
import { demandsNonce } from '../../protocol/challenge.ts';
import { readNonce } from '../../protocol/dpopNonce.ts';
import { judgeTokenResponse } from '../../protocol/tokenResponse.ts';

test.each<[boolean, string | null]>([
  [true, 'DPoP error="use_dpop_nonce"'],
  [true, 'dpop error=use_dpop_nonce, error_description="say it"'],
  [true, 'Bearer realm="x", error="invalid_token", DPoP algs="ES256", error="use_dpop_nonce"'],
  [false, null],
  [false, ''],
  [false, 'DPoP error="invalid_token"'],
  [false, 'Bearer error="use_dpop_nonce"'],
  [false, 'DPoP error="use_dpop_nonce", error="use_dpop_nonce"'],
  [false, 'Bearer realm="DPoP error=use_dpop_nonce"'],
  [false, 'DPoP dG9rZW42OA=='],
])('EXT-5, T22, W15: %s: %s', (expected, header) => {
  expect(demandsNonce(header)).toBe(expected);
});

test('EXT-5, W09: a header of 16 KiB is read, a longer one is not', () => {
  const header = (length: number) => 'DPoP error="use_dpop_nonce", x="'.padEnd(length - 1, 'x').concat('"');
  expect(demandsNonce(header(16 * 1024))).toBe(true);
  expect(demandsNonce(header(16 * 1024 + 1))).toBe(false);
});

test('EXT-5: a nonce is 1 to 256 characters of its alphabet', () => {
  const alphabet = Array.from({ length: 0x7f - 0x21 }, (_, index) => String.fromCharCode(0x21 + index));
  const legal = alphabet.filter((character) => readNonce(character) === character);
  expect(alphabet.filter((character) => !legal.includes(character))).toEqual(['"', '\\']);
  expect(readNonce('')).toBeUndefined();
  expect(readNonce(' n')).toBeUndefined();
});

test.each<[string, boolean, unknown]>([
  ['DPoP', true, { kind: 'tokens', tokens: { accessToken: 't', bound: true } }],
  ['dpop', true, { kind: 'tokens', tokens: { accessToken: 't', bound: true } }],
  ['Bearer', true, { kind: 'tokens', tokens: { accessToken: 't' } }],
  ['DPoP', false, { kind: 'invalid', why: 'its token_type is not Bearer' }],
  ['mac', true, { kind: 'invalid', why: 'its token_type is not Bearer or DPoP' }],
])('EXT-5, T06: token_type %s, proof sent: %s', (type, proved, verdict) => {
  const answer = JSON.stringify({ access_token: 't', token_type: type });
  expect(judgeTokenResponse(200, answer, proved)).toEqual(verdict);
});
