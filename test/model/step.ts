// One step of the chart, purely: the next snapshot, and every arrow that was taken on the way, microstep by microstep.
import {
  type AnyStateMachine,
  createActor,
  type EventFromLogic,
  type InspectionEvent,
  type SnapshotFrom,
} from 'xstate';
import { type Arrow, arrowsOf } from '../../machines/arrows.ts';
import type { AuthMachine } from '../../machines/authMachine.ts';
import type { AuthInput } from '../../machines/context.ts';

export type Snapshot = SnapshotFrom<AuthMachine>;
export type Event = EventFromLogic<AuthMachine> | ActorReport;

/** What an invoked actor says at its end. */
type ActorReport =
  | { readonly type: `xstate.done.actor.${string}`; readonly output: unknown; readonly actorId: string }
  | { readonly type: `xstate.error.actor.${string}`; readonly error: unknown; readonly actorId: string };

export interface Step {
  readonly snapshot: Snapshot;
  readonly arrows: readonly Arrow[];
}

/** After so many steps the scope is made anew: it keeps every actor that it ever saw. */
const SCOPE_LIFE = 400;

/** Steps a chart without running it: nothing is invoked, started or sent. */
export class Stepper {
  readonly #machine: AuthMachine;
  readonly #ids: ReadonlyMap<object, Arrow>;
  #scope: Scope;
  #left = SCOPE_LIFE;

  constructor(machine: AuthMachine) {
    this.#machine = machine;
    this.#ids = new Map(arrowsOf(machine as AnyStateMachine).map((one) => [one.definition, one]));
    this.#scope = scopeOf(machine);
  }

  start(input: AuthInput): Snapshot {
    return this.#machine.getInitialSnapshot(this.#fresh().scope, input) as Snapshot;
  }

  step(snapshot: Snapshot, event: Event): Step {
    const { scope, taken } = this.#fresh();
    taken.length = 0;
    const next = this.#machine.transition(snapshot, event as EventFromLogic<AuthMachine>, scope) as Snapshot;
    return { snapshot: next, arrows: taken.flatMap((definition) => this.#ids.get(definition) ?? []) };
  }

  #fresh(): Scope {
    this.#left -= 1;
    if (this.#left === 0) {
      this.#scope = scopeOf(this.#machine);
      this.#left = SCOPE_LIFE;
    }
    return this.#scope;
  }
}

interface Scope {
  readonly scope: Parameters<AuthMachine['transition']>[2];
  /** Definitions of the transitions that were taken since it was emptied. */
  readonly taken: object[];
}

function scopeOf(machine: AuthMachine): Scope {
  const taken: object[] = [];
  const inspect = (event: InspectionEvent): void => {
    if (event.type === '@xstate.microstep') taken.push(...event._transitions);
  };
  const self = createActor(machine, { input: { resource: 'https://resource.example/mcp' }, inspect });
  const nothing = (): void => {};
  const scope = {
    self,
    id: 'walk',
    sessionId: 'walk',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: nothing,
    system: self.system,
  };
  return { scope: scope as Scope['scope'], taken };
}
