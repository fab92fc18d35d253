// What the documentation says of one failure code.
import type { Phase, Recovery } from '../errors.ts';

/** Plain sentences for whoever meets the code. They hold nothing of a single failure: that is in its own message. */
export interface FailureText {
  /** What has happened. */
  readonly means: string;
  /** What it usually comes from. */
  readonly cause: string;
  /** What to do. */
  readonly cure: string;
  /** Other recoveries than that of the register, which single failures of this code have. */
  readonly otherwise?: readonly Recovery[];
  /** Where it occurs. */
  readonly phases: readonly Phase[];
}

/** The phases in which authorization servers and the metadata of resources are asked. */
export const serverPhases = ['discovering', 'registering', 'authorizing', 'renewing', 'signingOut'] as const;

/** The same, and requests to the resource itself. */
export const requestPhases = [...serverPhases, 'requesting'] as const;

/** The phases in which tokens are asked for, or spent. */
export const tokenPhases = ['authorizing', 'renewing'] as const;
