// Notes of a process that runs tests. They outlive it: a mutant may stop it at any time.
import { appendFileSync } from 'node:fs';
import type { Numbers } from './numbers.ts';

export type Note = TestNote | TrialNote | FileNote | BeginNote | DoubtNote;

/** A test as it is without a mutant, and the mutants that it came by. */
export interface TestNote {
  readonly kind: 'test';
  /** Absolute. */
  readonly file: string;
  readonly id: string;
  readonly name: string;
  readonly ms: number;
  readonly isGood: boolean;
  readonly reached: Numbers;
}

/** A file of tests has been run; mutants that it came by outside of tests, as modules were loaded. */
export interface FileNote {
  readonly kind: 'file';
  readonly file: string;
  readonly reached: Numbers;
}

/** A test begins with a mutant. */
export interface BeginNote {
  readonly kind: 'begin';
  readonly mutant: number;
  readonly test: string;
}

export interface TrialNote {
  readonly kind: 'end';
  readonly mutant: number;
  readonly test: string;
  readonly name: string;
  readonly found: Found;
  /** What the test said. */
  readonly why?: string;
}

/** What a test found of a mutant: nothing, a fault, or no end. */
export type Found = 'nothing' | 'fault' | 'no end';

/** A test that fails without a mutant, behind these: what it said of them may have been the fault of one before. */
export interface DoubtNote {
  readonly kind: 'doubt';
  readonly test: string;
  readonly mutants: readonly number[];
}

/** One JSON text a line. */
export function note(file: string, what: Note): void {
  appendFileSync(file, `${JSON.stringify(what)}\n`);
}
