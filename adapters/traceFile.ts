// A file that records what an engine does, for Node. Each fact is one line, and is written at once: a crash loses none.
import { closeSync, openSync, writeSync } from 'node:fs';
import { refuse } from '../contract/errors.ts';
import type { TraceFact } from '../contract/trace.ts';

/** An open trace file. */
export interface TraceFile {
  /** Writes one fact: give it to the engine as `onTrace`. */
  readonly tell: (fact: TraceFact) => void;
  /** Closes the file. Call it after the engine is disposed. */
  close(): void;
}

/**
 * Opens a file that records what an engine does, or makes one that only its owner may read. There is no secret in it,
 * but it says who uses which resource. New facts are added at its end, so several runs may write to one file.
 * `authchart inspect` draws it.
 * @param path The file. Its folder must exist.
 * @throws AuthError `config_invalid` when the file cannot be written.
 * @example
 * import { createAuthEngine, memoryStore } from 'authchart';
 * import { loopbackUserAgent, traceFile } from 'authchart/node';
 * const trace = traceFile('run.jsonl');
 * const engine = createAuthEngine({
 *   client: { name: 'my tool' },
 *   store: memoryStore(),
 *   userAgent: loopbackUserAgent(),
 *   onTrace: trace.tell,
 * });
 * await engine.dispose();
 * trace.close();
 */
export function traceFile(path: string): TraceFile {
  const file = opened(path);
  return {
    tell: (fact) => void writeSync(file, `${JSON.stringify(fact)}\n`),
    close: () => closeSync(file),
  };
}

function opened(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch {
    return refuse(
      'config_invalid',
      'configuring',
      'The trace file cannot be written. Name a file in a folder that exists and that you may write to.',
    );
  }
}
