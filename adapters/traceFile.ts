// A file that a run is recorded in, for Node: a fact a line, written when it is told, so that a crash loses none.
import { closeSync, openSync, writeSync } from 'node:fs';
import { refuse } from '../contract/errors.ts';
import type { TraceFact } from '../contract/trace.ts';

export interface TraceFile {
  /** For the engine's `onTrace`. */
  readonly tell: (fact: TraceFact) => void;
  close(): void;
}

/**
 * Opens the file, or makes one that only its owner may read: there is no secret in it, but it says who uses what.
 * What is in it stays, so that several runs can tell one story. `authchart inspect` draws it.
 * @throws AuthError `config_invalid` when it cannot be written.
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
    return refuse('config_invalid', 'configuring', 'The trace cannot be written; name a file that can be.');
  }
}
