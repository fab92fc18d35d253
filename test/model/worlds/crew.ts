// The processes of a world, which share one home: started, ended, killed, and each replaced by the next one.
import type { Asker } from './asking.ts';
import type { App, Scenario } from './behaviours.ts';
import type { Journal } from './journal.ts';
import { type EngineFault, Process, type ProcessOptions } from './process.ts';

interface Surroundings {
  readonly scenario: Scenario;
  readonly journal: Journal;
  readonly resource: string;
  /** What the engine of a process is made with, by the number of the process. */
  readonly optionsOf: (process: number) => ProcessOptions;
  readonly fault: EngineFault;
}

export class Crew {
  readonly #around: Surroundings;
  readonly #processes: Process[] = [];
  #started = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Those that run, each in its place. */
  get processes(): readonly Process[] {
    return this.#processes;
  }

  start(): void {
    for (let place = 0; place < this.#around.scenario.engines; place += 1) this.#begin(place);
  }

  /** The embedded chart is in the last process. */
  asker(by: App): Asker {
    const place = Math.min(by, this.#around.scenario.engines - 1);
    const process = this.#processes[place];
    const session = process?.apps[by - place];
    if (!process || !session) throw new Error(`Nobody asks as ${by}.`);
    return { process, session };
  }

  /** In good order. What it told is kept. */
  async end(process: Process): Promise<void> {
    const { journal } = this.#around;
    journal.mark({ kind: 'told', text: process.told });
    await process.end();
    journal.mark({ kind: 'engine over', process: process.number });
  }

  /** Starts another one in its place, unless that was done before. */
  replace(process: Process): void {
    const place = this.#processes.indexOf(process);
    if (place >= 0) this.#begin(place);
  }

  /** Without a word; the next one starts at once. */
  kill(by: App): void {
    const { journal } = this.#around;
    const { process } = this.asker(by);
    journal.mark({ kind: 'told', text: process.told });
    journal.mark({ kind: 'engine over', process: process.number });
    process.die();
    this.replace(process);
  }

  #begin(place: number): void {
    this.#started += 1;
    const number = this.#started;
    const { scenario, journal, resource, optionsOf, fault } = this.#around;
    const isEmbedding = scenario.isEmbedded && place === scenario.engines - 1;
    journal.mark({ kind: 'engine', process: number, charts: isEmbedding ? 2 : 1 });
    const options = optionsOf(number);
    this.#processes[place] = new Process({ number, resource, options, fault, isEmbedding });
  }
}
