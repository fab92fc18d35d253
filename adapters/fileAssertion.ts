// A workload's own JWT from the file that its platform keeps fresh (a projected service account token, say).
import { readFile } from 'node:fs/promises';

/**
 * For `grant: { kind: 'workload', assertion: fileAssertion(path) }`: the file is read each time one is needed, since
 * platforms replace it before it runs out.
 * @see RFC 7523 §2.1
 */
export function fileAssertion(path: string): () => Promise<string> {
  return async () => (await readFile(path, 'utf8')).trim();
}
