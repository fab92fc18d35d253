// The engine's own traces of one user, of all replicas together: `authchart inspect` draws them.
import { createReadStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TraceFact } from '../../contract/trace.ts';

/**
 * @param folder with the traces of the replicas.
 * @param to the folder for what is found.
 * @returns the files, one for each user of whom something was recorded.
 */
export async function extractTraces(
  folder: string,
  users: readonly string[],
  to: string,
): Promise<readonly string[]> {
  const found = new Map<string, TraceFact[]>(users.map((user) => [user, []]));
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ndjson'));
  for (const name of files) {
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      // Parsed only when it is of one of them. The last line of a killed replica may be torn.
      if (users.some((user) => line.includes(`"subject":"${user}"`)) && line.endsWith('}')) {
        const fact = JSON.parse(line) as TraceFact;
        found.get(fact.session.subject)?.push(fact);
      }
    }
  }
  const written: string[] = [];
  for (const [user, facts] of found) {
    if (facts.length === 0) continue;
    const path = join(to, `${user}.trace.ndjson`);
    const lines = facts
      .toSorted((one, other) => one.at - other.at)
      .map((fact) => `${JSON.stringify(fact)}\n`);
    await writeFile(path, lines.join(''), { mode: 0o600 });
    written.push(path);
  }
  return written;
}
