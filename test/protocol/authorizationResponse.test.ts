// Authorization responses: the state first, then the issuer in its four rows, and only then what they say.
import { describe, expect, test } from 'vitest';
import {
  type ExpectedResponse,
  judgeAuthorizationResponse,
  sameText,
  stateOf,
} from '../../protocol/authorizationResponse.ts';

const issuer = 'https://as.example/tenant';
const redirectUri = 'http://127.0.0.1:8000/callback';
const state = 'S7ATE_s7ate-1234567890';
const expected: ExpectedResponse = { state, issuer, sendsIssuer: false };

/** Repeats a name for each value of a list. */
const urlOf = (params: Readonly<Record<string, string | readonly string[]>>, base = redirectUri) => {
  const url = new URL(base);
  for (const [name, values] of Object.entries(params))
    for (const value of [values].flat()) url.searchParams.append(name, value);
  return url.href;
};
const judge = (params: Parameters<typeof urlOf>[0], of: Partial<ExpectedResponse> = {}) =>
  judgeAuthorizationResponse(urlOf(params), { ...expected, ...of });
const success = { state, code: 'C0DE' };
const failure = { state, error: 'access_denied', error_description: 'WORDS', error_uri: 'https://x.example' };

describe('AUTHZ-5, A11: iss, four rows', () => {
  const code = expect.objectContaining({ kind: 'code', code: 'C0DE' });
  const error = { kind: 'error', error: 'access_denied', said: 'WORDS' };
  const mismatch = { kind: 'issuer-mismatch', said: 'https://evil.example' };
  const missing = { kind: 'issuer-missing' };
  test.each([
    ['advertised, present, same', true, { iss: issuer }, code, error],
    ['advertised, present, different', true, { iss: 'https://evil.example' }, mismatch, mismatch],
    ['advertised, absent', true, {}, missing, missing],
    ['unadvertised, present, same', false, { iss: issuer }, code, error],
    ['unadvertised, present, different', false, { iss: 'https://evil.example' }, mismatch, mismatch],
    ['unadvertised, absent', false, {}, code, error],
  ])('%s', (_, sendsIssuer, iss, ofSuccess, ofFailure) => {
    expect(judge({ ...success, ...iss }, { sendsIssuer })).toEqual(ofSuccess);
    // AUTHZ-7, A13: the same for errors, of which nothing is told unless the issuer is right.
    expect(judge({ ...failure, ...iss }, { sendsIssuer })).toEqual(ofFailure);
  });

  test('an empty one is present, and wrong', () => {
    expect(judge({ ...success, iss: '' })).toEqual({ kind: 'issuer-mismatch', said: '' });
  });

  test('A14: two are malformed, even when both are right', () => {
    const verdict = judge({ ...success, iss: [issuer, issuer] });
    expect(verdict).toEqual({ kind: 'malformed', why: expect.stringContaining('issuer') });
  });

  test('is judged before anything else that is wrong with the response', () => {
    const iss = 'https://evil.example';
    for (const wrong of [{ code: '' }, { error: 'x' }, { access_token: 'x' }, { code: ['a', 'b'] }]) {
      expect(judge({ ...success, iss, ...wrong }).kind).toBe('issuer-mismatch');
      expect(judge({ ...success, ...wrong }, { sendsIssuer: true }).kind).toBe('issuer-missing');
    }
  });

  test('a wrong one is told escaped and capped', () => {
    expect(judge({ ...success, iss: `\x1b[2J${'a'.repeat(1000)}` })).toEqual({
      kind: 'issuer-mismatch',
      said: `\\u{1b}[2J${'a'.repeat(191)}…`,
    });
  });
});

describe('AUTHZ-6, A12: iss is compared as plain text', () => {
  test.each([
    ['another case of the host', 'https://AS.example/tenant'],
    ['another case of the scheme', 'HTTPS://as.example/tenant'],
    ['the default port', 'https://as.example:443/tenant'],
    ['a slash more', `${issuer}/`],
    ['percent-encoding', 'https://as.example/t%65nant'],
    ['encoded twice', encodeURIComponent(issuer)],
    ['a blank more', `${issuer} `],
    ['a parent', 'https://as.example'],
    ['a child', `${issuer}/x`],
  ])('%s is another issuer', (_, iss) => {
    expect(judge({ ...success, iss })).toEqual({ kind: 'issuer-mismatch', said: iss });
  });

  test('after form decoding, once', () => {
    const spaced = 'https://as.example/a b';
    const url = `${redirectUri}?state=${state}&code=c&iss=https:%2f%2fas.example/a+b`;
    expect(judgeAuthorizationResponse(url, { ...expected, issuer: spaced }).kind).toBe('code');
    const encoded = 'https://as.example/a%2Fb';
    expect(judge({ ...success, iss: encoded }, { issuer: encoded }).kind).toBe('code');
  });
});

describe('AUTHZ-3, A08, A09, A10: without our state it is not ours', () => {
  test.each([
    ['missing', {}],
    ['empty', { state: '' }],
    ['different', { state: `${state.slice(0, -1)}x` }],
    ['a beginning of it', { state: state.slice(0, -1) }],
    ['more than it', { state: `${state}x` }],
    ['in another case', { state: state.toLowerCase() }],
    ['A14: twice the same', { state: [state, state] }],
    ['A14: with another behind it', { state: [state, 'x'] }],
    ['A14: with another before it', { state: ['x', state] }],
  ])('%s', (_, given) => {
    const params: Readonly<Record<string, string | readonly string[]>> = given;
    const { state: __, ...rest } = failure;
    expect(judge({ code: 'C0DE', iss: issuer, ...params })).toEqual({ kind: 'not-ours' });
    // Whatever else it says: an error, another issuer, nonsense.
    expect(judge({ ...rest, ...params })).toEqual({ kind: 'not-ours' });
    expect(judge({ ...rest, iss: 'https://evil.example', ...params })).toEqual({ kind: 'not-ours' });
    expect(judge({ code: ['a', 'b'], access_token: 'x', ...params })).toEqual({ kind: 'not-ours' });
  });

  test.each([
    ['no query', `state=${state}&code=x`],
    ['nothing', ''],
    ['a state in the fragment', `${redirectUri}#state=${state}&code=x`],
    ['A31: a query in the fragment', `${redirectUri}#?state=${state}&code=x`],
    ['A31: a state in the fragment behind a query', `${redirectUri}?code=x#&state=${state}`],
    ['a state in the path', `${redirectUri}/state=${state}&code=x`],
    ['a name in another case', `${redirectUri}?STATE=${state}&code=x`],
  ])('%s', (_, url) => {
    expect(judgeAuthorizationResponse(url, expected)).toEqual({ kind: 'not-ours' });
  });
});

describe('a code', () => {
  test.each([
    ['of the usual letters', 'SplxlOBeZQQYbYS6WxSbIA'],
    ['RFC 6749 appendix A.11: of all letters that it may have', '!"#$%&\'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~ x'],
    ['of 4 KiB', 'c'.repeat(4096)],
  ])('%s', (_, code) => {
    expect(judge({ state, code })).toMatchObject({ kind: 'code', code });
  });

  test('comes with all parameters of its response', () => {
    const verdict = judge({ ...success, iss: issuer, session_state: 'x', scope: 'a b' });
    expect(verdict.kind === 'code' && [...verdict.params.keys()]).toEqual([
      'state',
      'code',
      'iss',
      'session_state',
      'scope',
    ]);
  });

  test('does not end at a fragment that a browser carried along', () => {
    const url = `${urlOf(success)}#access_token=x`;
    expect(judgeAuthorizationResponse(url, expected)).toMatchObject({ kind: 'code', code: 'C0DE' });
  });

  test('may come to a custom scheme', () => {
    const url = `com.example.app:/callback?state=${state}&code=C0DE`;
    expect(judgeAuthorizationResponse(url, expected)).toMatchObject({ kind: 'code', code: 'C0DE' });
  });
});

describe('malformed', () => {
  test.each([
    ['neither a code nor an error', {}, /neither/],
    ['A15: both', { code: 'C0DE', error: 'access_denied' }, /both/],
    ['A15: both, one empty', { code: 'C0DE', error: '' }, /both/],
    ['A14: two codes', { code: ['a', 'b'] }, /more than one code/],
    ['A14: two codes alike', { code: ['a', 'a'] }, /more than one code/],
    ['A14: two errors', { error: ['x', 'y'] }, /more than one error/],
    ['A14: two descriptions', { error: 'x', error_description: ['a', 'b'] }, /error_description/],
    ['A14: two addresses', { error: 'x', error_uri: ['a', 'b'] }, /error_uri/],
    ['A31: an access token', { code: 'C0DE', access_token: 'T' }, /access_token/],
    ['A31: an identity token', { code: 'C0DE', id_token: 'T' }, /id_token/],
    ['A31: a token type', { code: 'C0DE', token_type: 'bearer' }, /token_type/],
    ['A31: a signed response', { response: 'eyJ' }, /response/],
    ['A31: an error beside a token', { error: 'x', access_token: 'T' }, /access_token/],
    ['A16: an empty code', { code: '' }, /code/],
    ['A16: a code of 4 KiB and one', { code: 'c'.repeat(4097) }, /code/],
    ['A16: a code of 1 MB', { code: 'c'.repeat(1_000_000) }, /code/],
    ['A16: a code with a line break', { code: 'a\r\nb' }, /code/],
    ['A16: a code with a line break behind', { code: 'a\n' }, /code/],
    ['A16: a code with NUL', { code: 'a\0' }, /code/],
    ['A16: a code with DEL', { code: 'a\x7f' }, /code/],
    ['A16: a code of other letters', { code: 'ä' }, /code/],
  ])('%s', (_, params, why) => {
    const verdict = judge({ state, ...params });
    expect(verdict).toEqual({ kind: 'malformed', why: expect.stringMatching(why) });
  });

  test('L01: why does not quote the response', () => {
    for (const params of [{ code: ['C0DE-1', 'C0DE-2'] }, { code: 'C0DE\n' }, { access_token: 'C0DE' }]) {
      expect(JSON.stringify(judge({ state, ...params }))).not.toContain('C0DE');
    }
  });
});

describe('an error', () => {
  test.each([
    ['with a description', { error: 'access_denied', error_description: 'No.' }, 'access_denied', 'No.'],
    ['without one', { error: 'server_error' }, 'server_error', undefined],
    ['W11: escapes', { error: 'x', error_description: '\x1b[2J\n' }, 'x', '\\u{1b}[2J\\u{a}'],
    ['1 MB', { error: 'x', error_description: 'a'.repeat(1e6) }, 'x', `${'a'.repeat(200)}…`],
    ['a code that is none', { error: 'a"b\n' }, 'unreadable_error', undefined],
    ['an empty code', { error: '' }, 'unreadable_error', undefined],
  ])('%s', (_, params, error, said) => {
    const told = { kind: 'error', error, ...(said !== undefined && { said }) };
    expect(judge({ state, ...params })).toEqual(told);
  });

  test('A27: its error_uri is not told', () => {
    const verdict = judge({ state, error: 'x', error_uri: 'javascript:alert(1)' });
    expect(verdict).toEqual({ kind: 'error', error: 'x' });
  });
});

describe('stateOf', () => {
  test.each([
    ['one', urlOf(success), state],
    ['an empty one', urlOf({ state: '' }), undefined],
    ['of a query alone, as a listener sees it', `?state=${state}&code=x`, state],
    ['of a request target', `/callback?code=x&state=${state}`, state],
    ['before another question mark', `?state=${state}&x=a?b`, state],
    ['of a fragment', `${redirectUri}#?state=${state}`, undefined],
    ['none', urlOf({ code: 'x' }), undefined],
    ['A14: two alike', urlOf({ state: [state, state] }), undefined],
    ['no query', `state=${state}`, undefined],
  ])('%s', (_, url, given) => {
    expect(stateOf(url)).toBe(given);
  });
});

describe('sameText (L12)', () => {
  test.each([
    ['', '', true],
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['xbc', 'abc', false],
    ['ab', 'abc', false],
    ['abc', 'ab', false],
    ['', 'abc', false],
    ['abc', '', false],
    ['abc', 'abc\0', false],
    ['abc\0', 'abc', false],
    ['a\0c', 'a\0c', true],
    ['ä', 'a\u0308', false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameText(a, b)).toBe(same);
  });
});
