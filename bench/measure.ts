// What is measured, how it is said, and how several clients are measured beside each other.

/** The middle of several measurements, and where nine of ten of them are. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One row of the report: the same thing for each of those that were measured. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly of: Readonly<Record<string, Spread>>;
}

/** Something that has to hold. */
export interface Check {
  readonly what: string;
  readonly unit: string;
  readonly found: number;
  readonly most: number;
}

/** What a section has found. */
export interface Findings {
  readonly figures: readonly Figure[];
  readonly checks: readonly Check[];
  /** What could not be measured here, each with the reason. */
  readonly leftOut?: readonly string[];
}

/** Rows that are added one by one. */
export class Notes implements Findings {
  readonly figures: Figure[] = [];
  readonly checks: Check[] = [];
  readonly leftOut: string[] = [];

  /** Measurements of each that was measured, as they came. */
  figure(what: string, unit: string, of: Readonly<Record<string, readonly number[]>>): void {
    const spreads = Object.entries(of).map(([name, values]) => [name, spreadOf(values)]);
    this.figures.push({ what, unit, of: Object.fromEntries(spreads) });
  }

  /** @param most what is found may be as much as this. */
  check(what: string, unit: string, found: number, most: number): void {
    this.checks.push({ what, unit, found, most });
  }
}

/** @param values at least one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.05), high: at(0.95) };
}

/** The middle of several measurements. */
export const medianOf = (values: readonly number[]): number => spreadOf(values).median;

/** How long some work takes, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Measures each of these in turn, so often, so that what else the machine does falls on all of them alike. */
export async function inTurn<Name extends string, Value = number>(
  rounds: number,
  all: Readonly<Record<Name, () => Promise<Value>>>,
): Promise<Readonly<Record<Name, readonly Value[]>>> {
  const found = Object.fromEntries(Object.keys(all).map((name) => [name, []])) as unknown as Record<
    Name,
    Value[]
  >;
  for (let round = 0; round < rounds; round += 1)
    for (const name of Object.keys(all) as Name[]) found[name].push(await all[name]());
  return found;
}
