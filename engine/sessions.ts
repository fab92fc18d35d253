// The sessions of one engine: one for all who ask for the same, put to rest when nobody uses it, revived when somebody does.
import type { SessionId } from '../contract/facts.ts';
import { keys } from '../stores/recordKeys.ts';
import type { EngineSession } from './session.ts';

/** How the sessions of an engine are made, and put to rest. */
export interface SessionsOptions {
  readonly make: (id: SessionId) => EngineSession;
  /** How long a session may be unused before it is put to rest, in milliseconds. */
  readonly idleAfter: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Holds on to those that are awake; one at rest lives as long as the host holds it, and a store can revive it. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #known = new Map<string, WeakRef<EngineSession>>();
  /** The same by the very object that names a session: nothing has to be spelled out for it. */
  #byId = new WeakMap<SessionId, WeakRef<EngineSession>>();
  /** The one that was used last comes last. */
  readonly #awake = new Map<EngineSession, number>();
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
    const session = this.#options.make(id);
    const held = new WeakRef(session);
    this.#known.set(name, held);
    this.#byId.set(id, held);
    this.#collected.register(session, name);
    return session;
  }

  isAwake(id: SessionId): boolean {
    const session = this.#known.get(keys.binding(id))?.deref();
    return session !== undefined && this.#awake.has(session);
  }

  stop(): void {
    for (const one of this.#known.values()) one.deref()?.stop();
    this.#known.clear();
    this.#byId = new WeakMap();
    this.#awake.clear();
  }

  /** The session is used: it is awake from now on. @param id the one that it was made with. */
  use(id: SessionId): void {
    const session = this.#byId.get(id)?.deref();
    if (!session) return;
    const now = this.#options.now();
    this.#awake.delete(session);
    this.#awake.set(session, now);
    this.#putToRest(now);
  }

  /** Looked at when some session is used, from the one that was unused longest: no timer, and no walk through all. */
  #putToRest(now: number): void {
    for (const [session, usedAt] of this.#awake) {
      if (usedAt + this.#options.idleAfter > now) return;
      this.#awake.delete(session);
      if (!session.rest(now)) this.#awake.set(session, now);
    }
  }
}
