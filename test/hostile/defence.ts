// One defence of the source, and how it is taken away.
import type { ThreatId } from '../../contract/threats.ts';

export interface Defence {
  readonly id: ThreatId;
  /** From the root of the project. */
  readonly file: string;
  /** Is there exactly once. */
  readonly code: string;
  /** What stands in its place where there is no defence. */
  readonly without: string;
}

/** All rows of one file. */
export const inFile = (
  file: string,
  rows: readonly (readonly [id: ThreatId, code: string, without: string])[],
): readonly Defence[] => rows.map(([id, code, without]) => ({ id, file, code, without }));
