// Every failure has an exit code, and a message that says what to do at the terminal.
import { describe, expect, test } from 'vitest';
import { asUnreachable, exitCodeOf, failureOf, messageOf } from '../../cli/failures.ts';
import { duration, shellWord } from '../../cli/words.ts';
import { AuthError, type FailureCode, failure, failureCodes } from '../../contract/errors.ts';

const expected: Readonly<Record<number, readonly FailureCode[]>> = {
  2: ['config_invalid'],
  3: [
    'interaction_required',
    'access_denied',
    'login_pending',
    'login_timed_out',
    'cancelled',
    'scope_not_named',
  ],
  4: ['unreachable', 'timed_out', 'server_unavailable'],
  5: [
    'certificate_untrusted',
    'certificate_invalid',
    'address_refused',
    'redirect_refused',
    'resource_mismatch',
    'issuer_mismatch',
    'pkce_unsupported',
    'dpop_unsupported',
    'dpop_downgraded',
    'bound_elsewhere',
    'credential_without_issuer',
    'token_of_other_issuer',
    'response_issuer_mismatch',
    'response_issuer_missing',
  ],
};

test('each code of the register ends with its exit code, all others with 1', () => {
  const codes = Object.keys(failureCodes) as FailureCode[];
  for (const code of codes) {
    const [exitCode = 1] = Object.entries(expected).find(([, group]) => group.includes(code)) ?? [];
    expect([code, exitCodeOf(failure(code, 'requesting', ''))]).toEqual([code, Number(exitCode)]);
  }
});

describe('the message', () => {
  const url = 'https://mcp.example/mcp?a=1&b=2';
  const issuer = 'https://as.example';

  test.each([
    [
      'for a login says which command to run, quoted for a shell',
      failure('interaction_required', 'requesting', 'Nobody is logged in; call login() first.'),
      `Nobody is logged in. Run authchart login '${url}'.`,
    ],
    [
      'for credentials without an issuer names the option and the issuer',
      failure('credential_without_issuer', 'bindChecking', 'They do not say; if it is X, say so.', {
        issuer,
      }),
      `They do not say. Nothing was sent. Add --issuer ${issuer} if that server really issued the client.`,
    ],
    [
      'for a secret that was not given again names the options',
      failure('config_invalid', 'renewing', 'It has no secret; give it.', { issuer }),
      `It has no secret. Give the client again, with --client-id, --issuer ${issuer} and --client-secret-file.`,
    ],
    [
      'replaces advice that is a sentence of its own, too',
      failure('interaction_required', 'storing', 'It holds no tokens. Log in again.'),
      `It holds no tokens. Run authchart login '${url}'.`,
    ],
    [
      'for an authority that is not known names the option and the variable',
      failure('certificate_untrusted', 'discovering', 'It is not trusted; give it to nodeFetch.'),
      'It is not trusted. If you trust that authority, give its certificate with --ca FILE, or in NODE_EXTRA_CA_CERTS.',
    ],
    [
      'for what was wrong from the start stays as it is',
      failure('config_invalid', 'configuring', 'It is empty; fill it.'),
      'It is empty; fill it.',
    ],
    [
      'ends with what the server said, with control characters escaped',
      failure('access_denied', 'authorizing', 'It was denied; log in again.', { said: 'no\u001b[2J' }),
      'It was denied; log in again. It said: "no\\u{1b}[2J".',
    ],
  ])('%s', (_, of, sentence) => {
    expect(messageOf(of, url)).toBe(sentence);
  });
});

test('a foreign error leaves its name only', () => {
  const thrown = new RangeError('the-secret');
  expect(failureOf(thrown)).toMatchObject({ code: 'internal', recovery: 'none' });
  expect(JSON.stringify(failureOf(thrown))).not.toContain('the-secret');
  expect(failureOf(thrown).message).toContain('RangeError');
});

test('a connection that failed is unreachable, with the code of the system; a defect is not', () => {
  const cause = Object.assign(new Error('quotes what was sent'), { code: 'ECONNREFUSED' });
  const thrown = asUnreachable(new TypeError('fetch failed', { cause }), 'https://as.example/x');
  if (!(thrown instanceof AuthError)) throw new Error('not an AuthError');
  expect(thrown.code).toBe('unreachable');
  expect(thrown.message).toBe(
    'as.example cannot be reached (ECONNREFUSED). Check the address and the network, and try again.',
  );
  const defect = new TypeError('x is not a function');
  expect(asUnreachable(defect, 'https://as.example/')).toBe(defect);
});

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [59_600, '1 min'],
  [292_000, '4 min 52 s'],
  [7_200_000, '2 h'],
  [90_061_000, '1 d 1 h'],
])('%i ms is %s', (milliseconds, words) => {
  expect(duration(milliseconds)).toBe(words);
});

test('a word for a shell is quoted where it must be', () => {
  expect(shellWord('https://a.example/b')).toBe('https://a.example/b');
  expect(shellWord("a'b; rm -rf")).toBe("'a'\\''b; rm -rf'");
});
