// What a database driver throws, in words of ours: a driver's own may hold keys, tokens and passwords.
import { AuthError, failure, type Recovery } from '../contract/errors.ts';

/** What a person can do about a code of the server, and so what helps. */
export type Advice = Readonly<Record<string, readonly [advice: string, recovery: Recovery]>>;

/**
 * Runs an operation; whatever the driver throws becomes a `store_failed` that keeps the code alone.
 * @param home the name of the server, for people.
 */
export async function guardedBy<T>(home: string, advice: Advice, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof AuthError) throw error;
    const code = codeOf(error, advice);
    // A code is in capitals and digits, as no name is that every object has.
    const known = code === undefined ? undefined : advice[code];
    const [what, recovery] = known ?? ['check that it runs, see its log, and try again', 'retry-later'];
    const said = code === undefined ? '' : ` (${code})`;
    throw new AuthError(
      failure('store_failed', 'storing', `The records in ${home} are out of reach${said}: ${what}.`, {
        recovery,
      }),
    );
  }
}

/** The system's code, an SQLSTATE, or the first word of what Redis said if it is one that we know. */
export function codeOf(error: unknown, known: Readonly<Record<string, unknown>> = {}): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^(?:E[A-Z0-9]{2,20}|[0-9A-Z]{5})$/.test(code)) return code;
  const word = /^[A-Z]+(?= )/.exec(error.message)?.[0];
  return word !== undefined && Object.hasOwn(known, word) ? word : undefined;
}
