// Answers of token endpoints: tokens that may go into a header, or why there are none.
import { describe, expect, test } from 'vitest';
import { judgeTokenResponse } from '../../protocol/tokenResponse.ts';

const accessToken = 'T0KEN.abc-_~+/=';
const minimal = { access_token: accessToken, token_type: 'Bearer' };
const judge = (document: unknown, status = 200) =>
  judgeTokenResponse(status, typeof document === 'string' ? document : JSON.stringify(document));
const tokens = (rest: object = {}) => ({ kind: 'tokens', tokens: { accessToken, ...rest } });
const invalid = (why: RegExp) => ({ kind: 'invalid', why: expect.stringMatching(why) });

describe('tokens', () => {
  test('everything', () => {
    const document = { ...minimal, refresh_token: 'R', expires_in: 3600, scope: 'b a', id_token: 'x' };
    expect(judge(document)).toEqual(tokens({ refreshToken: 'R', expiresIn: 3600, granted: ['b', 'a'] }));
  });

  test('the least; nothing is assumed for the rest', () => {
    expect(judge(minimal)).toEqual(tokens());
  });

  test('nulls for what is left out', () => {
    const document = { ...minimal, error: null, refresh_token: null, expires_in: null, scope: null };
    expect(judge(document)).toEqual(tokens());
  });
});

describe('token_type (T05)', () => {
  test.each(['Bearer', 'bearer', 'BEARER'])('%s is ours', (type) => {
    expect(judge({ ...minimal, token_type: type })).toEqual(tokens());
  });

  test.each([
    ['missing', undefined, /no token_type/],
    ['null', null, /no token_type/],
    ['a list', ['Bearer'], /no token_type/],
    ['empty', '', /not Bearer/],
    ['unknown', 'mac', /not Bearer/],
    ['DPoP, which nobody asked for', 'DPoP', /not Bearer/],
    ['with a blank', 'Bearer ', /not Bearer/],
  ])('%s is refused', (_, type, why) => {
    expect(judge({ ...minimal, token_type: type })).toEqual(invalid(why));
  });
});

describe('access_token (T07)', () => {
  test.each([
    ['missing', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', ['T']],
    ['empty', ''],
    ['with CR and LF', 'T\r\nX-Evil: 1'],
    ['with LF behind', 'T\n'],
    ['with a blank', 'T T'],
    ['with a tab', 'T\tT'],
    ['with NUL', 'T\0'],
    ['with DEL', 'T\x7f'],
    ['of other letters', 'Tä'],
    ['with a lone surrogate', 'T\ud800'],
    ['of 12 KiB and one', 'T'.repeat(12 * 1024 + 1)],
    ['of 1 MB', 'T'.repeat(1_000_000)],
  ])('%s is refused', (_, token) => {
    expect(judge({ ...minimal, access_token: token })).toEqual(invalid(/access_token/));
  });

  test('of 12 KiB is believed', () => {
    const token = 'T'.repeat(12 * 1024);
    expect(judge({ ...minimal, access_token: token })).toEqual({
      kind: 'tokens',
      tokens: { accessToken: token },
    });
  });

  test('D19: is never inherited', () => {
    expect(judge(`{"__proto__":${JSON.stringify(minimal)}}`)).toEqual(invalid(/access_token/));
  });
});

describe('refresh_token (T10)', () => {
  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['null', null],
    ['a number', 7],
    ['with a line break', 'R\n'],
    ['with a line break before it', '\nR'],
    ['of other letters', 'Rä'],
    ['of 1 MB', 'R'.repeat(1_000_000)],
  ])('%s: there is none, and the old one stays', (_, token) => {
    expect(judge({ ...minimal, refresh_token: token })).toEqual(tokens());
  });

  test('RFC 6749 appendix A.17: may hold a blank, as it goes into no header', () => {
    expect(judge({ ...minimal, refresh_token: 'R R' })).toEqual(tokens({ refreshToken: 'R R' }));
  });
});

describe('expires_in (T08)', () => {
  test.each([
    [3600, 3600],
    [0.5, 0.5],
    ['3600', 3600],
    ['5', 5],
    [1e308, 315_360_000],
    [315_360_001, 315_360_000],
    ['9999999999', 315_360_000],
  ])('%j is %d seconds', (value, expiresIn) => {
    expect(judge({ ...minimal, expires_in: value })).toEqual(tokens({ expiresIn }));
  });

  test.each([
    ['negative', -1],
    ['a negative text', '-1'],
    ['a text with more than digits', '3600abc'],
    ['a text with an exponent', '1e3'],
    ['a text with a fraction', '3600.5'],
    ['a text with blanks', ' 3600 '],
    ['hexadecimal', '0x10'],
    ['a text of 11 digits', '10000000000'],
    ['empty', ''],
    ['true', true],
    ['a list', [3600]],
    ['an object', { seconds: 3600 }],
    // golang/oauth2 reads it so, too: tokens that were dead on arrival would not have been sent.
    ['0', 0],
    ['0 as a text', '0'],
  ])('%s is an unknown lifetime', (_, value) => {
    expect(judge({ ...minimal, expires_in: value })).toEqual(tokens());
  });

  test('infinity, as JSON can say it, is an unknown lifetime', () => {
    const text = `{"access_token":"${accessToken}","token_type":"Bearer","expires_in":1e999}`;
    expect(judge(text)).toEqual(tokens());
  });
});

describe('scope (STEP-6, T09)', () => {
  test.each([
    ['fewer or more than asked for, as granted', 'b a', ['b', 'a']],
    ['repeated, once', 'a b a', ['a', 'b']],
    ['U08: the legal ones', 'a "x" b\\ c\n d', ['a', 'd']],
    ['empty: said, and nothing', '', []],
    ['nothing legal: said, and nothing', '" \\', []],
  ])('%s', (_, scope, granted) => {
    expect(judge({ ...minimal, scope })).toEqual(tokens({ granted }));
  });

  test.each([undefined, null, 7, {}])('%j: not said', (scope) => {
    expect(judge({ ...minimal, scope })).toEqual(tokens());
  });
});

describe('errors', () => {
  test.each([
    ['of 400', 400, { error: 'invalid_grant', error_description: 'dead' }, 'invalid_grant', 'dead'],
    ['of 401', 401, { error: 'invalid_client' }, 'invalid_client', undefined],
    ['of 500', 500, { error: 'server_error' }, 'server_error', undefined],
    ['T02: with 200', 200, { error: 'invalid_grant' }, 'invalid_grant', undefined],
    ['T03: with 200 and tokens', 200, { ...minimal, error: 'invalid_grant' }, 'invalid_grant', undefined],
    ['with a description of another type', 400, { error: 'x', error_description: {} }, 'x', undefined],
    ['that are no code', 400, { error: 'a"b' }, 'unreadable_error', undefined],
    ['that are empty, beside tokens', 200, { ...minimal, error: '' }, 'unreadable_error', undefined],
    ['that are an object', 400, { error: { code: 'x' } }, 'unreadable_error', undefined],
    ['of 1 MB', 400, { error: 'x'.repeat(1_000_000) }, 'unreadable_error', undefined],
  ])('%s', (_, status, document, error, description) => {
    const told = { kind: 'error', error, ...(description !== undefined && { description }) };
    expect(judge(document, status)).toEqual(told);
  });
});

test.each([200, 201, 202, 299])('TOK-7: tokens with %i are tokens', (status) => {
  expect(judge(minimal, status)).toEqual(judge(minimal));
  expect(judge({ ...minimal, error: 'invalid_grant' }, status)).toMatchObject({ kind: 'error' });
});

describe('neither', () => {
  test.each([
    ['T01: HTML with 200', 200, '<html>LOGIN</html>', /JSON object/],
    ['T01: nothing with 200', 200, '', /JSON object/],
    ['T01: HTML with 502', 502, '<html>BAD GATEWAY</html>', /JSON object/],
    ['T04: a form', 200, `access_token=${accessToken}&token_type=bearer`, /JSON object/],
    ['D17: a list', 200, [minimal], /JSON object/],
    ['D20: nesting without end', 200, '['.repeat(100_000), /JSON object/],
    ['tokens with 400', 400, minimal, /no error code/],
    ['tokens with 199', 199, minimal, /no error code/],
    ['tokens with 300', 300, minimal, /no error code/],
    ['tokens with 302', 302, minimal, /no error code/],
    ['D19: an inherited error', 400, '{"__proto__":{"error":"invalid_grant"}}', /no error code/],
  ])('%s', (_, status, document, why) => {
    expect(judge(document, status)).toEqual(invalid(why));
  });

  test('T01, L01: why does not quote the answer', () => {
    for (const document of ['<SECRET>', { access_token: 'SECRET\n' }, { ...minimal, token_type: 'SECRET' }]) {
      expect(JSON.stringify(judge(document))).not.toContain('SECRET');
    }
  });
});
