// The sessions of one engine: one for all who ask for the same, put to rest when nobody uses it, revived when somebody does.
import type { SessionId } from '../contract/facts.ts';
import { keys } from '../stores/records.ts';
import type { EngineSession } from './session.ts';

/** How the sessions of an engine are made, and put to rest. */
export interface SessionsOptions {
  /** @param onUse to be called each time that the session is used. */
  readonly make: (id: SessionId, onUse: () => void) => EngineSession;
  /** How long a session may be unused before it is put to rest, in milliseconds. */
  readonly idleAfter: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Holds on to those that are awake; one at rest lives as long as the host holds it, and a store can revive it. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #known = new Map<string, WeakRef<EngineSession>>();
  /** The one that was used last comes last. */
  readonly #awake = new Map<string, { readonly session: EngineSession; readonly usedAt: number }>();
  readonly #collected = new FinalizationRegistry<string>((name) => {
    if (!this.#known.get(name)?.deref()) this.#known.delete(name);
  });

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  open(id: SessionId): EngineSession {
    const name = keys.binding(id);
    const known = this.#known.get(name)?.deref();
    if (known) return known;
    const session = this.#options.make(id, () => this.#use(name));
    this.#known.set(name, new WeakRef(session));
    this.#collected.register(session, name);
    return session;
  }

  isAwake(id: SessionId): boolean {
    return this.#awake.has(keys.binding(id));
  }

  stop(): void {
    for (const one of this.#known.values()) one.deref()?.stop();
    this.#known.clear();
    this.#awake.clear();
  }

  #use(name: string): void {
    const session = this.#known.get(name)?.deref();
    if (!session) return;
    const now = this.#options.now();
    this.#awake.delete(name);
    this.#awake.set(name, { session, usedAt: now });
    this.#putToRest(now);
  }

  /** Looked at when some session is used, from the one that was unused longest: no timer, and no walk through all. */
  #putToRest(now: number): void {
    for (const [name, { session, usedAt }] of this.#awake) {
      if (usedAt + this.#options.idleAfter > now) return;
      this.#awake.delete(name);
      if (!session.rest(now)) this.#awake.set(name, { session, usedAt: now });
    }
  }
}
