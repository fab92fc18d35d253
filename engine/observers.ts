// The observers of one engine, by session: found as long as somebody holds them, and forgotten after that.
import type { SessionId } from '../contract/facts.ts';
import { keys } from '../stores/recordKeys.ts';
import type { Observer } from './observe.ts';

/** One observer for each session; a chart that a host has embedded shares it with the session of the same name. */
export class Observers {
  readonly #make: (session: SessionId) => Observer;
  readonly #known = new Map<string, WeakRef<Observer>>();
  readonly #collected = new FinalizationRegistry<string>((name) => {
    if (!this.#known.get(name)?.deref()) this.#known.delete(name);
  });

  constructor(make: (session: SessionId) => Observer) {
    this.#make = make;
  }

  /** How many are known: for those who look for leaks. */
  get size(): number {
    return this.#known.size;
  }

  of(session: SessionId): Observer {
    const name = keys.binding(session);
    const known = this.#known.get(name)?.deref();
    if (known) return known;
    const made = this.#make(session);
    this.#known.set(name, new WeakRef(made));
    this.#collected.register(made, name);
    return made;
  }

  clear(): void {
    this.#known.clear();
  }
}
