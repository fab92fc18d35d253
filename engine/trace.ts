// A run as facts, in order: what happened, which arrows were taken, where the chart is, what was sent. To record and to draw.
import type { InspectionEvent, SnapshotFrom } from 'xstate';
import type { ExchangeFacts } from '../actors/network/door.ts';
import type { SessionId } from '../contract/facts.ts';
import type { TraceFact } from '../contract/trace.ts';
import { arrowIds, eventInWords } from '../machines/arrows.ts';
import type { AuthMachine } from '../machines/authMachine.ts';
import { chartFacts } from './chartFacts.ts';
import { activeStates, allStates, innermost } from './states.ts';

/** Whose run is traced, and who is told. */
export interface TracerOptions {
  readonly session: SessionId;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly tell: (fact: TraceFact) => void;
}

/** Listens to one session. */
export class Tracer {
  readonly #options: TracerOptions;
  #arrows: string[] = [];
  #entered: string[] = [];
  #active: readonly string[] = [];

  constructor(options: TracerOptions) {
    this.#options = options;
  }

  request(facts: ExchangeFacts): void {
    this.#tell({ kind: 'request', ...this.#about, ...facts });
  }

  /** For `createActor`'s `inspect`. */
  inspect(event: InspectionEvent): void {
    if (event.type === '@xstate.microstep' && isChart(event.snapshot)) {
      const ids = arrowIds(event.snapshot.machine);
      this.#arrows.push(...event._transitions.flatMap((definition) => ids.get(definition) ?? []));
      this.#enter(event.snapshot);
    }
    if (event.type !== '@xstate.snapshot' || !isChart(event.snapshot)) return;
    this.#enter(event.snapshot);
    this.#step(eventInWords(event.event.type), event.snapshot);
  }

  get #about(): Pick<TraceFact, 'at' | 'session'> {
    return { at: this.#options.now(), session: this.#options.session };
  }

  #enter(snapshot: ChartSnapshot): void {
    const now = activeStates(snapshot);
    this.#entered.push(...innermost(now.filter((name) => !this.#active.includes(name))));
    this.#active = now;
  }

  #step(event: string, snapshot: ChartSnapshot): void {
    const [arrows, entered] = [this.#arrows, this.#entered];
    [this.#arrows, this.#entered] = [[], []];
    const spec = new Set(entered.flatMap((name) => allStates.get(name)?.spec ?? []));
    this.#tell({
      kind: 'step',
      ...this.#about,
      event,
      arrows,
      states: [...innermost(this.#active)],
      entered,
      spec: [...spec],
      facts: chartFacts(snapshot.context),
    });
  }

  #tell(fact: TraceFact): void {
    try {
      this.#options.tell(fact);
    } catch {
      // Who looks on must not change what happens.
    }
  }
}

type ChartSnapshot = SnapshotFrom<AuthMachine>;

/** Of the chart, and not of one of its actors. */
const isChart = (snapshot: object): snapshot is ChartSnapshot => 'machine' in snapshot;
