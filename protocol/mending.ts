// Which option mends what a server refuses, where that can be told from its answer.

/** Codes with which servers refuse a parameter; the first is for `resource` alone. @see RFC 8707 §2, RFC 6749 §4.1.2.1 */
const TARGET = 'invalid_target';
const ofParameters: ReadonlySet<string> = new Set(['invalid_request', 'invalid_scope', 'invalid_resource']);

/** The parameter by its name, and not any resource of the server. */
const named = /\bresource\b[^.;]*\bparameter\b|\bparameter\b[^.;]*\bresource\b|["'`]resource["'`]/i;

/**
 * Whether a refusal is about the parameter `resource`.
 * @param said what the server said besides; untrusted.
 * @see RFC 8707 §2
 */
export function mindsResource(error: string, said = ''): boolean {
  return error === TARGET || (ofParameters.has(error) && named.test(said));
}

/** What helps then, for the end of a sentence. */
export const resourceAdvice =
  'leave its parameter resource out with policy.dangerouslyOmitResourceAt, or send another value with policy.dangerouslySendResourceAs';
