// Faults in the host's callbacks to a user agent: kept beside the failure that they become, for the engine alone.
import type { AuthError } from '../../contract/errors.ts';

/** Beside the errors, not in them: whoever prints or inspects an error sees nothing of it. */
const faults = new WeakMap<AuthError, unknown>();

/**
 * A failure that a fault in the host's code has caused. The engine tells the host of the fault (`onDefect`).
 * @param fault what the host's code threw: it may hold a secret.
 */
export function causedBy(fault: unknown, error: AuthError): AuthError {
  faults.set(error, fault);
  return error;
}

/** The fault that has caused it; nothing when there is none. */
export function faultBehind(error: AuthError): { readonly fault: unknown } | undefined {
  return faults.has(error) ? { fault: faults.get(error) } : undefined;
}
