// Judging the answer to a request for a device code: what a person is shown, or why there is nothing. (RFC 8628)
import { type Failure, failure } from '../contract/errors.ts';
import { own, readObject } from './json.ts';
import { mindsResource, resourceAdvice } from './mending.ts';
import { isOutage } from './outage.ts';
import { judgeNamedAddress } from './reach.ts';
import { codeWithout, oauthErrorCode, shown } from './text.ts';

/** Seconds between two polls, where the server does not say. @see RFC 8628 §3.2 */
const DEFAULT_INTERVAL = 5;
/** Seconds that a code lives, where the server does not say. */
const DEFAULT_LIFE = 600;
/** Longest wait between two polls, and longest life, that are believed; in seconds. */
const MAX_INTERVAL = 60;
const MAX_LIFE = 3600;
/** What may stand in a form, and on a screen; and the lengths at which it still is a code, in characters. */
const codeText = /^[\x20-\x7e]+$/;
const MAX_DEVICE_CODE = 4096;
const MAX_USER_CODE = 64;

/** A code that a person may type at another device. `deviceCode` is a secret. */
export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same with the code in it. */
  readonly verificationUriComplete?: string;
  /** Milliseconds between two polls. */
  readonly interval: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** An answer without a usable code. */
export interface DeviceRefusal {
  readonly kind: 'refused';
  /** HTTP status. */
  readonly status: number;
  /** Absent when there was no well-formed code. */
  readonly error?: string;
}

/** A code to show, or an answer without one. */
export type DeviceVerdict = { readonly kind: 'code'; readonly code: DeviceCode } | DeviceRefusal;

/** What the answer is judged by. */
export interface DeviceExpectation {
  /** The protected resource of the session. */
  readonly resource: string;
  /** Origins that may be named wherever they are. */
  readonly privateOrigins?: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** How long a person has at most, in milliseconds; undefined: as long as the code lives. */
  readonly loginTimeout: number | undefined;
}

/**
 * Reads the answer of a device authorization endpoint. A page that a person may be sent to is judged as all addresses are
 * (AUTHZ-9). Never throws.
 * @see RFC 8628 §3.2
 */
export function judgeDeviceAnswer(status: number, text: string, by: DeviceExpectation): DeviceVerdict {
  const document = readObject(text) ?? {};
  const deviceCode = readCode(own(document, 'device_code'), MAX_DEVICE_CODE);
  const userCode = readCode(own(document, 'user_code'), MAX_USER_CODE);
  const verificationUri = readPage(own(document, 'verification_uri'), by);
  if (status !== 200 || !deviceCode || !userCode || !verificationUri) {
    const error = oauthErrorCode(own(document, 'error'));
    return { kind: 'refused', status, ...(error !== undefined && { error }) };
  }
  const complete = readPage(own(document, 'verification_uri_complete'), by);
  const life = readSeconds(own(document, 'expires_in'), DEFAULT_LIFE, MAX_LIFE) * 1000;
  const code: DeviceCode = {
    deviceCode,
    userCode,
    verificationUri,
    ...(complete !== undefined && { verificationUriComplete: complete }),
    interval: readSeconds(own(document, 'interval'), DEFAULT_INTERVAL, MAX_INTERVAL) * 1000,
    expiresAt: by.now + Math.min(life, by.loginTimeout ?? life),
  };
  return { kind: 'code', code };
}

/**
 * The failure that an answer without a code is: `server_unavailable`, `client_refused` or `authorization_refused`.
 * @param secrets what was sent and may not be shown.
 * @see RFC 8628 §3.2, RFC 6749 §5.2
 */
export function deviceFailure(
  { status, error: said }: DeviceRefusal,
  issuer: string,
  secrets: readonly (string | undefined)[],
): Failure {
  const error = said && codeWithout(said, secrets);
  const details = { issuer, status, ...(error !== undefined && { oauthError: error }) };
  if (isOutage(status)) {
    const message = `${issuer} gives out no codes now (${status}); try again later.`;
    return failure('server_unavailable', 'authorizing', message, details);
  }
  if (error === 'invalid_client') {
    const message = `${issuer} does not know this client; register it again.`;
    return failure('client_refused', 'authorizing', message, details);
  }
  const advice = mindsResource(error ?? '') ? resourceAdvice : 'ask its operator';
  const message = `${issuer} gave no usable code for another device (${shown(error ?? `status ${status}`)}); ${advice}.`;
  return failure('authorization_refused', 'authorizing', message, details);
}

function readCode(value: unknown, longest: number): string | undefined {
  return typeof value === 'string' && value.length <= longest && codeText.test(value) ? value : undefined;
}

function readPage(
  value: unknown,
  { resource, privateOrigins }: Pick<DeviceExpectation, 'resource' | 'privateOrigins'>,
): string | undefined {
  const verdict = typeof value === 'string' ? judgeNamedAddress(value, resource, privateOrigins) : undefined;
  return verdict?.ok ? verdict.url.href : undefined;
}

function readSeconds(value: unknown, otherwise: number, most: number): number {
  return typeof value === 'number' && value > 0 ? Math.min(value, most) : otherwise;
}
