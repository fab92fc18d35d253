// The options of a session and its logins, judged when they are given: before any traffic (HOST-2, P07).
import type { SessionId } from '../../contract/facts.ts';
import { judgeAddress } from '../../protocol/address.ts';
import { invalid, type Judge, must, object, optional, type Shape } from '../../protocol/options.ts';
import { anyText, scopes } from '../../protocol/optionValues.ts';
import { anySubject, type CompleteOptions, type SessionOptions } from '../engineSurface.ts';
import type { LoginOptions } from '../sessionSurface.ts';

const resource: Judge = (value, path) => {
  const text = resourceText(value);
  const verdict = text === undefined ? undefined : judgeAddress(text, text);
  if (verdict?.ok) return;
  const why = verdict ? `: ${verdict.reason}` : '';
  invalid(`${path} must be the https URL of the protected resource${why}.`);
};

/** A text, or a URL: also one of another realm. */
function resourceText(value: unknown): string | undefined {
  const text = typeof value === 'object' && value !== null && 'href' in value ? value.href : value;
  return typeof text === 'string' ? text : undefined;
}

/** The options of `engine.session`. */
export const sessionShape: Shape<SessionOptions> = {
  resource,
  subject: optional(anyText),
  label: optional(anyText),
};

/** Which session is meant. @throws AuthError `config_invalid` */
export function sessionIdOf(options: SessionOptions): SessionId {
  object(sessionShape)(options, '');
  const { subject = '', label = '' } = options;
  const text = String(options.resource);
  const { href } = new URL(text);
  // The origin alone stays as it was written: compared byte for byte, it differs from the same with a slash.
  return { resource: href === `${text}/` ? text : href, subject, label };
}

/** The options of `engine.complete`. */
export const completeShape: Shape<CompleteOptions> = {
  subject: optional(
    must('a text or anySubject', (value) => typeof value === 'string' || value === anySubject),
  ),
};

/** @throws AuthError `config_invalid` */
export const judgeCompleteOptions = (options: CompleteOptions): void => object(completeShape)(options, '');

/** The options of `session.login`. */
export const loginShape: Shape<LoginOptions> = {
  scopes: optional(scopes),
  signal: optional(must('an AbortSignal', isSignal)),
};

/** @throws AuthError `config_invalid` */
export const judgeLoginOptions = (options: LoginOptions): void => object(loginShape)(options, '');

/** Also one of another realm, or of a library. */
function isSignal(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'aborted' in value && typeof value.aborted === 'boolean'
  );
}
