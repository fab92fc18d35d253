// What a session did: states entered and requests made, told as they happen and kept for `explain`.
import type { InspectionEvent } from 'xstate';
import type { ExchangeFacts } from '../actors/network/door.ts';
import type { SessionId } from '../contract/facts.ts';
import type { RegistrationTry } from '../protocol/registrationRefusal.ts';
import { activeStates, allStates, innermost } from './states.ts';
import type { Tracer } from './trace.ts';

/** One line of what happens. Holds no secret: no header, no query, and no body but that of a registration request. */
export type Progress =
  | {
      readonly kind: 'state';
      readonly session: SessionId;
      readonly state: string;
      readonly description: string;
      readonly spec: readonly string[];
    }
  | ({ readonly kind: 'request'; readonly session: SessionId } & ExchangeFacts)
  /** A request to register a client: what was asked for, and what the server said of it. Follows its `request` line. */
  | ({ readonly kind: 'registration'; readonly session: SessionId } & RegistrationTry)
  /**
   * Another process that shares the store has this under way, or has ended in the middle of it: it is waited for. Said once
   * for each wait that lasts a second, with how many milliseconds it may take at most.
   */
  | {
      readonly kind: 'waiting';
      readonly session: SessionId;
      readonly for: 'renewal' | 'registration' | 'login';
      readonly most: number;
    }
  | { readonly kind: 'set-aside'; readonly key: string }
  /** Said once, when the engine is made: a rule that the host has set aside. */
  | { readonly kind: 'relaxed'; readonly what: string };

/** How many lines `explain` looks back. */
const KEPT = 200;

/** Listens to one session. */
export class Observer {
  readonly #session: SessionId;
  readonly #tell: (progress: Progress) => void;
  readonly #tracer: Tracer | undefined;
  readonly #history: Progress[] = [];
  #active: readonly string[] = [];
  /** The states as XState has them. */
  #value: unknown;

  /** @param tracer hears the same, for those who record a run. */
  constructor(session: SessionId, tell: (progress: Progress) => void, tracer?: Tracer) {
    this.#session = session;
    this.#tell = tell;
    this.#tracer = tracer;
  }

  get history(): readonly Progress[] {
    return this.#history;
  }

  /** Nearly every request is answered as the one before, and its line is the same. */
  request(facts: ExchangeFacts): void {
    this.#tracer?.request(facts);
    const last = this.#history.at(-1);
    const isSame = last?.kind === 'request' && isAlike(last, facts);
    this.#record(isSame ? last : { ...facts, kind: 'request', session: this.#session });
  }

  registration(one: RegistrationTry): void {
    this.#record({ kind: 'registration', session: this.#session, ...one });
  }

  /** @param most how long it is waited for at most, in milliseconds. */
  waiting(on: Extract<Progress, { kind: 'waiting' }>['for'], most: number): void {
    this.#record({ kind: 'waiting', session: this.#session, for: on, most });
  }

  /** For `createActor`'s `inspect`: microsteps, so that states which decide and move on at once are seen too. */
  inspect(event: InspectionEvent): void {
    this.#tracer?.inspect(event);
    if (event.type !== '@xstate.microstep' && event.type !== '@xstate.snapshot') return;
    if (!('machine' in event.snapshot)) return;
    const snapshot = event.snapshot as Parameters<typeof activeStates>[0];
    // Most events leave the chart in its states.
    if (snapshot.value === this.#value) return;
    this.#value = snapshot.value;
    const now = activeStates(snapshot);
    const entered = now.filter((name) => !this.#active.includes(name));
    this.#active = now;
    for (const name of innermost(entered)) this.#enter(name);
  }

  #enter(name: string): void {
    const { description, spec } = allStates.get(name) ?? { description: '', spec: [] };
    this.#record({ kind: 'state', session: this.#session, state: name, description, spec });
  }

  #record(progress: Progress): void {
    this.#history.push(progress);
    if (this.#history.length > KEPT) this.#history.shift();
    try {
      this.#tell(progress);
    } catch {
      // Who looks on must not change what happens.
    }
  }
}

const isAlike = (one: ExchangeFacts, other: ExchangeFacts): boolean =>
  one.status === other.status &&
  one.url === other.url &&
  one.method === other.method &&
  one.purpose === other.purpose;
