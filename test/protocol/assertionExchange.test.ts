// What an identity provider gave for a person's identity token: which assertion is passed on, and what a refusal means.
import { describe, expect, test } from 'vitest';
import { exchangeFailure, ID_JAG, judgeExchangeAnswer } from '../../protocol/assertionExchange.ts';

const assertion = 'eyJh_-.eyJz.c2ln';
const issued = { issued_token_type: ID_JAG, access_token: assertion, token_type: 'N_A' };
const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
const outages = [408, 425, 429, ...Array.from({ length: 100 }, (_, at) => at + 500)];
const judge = (document: unknown, status = 200) => judgeExchangeAnswer(status, JSON.stringify(document));

describe('judgeExchangeAnswer (EXT-3)', () => {
  test('an assertion comes with 200 and with no other status', () => {
    expect(judge(issued)).toEqual({ kind: 'issued', assertion });
    expect(statuses.filter((status) => judge(issued, status).kind === 'issued')).toEqual([200]);
  });

  test('its type is named as the draft has it', () => {
    expect(ID_JAG).toBe('urn:ietf:params:oauth:token-type:id-jag');
  });

  test.each<[string, object, boolean]>([
    ['of 16 KiB', { access_token: 'x'.repeat(16_384) }, true],
    ['of 16 KiB and one', { access_token: 'x'.repeat(16_385) }, false],
    ['of one letter', { access_token: 'x' }, true],
    ['that is empty', { access_token: '' }, false],
    ['with a blank', { access_token: 'a b' }, false],
    ['with a line end', { access_token: 'ab\n' }, false],
    ['that ends a form field', { access_token: 'a&b' }, false],
    ['of other letters', { access_token: 'ä' }, false],
    ['that is a number', { access_token: 7 }, false],
    ['that is missing', { access_token: undefined }, false],
    ['of another type', { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' }, false],
    ['of no type', { issued_token_type: undefined }, false],
    ['of another spelling of the type', { issued_token_type: ID_JAG.toUpperCase() }, false],
    ['beside an error', { error: 7 }, false],
    ['beside an error that is null', { error: null }, false],
  ])('T02, T03: an assertion %s: %s', (_what, more, isBelieved) => {
    const { kind } = judge({ ...issued, ...more });
    expect(kind).toBe(isBelieved ? 'issued' : 'refused');
  });

  test.each(['', '[]', 'null', `access_token=${assertion}`, `{"__proto__":${JSON.stringify(issued)}}`])(
    'T01, D19: none is read from %j',
    (text) => {
      expect(judgeExchangeAnswer(200, text)).toStrictEqual({ kind: 'refused', status: 200 });
    },
  );

  test('a refusal has its code, when that is well formed', () => {
    const refused = { kind: 'refused', status: 400 };
    expect(judge({ error: 'invalid_target' }, 400)).toEqual({ ...refused, error: 'invalid_target' });
    for (const error of ['', 'a\nb', 'x'.repeat(65), 7]) expect(judge({ error }, 400)).toStrictEqual(refused);
  });
});

describe('exchangeFailure (EXT-3)', () => {
  const refused = (status: number, error?: string) =>
    exchangeFailure({ kind: 'refused', status, ...(error !== undefined && { error }) }, []);

  test('TOK-7: an outage is waited for, whatever it says', () => {
    for (const error of [undefined, 'invalid_grant'])
      expect(statuses.filter((status) => refused(status, error).code === 'server_unavailable')).toEqual(
        outages,
      );
    expect(refused(503, 'x')).toStrictEqual({
      code: 'server_unavailable',
      phase: 'authorizing',
      recovery: 'retry-later',
      message: 'The identity provider issues no assertions now (503); try again later.',
      status: 503,
      oauthError: 'x',
    });
  });

  test.each([
    [400, 'invalid_grant', 'invalid_grant'],
    [200, undefined, 'status 200'],
  ])('anything else is for its administrator: %d %s', (status, error, named) => {
    expect(refused(status, error)).toStrictEqual({
      code: 'assertion_failed',
      phase: 'authorizing',
      recovery: 'fix-config',
      message: `The identity provider gave no assertion for this server (${named}); ask its administrator.`,
      status,
      ...(error !== undefined && { oauthError: error }),
    });
  });
});
