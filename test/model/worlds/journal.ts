// Keeps what was seen of a world in order: what was marked goes between the exchanges that it happened between.
import type { World } from '../../support/world.ts';
import type { Scenario } from './behaviours.ts';
import { type Mark, type Moment, PROCESS, type Recording } from './recording.ts';

export class Journal {
  readonly #world: World;
  readonly #scenario: Scenario;
  readonly #marks: { readonly at: number; readonly mark: Mark }[] = [];

  constructor(world: World, scenario: Scenario) {
    this.#world = world;
    this.#scenario = scenario;
  }

  mark(mark: Mark): void {
    this.#marks.push({ at: this.#world.exchanges.length, mark });
  }

  get recording(): Recording {
    const { exchanges, origins, resource } = this.#world;
    const moments: Moment[] = [];
    const marks = this.#marks.values();
    let next = marks.next();
    for (let at = 0; at <= exchanges.length; at += 1) {
      for (; !next.done && next.value.at <= at; next = marks.next()) moments.push(next.value.mark);
      const exchange = exchanges[at];
      if (!exchange) continue;
      const process = Number(exchange.request.headers[PROCESS] ?? Number.NaN);
      moments.push({ kind: 'exchange', process, ...exchange });
    }
    const { interaction, client } = this.#scenario;
    return { moments, origins, resource, interaction, client };
  }
}
