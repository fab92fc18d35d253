// Verdicts from run to run: they hold as long as the source and the tests that come by are the same.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inventory, Source } from '../inventory.ts';
import { digestOf } from '../syntax/place.ts';
import { cache } from './drive.ts';
import type { Reach } from './reach.ts';
import type { Verdict, Verdicts } from './verdict.ts';

interface KeptVerdict {
  /** Digest of the source and of the tests that come by; of all tests, where any of them may find it as it loads the source. */
  readonly of: string;
  /** How long the tests of a mutant were allowed to take, in milliseconds. */
  readonly budget: number;
  readonly verdict: Verdict;
}

const FILE = join(cache, 'verdicts.json');

/** By the id of the mutant. */
export class KeptVerdicts {
  readonly #kept: Map<string, KeptVerdict>;
  readonly #inventory: Inventory;
  readonly #keys: (number: number, source: string, verdict: Verdict) => string;

  private constructor(kept: Map<string, KeptVerdict>, inventory: Inventory, reach: Reach) {
    this.#kept = kept;
    this.#inventory = inventory;
    const all = [...inventory.tests.keys()].sort();
    this.#keys = (number, source, { how }) => {
      const isLate = reach.outside.has(number) && how !== 'killed' && how !== 'endless';
      const files = isLate ? all : [...new Set(reach.of.get(number)?.map(({ file }) => file))].sort();
      return digestOf([source, ...files.map((file) => inventory.tests.get(file))].join());
    };
  }

  static async read(inventory: Inventory, reach: Reach): Promise<KeptVerdicts> {
    const text = await readFile(FILE, 'utf8').catch(() => '{}');
    return new KeptVerdicts(new Map(Object.entries(JSON.parse(text))), inventory, reach);
  }

  /** Those that still hold, where no more was allowed than now. */
  current(budgetOf: (source: Source) => number): Verdicts {
    const found: Verdicts = new Map();
    for (const { id, number, source } of this.#all()) {
      const kept = this.#kept.get(id);
      if (!kept || kept.of !== this.#keys(number, source.digest, kept.verdict)) continue;
      const isOpen = kept.verdict.how === 'survived' && kept.budget < budgetOf(source);
      if (!isOpen) found.set(number, kept.verdict);
    }
    return found;
  }

  async keep(verdicts: Verdicts, budgetOf: (source: Source) => number): Promise<void> {
    for (const { id, number, source } of this.#all()) {
      const verdict = verdicts.get(number);
      if (!verdict) continue;
      const of = this.#keys(number, source.digest, verdict);
      this.#kept.set(id, { of, budget: budgetOf(source), verdict });
    }
    await mkdir(cache, { recursive: true });
    await writeFile(FILE, JSON.stringify(Object.fromEntries(this.#kept)));
  }

  *#all(): Generator<{ id: string; number: number; source: Source }> {
    for (const source of this.#inventory.sources) {
      for (const [index, { id }] of source.mutants.entries()) {
        const number = source.first + index;
        yield { id, number, source };
      }
    }
  }
}
