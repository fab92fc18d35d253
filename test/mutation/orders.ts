// What is asked of a process that runs tests.

interface Asked {
  /** File of the notes that it takes. */
  readonly notes: string;
  /** How many mutants there are, so that their numbers fit. */
  readonly count: number;
}

/** `reach` sees which mutants each test comes by. */
export type Order = (Asked & { readonly kind: 'reach' }) | TryOrder | LoadOrder;

/** Runs tests with one mutant after the other. */
interface TryOrder extends Asked {
  readonly kind: 'try';
  /** File of the `Tries`. */
  readonly tries: string;
}

/** By the id of the test: the mutants to try with it, and how long it may take with each, in milliseconds. */
export type Tries = Readonly<Record<string, { readonly mutants: readonly number[]; readonly limit: number }>>;

/** Loads everything anew, with one mutant at work from the start. */
export interface LoadOrder extends Asked {
  readonly kind: 'load';
  /** 0 is none. */
  readonly mutant: number;
  /** Ids of the tests to run; null: all of them. */
  readonly tests: readonly string[] | null;
}

/** One mutant that is at work as modules are loaded, and the files of tests that may find it. */
export interface Loading extends Pick<LoadOrder, 'mutant' | 'tests'> {
  readonly files: readonly string[];
}

/** A source as the numbers of its mutants are meant. */
export interface Switched {
  /** Number of its first mutant; the others follow in the order of `mutantsOf`. */
  readonly first: number;
  readonly digest: string;
}

/** What a process is started with. Files are relative to the project. */
export interface Batch {
  /** The sources whose mutants stand behind switches, by file. */
  readonly switched: Readonly<Record<string, Switched>>;
  /** How many processes run tests at once. */
  readonly workers: number;
  readonly order: Order;
  /** Files of tests. */
  readonly files: readonly string[];
  /** With `load`: what is loaded, one after the other. */
  readonly loadings: readonly Loading[];
}
