// Why a connection failed before anything was sent: the certificate of the server, or a proxy on the way.
import { type Failure, failure, type Phase } from '../contract/errors.ts';

/** What is known of a proxy that did not lead to the server. */
export interface ProxyTrouble {
  /** Host and port of the proxy. */
  readonly host: string;
  /** What it answered. Absent: it could not be reached. */
  readonly status?: number | undefined;
  /** The code of the system or of OpenSSL, such as `ECONNREFUSED`. */
  readonly code?: string | undefined;
}

/** What a `fetch` that goes through a proxy rejects with, as the cause, when the proxy did not lead to the server. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly trouble: ProxyTrouble;

  constructor(trouble: ProxyTrouble) {
    super('The proxy did not lead to the server.');
    this.trouble = trouble;
  }
}

/** What a `fetch` rejects with, as the cause, when a name leads to an address that may not be asked. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
  /** The code of a system's error, for those who look for one. */
  readonly code = 'EADDRREFUSED';
  /** A clause for the middle of a sentence. */
  readonly reason: string;

  constructor(reason: string) {
    super('The name leads to an address that may not be asked.');
    this.reason = reason;
  }
}

/** A name that leads to an address which may not be asked. @param reason a clause for the middle of a sentence. */
export function resolvedFailure(server: string, reason: string, phase: Phase): Failure {
  return failure(
    'address_refused',
    phase,
    `${server} was refused, by the address that its name leads to: ${reason}; nothing was sent.`,
  );
}

/**
 * What to say of a connection that failed: that the certificate cannot be trusted, or that the proxy is the trouble.
 * Nothing when the server simply could not be reached.
 * @param thrown what `fetch` rejected with. Only its codes are used: its text may quote what was sent.
 * @param server host and port of the server.
 * @returns `certificate_untrusted`, `certificate_invalid`, `address_refused`, or `unreachable` for a proxy.
 * @see RFC 9728 §7.3, RFC 9110 §9.3.6
 */
export function connectionFailure(thrown: unknown, server: string, phase: Phase): Failure | undefined {
  const cause: unknown = thrown instanceof Error ? thrown.cause : undefined;
  if (cause instanceof AddressError) return resolvedFailure(server, cause.reason, phase);
  if (cause instanceof ProxyError) return proxyFailure(cause.trouble, server, phase);
  return certificateFailure(codeOf(cause), server, phase);
}

/**
 * Why there is no answer, by the code of the platform: servers that were reached and gave none that is whole. The first
 * that fits.
 * @see https://nodejs.org/api/errors.html, https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md
 */
const brokenAnswers: readonly (readonly [codes: RegExp, what: string, advice: string])[] = [
  [/^Z_/, 'sent an answer that is not compressed as it says', 'tell its operator'],
  [
    /WRONG_VERSION_NUMBER$/,
    'does not speak TLS at this port',
    'check whether the address is http, and its port',
  ],
  [/NO_APPLICATION_PROTOCOL$/, 'does not speak HTTP/1.1', 'tell its operator'],
  [
    /^HPE_|HEADERS_OVERFLOW$/,
    'answered with something that is not HTTP/1.1',
    'check its port, or tell its operator',
  ],
  [
    /^UND_ERR_SOCKET$/,
    'closed the connection before its answer was whole',
    'try again later, or tell its operator',
  ],
];

/**
 * What is said of a server that was reached, and whose answer cannot be read.
 * @param code the code of the platform.
 * @param server host and port.
 * @returns a sentence; nothing for any other code.
 */
export function brokenAnswer(code: string | undefined, server: string): string | undefined {
  const known = brokenAnswers.find(([codes]) => code !== undefined && codes.test(code));
  return known && `${server} ${known[1]} (${code}); ${known[2]}.`;
}

/** The code of an error of the platform, such as `ECONNREFUSED`: the only part that cannot quote what was sent. */
export function codeOf(thrown: unknown): string | undefined {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}

function proxyFailure({ host, status, code }: ProxyTrouble, server: string, phase: Phase): Failure {
  const refused = certificateFailure(code, `the proxy ${host}`, phase);
  if (refused) return refused;
  const fail = (sentence: string, isLasting: boolean): Failure =>
    failure('unreachable', phase, sentence, isLasting ? { recovery: 'fix-config' } : {});
  if (status === undefined) {
    const why = code === undefined ? '' : ` (${code})`;
    return fail(
      `The proxy ${host} on the way to ${server} could not be reached${why}; check the proxy that is set, and try again later.`,
      false,
    );
  }
  if (status === 407) {
    return fail(
      `The proxy ${host} asks for a user and a password (407); give them in its URL, as in http://user:password@proxy.example:3128.`,
      true,
    );
  }
  if (status >= 500)
    return fail(`The proxy ${host} could not reach ${server} (${status}); try again later.`, false);
  return fail(
    `The proxy ${host} does not lead to ${server} (${status}); ask its operator, or name the server in NO_PROXY.`,
    true,
  );
}

/** Codes of Node for a certificate whose authority is not among those that are trusted. */
const untrusted: ReadonlySet<string> = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const OTHER_NAME = 'is for another name; check the address, or tell the operator of the server';
const NOT_ACCEPTED = 'cannot be accepted; tell the operator of the server';

/** What is wrong with a certificate, by the code of Node. @see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const invalid: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired; check the clock of this machine, or tell the operator of the server',
  CERT_NOT_YET_VALID: 'is not valid yet; check the clock of this machine, or tell the operator of the server',
  ERR_TLS_CERT_ALTNAME_INVALID: OTHER_NAME,
  HOSTNAME_MISMATCH: OTHER_NAME,
  CERT_CHAIN_TOO_LONG: NOT_ACCEPTED,
  CERT_REJECTED: NOT_ACCEPTED,
  CERT_REVOKED: NOT_ACCEPTED,
  CERT_SIGNATURE_FAILURE: NOT_ACCEPTED,
  ERROR_IN_CERT_NOT_AFTER_FIELD: NOT_ACCEPTED,
  ERROR_IN_CERT_NOT_BEFORE_FIELD: NOT_ACCEPTED,
  INVALID_CA: NOT_ACCEPTED,
  INVALID_PURPOSE: NOT_ACCEPTED,
  PATH_LENGTH_EXCEEDED: NOT_ACCEPTED,
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: NOT_ACCEPTED,
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: NOT_ACCEPTED,
};

/** D45: whatever the server sends, a certificate that cannot be trusted ends the connection. */
function certificateFailure(code: string | undefined, whose: string, phase: Phase): Failure | undefined {
  if (code === undefined) return undefined;
  if (untrusted.has(code)) {
    return failure(
      'certificate_untrusted',
      phase,
      `The certificate of ${whose} is not trusted (${code}), since its authority is not known here; if you trust that authority, give its certificate in NODE_EXTRA_CA_CERTS, or as caFile of nodeFetch.`,
    );
  }
  const fault = Object.hasOwn(invalid, code) ? invalid[code] : undefined;
  if (fault === undefined) return undefined;
  const [what, advice] = fault.split('; ');
  return failure('certificate_invalid', phase, `The certificate of ${whose} ${what} (${code}); ${advice}.`);
}
