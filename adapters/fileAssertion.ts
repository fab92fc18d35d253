// The JWT of a workload, from a file that its platform replaces before it expires (a projected service account token).
import { readFile } from 'node:fs/promises';

/**
 * Gives the assertion of a workload from a file. The file is read each time an assertion is needed, since platforms
 * replace it before it expires.
 * @param path The file with the JWT.
 * @returns a function for `grant.assertion`. It rejects with the error of the file system when the file cannot be read.
 * @example
 * import type { ClientOptions } from 'authchart';
 * import { fileAssertion } from 'authchart/node';
 * const assertion = fileAssertion('/var/run/secrets/tokens/authchart');
 * const client: ClientOptions = { name: 'worker', grant: { kind: 'workload', assertion } };
 * @see RFC 7523 §2.1
 */
export function fileAssertion(path: string): () => Promise<string> {
  return async () => (await readFile(path, 'utf8')).trim();
}
