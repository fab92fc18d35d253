// What is said of a connection that failed: each code of Node has its sentence, and texts are not repeated.
import { describe, expect, test } from 'vitest';
import {
  brokenAnswer,
  codeOf,
  connectionFailure,
  ProxyError,
  type ProxyTrouble,
} from '../../protocol/connection.ts';

const failedWith = (cause: unknown) =>
  connectionFailure(new TypeError('fetch failed: hush-hush', { cause }), 'as.example:8443', 'discovering');
const failedBy = (code: string) => failedWith(Object.assign(new Error('hush-hush'), { code }));

describe('D45: a certificate', () => {
  test.each([
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_UNTRUSTED',
  ])('whose authority is not known is not trusted, and its authority can be given: %s', (code) => {
    expect(failedBy(code)).toEqual({
      code: 'certificate_untrusted',
      phase: 'discovering',
      recovery: 'fix-config',
      message: `The certificate of as.example:8443 is not trusted (${code}), since its authority is not known here; if you trust that authority, give its certificate in NODE_EXTRA_CA_CERTS, or as caFile of nodeFetch.`,
    });
  });

  test.each([
    ['CERT_HAS_EXPIRED', 'has expired (CERT_HAS_EXPIRED); check the clock'],
    ['CERT_NOT_YET_VALID', 'is not valid yet (CERT_NOT_YET_VALID); check the clock'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another name (ERR_TLS_CERT_ALTNAME_INVALID); check the address'],
    ['HOSTNAME_MISMATCH', 'is for another name (HOSTNAME_MISMATCH); check the address'],
    ['CERT_REVOKED', 'cannot be accepted (CERT_REVOKED); tell the operator'],
    ['INVALID_PURPOSE', 'cannot be accepted (INVALID_PURPOSE); tell the operator'],
  ])('that is not good says why, and no setting helps: %s', (code, words) => {
    const failure = failedBy(code);
    expect(failure).toMatchObject({ code: 'certificate_invalid', phase: 'discovering', recovery: 'none' });
    expect(failure?.message).toContain(`The certificate of as.example:8443 ${words}`);
    expect(failure?.message).toMatch(/^[^;]+; [^;]+[^.]\.$/);
  });
});

describe('a proxy', () => {
  const host = 'proxy.example:3128';
  test.each<[string, Partial<ProxyTrouble>, string, RegExp]>([
    [
      'that is not there',
      { code: 'ECONNREFUSED' },
      'unreachable retry-later',
      /^The proxy .* \(ECONNREFUSED\); check/,
    ],
    ['that ends without a code', {}, 'unreachable retry-later', /could not be reached; check the proxy/],
    [
      'that wants a password',
      { status: 407 },
      'unreachable fix-config',
      /asks for a user and a password \(407\)/,
    ],
    [
      'that does not allow it',
      { status: 403 },
      'unreachable fix-config',
      /does not lead to as.example:8443 \(403\)/,
    ],
    [
      'that finds nobody there',
      { status: 502 },
      'unreachable retry-later',
      /could not reach as.example:8443 \(502\)/,
    ],
    [
      'that is not trusted',
      { code: 'CERT_UNTRUSTED' },
      'certificate_untrusted fix-config',
      /^The certificate of the proxy /,
    ],
    [
      'that has run out',
      { code: 'CERT_HAS_EXPIRED' },
      'certificate_invalid none',
      /^The certificate of the proxy /,
    ],
  ])('%s', (_, trouble, expected, sentence) => {
    const failure = failedWith(new ProxyError({ host, ...trouble }));
    expect(`${failure?.code} ${failure?.recovery}`).toBe(expected);
    expect(failure?.message).toMatch(sentence);
    expect(failure?.message).toContain(host);
  });
});

test('any other failure is left to who asked', () => {
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'toString', 'constructor', ''])
    expect(failedBy(code)).toBeUndefined();
  for (const cause of [undefined, null, 'CERT_HAS_EXPIRED', {}]) expect(failedWith(cause)).toBeUndefined();
  expect(connectionFailure('CERT_HAS_EXPIRED', 'as.example', 'discovering')).toBeUndefined();
});

test('only what looks like a code is one', () => {
  expect(codeOf({ code: 'ECONNREFUSED' })).toBe('ECONNREFUSED');
  for (const code of ['a secret', 'E', 5, 'X'.repeat(50), null]) expect(codeOf({ code })).toBeUndefined();
});

describe('a server that was reached, and gave no whole answer', () => {
  test.each([
    ['Z_DATA_ERROR', 'sent an answer that is not compressed as it says', 'tell its operator'],
    [
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'does not speak TLS at this port',
      'check whether the address is http, and its port',
    ],
    ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'does not speak HTTP/1.1', 'tell its operator'],
    [
      'HPE_INVALID_CONSTANT',
      'answered with something that is not HTTP/1.1',
      'check its port, or tell its operator',
    ],
    [
      'UND_ERR_HEADERS_OVERFLOW',
      'answered with something that is not HTTP/1.1',
      'check its port, or tell its operator',
    ],
    [
      'UND_ERR_SOCKET',
      'closed the connection before its answer was whole',
      'try again later, or tell its operator',
    ],
  ])('%s', (code, what, advice) => {
    expect(brokenAnswer(code, 'as.example')).toBe(`as.example ${what} (${code}); ${advice}.`);
  });

  test('any other code says nothing of that', () => {
    for (const code of [undefined, '', 'ECONNREFUSED', 'EPROTO', 'UND_ERR_CONNECT_TIMEOUT'])
      expect(brokenAnswer(code, 'as.example')).toBeUndefined();
  });
});
