// One process of a world: an engine on the shared home, and those who ask through it. It ends in good order, or dies.
import { createActor, setup } from 'xstate';
import type { AuthActor, Engine, EngineOptions, Session, Store, UserAgent } from '../../../index.ts';
import { everythingTold, type TestEngine, testEngine } from '../../support/engine.ts';

/** Makes an engine worse, to see whether the rules notice. */
export type EngineFault = (options: EngineOptions) => EngineOptions;

/** What an engine is made with: what others of the world share with it is among it. */
export type ProcessOptions = EngineOptions &
  Required<Pick<EngineOptions, 'store' | 'userAgent' | 'fetch' | 'sleep'>>;

/** What a process is made of. */
export interface ProcessParts {
  /** No other process of the world has it, also not the one that takes its place. */
  readonly number: number;
  readonly resource: string;
  readonly options: ProcessOptions;
  readonly fault: EngineFault;
  /** Whether a chart of its host has the engine's chart within it, too. */
  readonly isEmbedding: boolean;
}

export class Process {
  readonly number: number;
  /** Ends when the process was killed. */
  readonly died: Promise<'died'>;
  /** The session of the engine, and the one of the embedded chart. */
  readonly apps: readonly Session[];
  readonly #parts: ProcessParts;
  readonly #death = new AbortController();
  readonly #made: TestEngine;
  readonly #stopHost: () => void;

  constructor(parts: ProcessParts) {
    this.#parts = parts;
    this.number = parts.number;
    const { signal } = this.#death;
    this.died = new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve('died'), { once: true });
    });
    this.#made = testEngine(parts.resource, parts.fault(mortal(parts.options, signal)));
    const host = parts.isEmbedding ? embed(this.#made, parts) : undefined;
    this.#stopHost = host?.stop ?? (() => {});
    this.apps = [this.#made.session, ...(host ? [host.session] : [])];
  }

  get engine(): Engine {
    return this.#made.engine;
  }

  get actors(): readonly AuthActor[] {
    return this.apps.map(({ actor }) => actor);
  }

  get isDead(): boolean {
    return this.#death.signal.aborted;
  }

  /** All that it told people and logs. */
  get told(): string {
    const { progress } = this.#made;
    return this.apps.map((session) => everythingTold({ session, progress })).join('\n');
  }

  /** As SIGTERM is obeyed. */
  async end(): Promise<void> {
    await this.engine.dispose();
    this.#stopHost();
  }

  /** As by SIGKILL: nothing that it was doing comes to an end, and its ports are free. */
  die(): void {
    this.#death.abort();
    void this.#parts.options.userAgent.dispose();
  }
}

/** A host that has the chart within its own, and asks by it. */
function embed({ engine }: TestEngine, { resource, options }: ProcessParts) {
  const { interaction = 'ask' } = options.policy ?? {};
  const host = setup({ actors: { auth: engine.machine } }).createMachine({
    invoke: { id: 'auth', src: 'auth', input: { resource, interaction } },
  });
  const running = createActor(host).start();
  const { auth } = running.getSnapshot().children;
  if (!auth) throw new Error('The embedded chart does not run.');
  return { session: engine.sessionOf(auth), stop: (): void => void running.stop() };
}

const never = (): Promise<never> => new Promise(() => {});

/** From its death on, nothing that a process has begun ends, and nothing that it does has an effect. */
function mortal(options: ProcessOptions, death: AbortSignal): EngineOptions {
  const alive = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (death.aborted) return never();
    try {
      const result = await work();
      return death.aborted ? never() : result;
    } catch (thrown) {
      if (death.aborted) return never();
      throw thrown;
    }
  };
  const { store, userAgent, fetch, sleep } = options;
  return {
    ...options,
    store: mortalStore(store, alive, death),
    userAgent: mortalUserAgent(userAgent, alive),
    fetch: (input, init) => alive(() => fetch(input, init)),
    // Whoever sleeps as it dies is woken, so that nothing of it keeps the tests alive; the next thing that they do ends there.
    sleep: (milliseconds, signal) =>
      death.aborted ? never() : sleep(milliseconds, AbortSignal.any([signal, death])),
  };
}

type Alive = <T>(work: () => T | Promise<T>) => Promise<T>;

function mortalStore(store: Store, alive: Alive, death: AbortSignal): Store {
  const { watch } = store;
  return {
    get: (key) => alive(() => store.get(key)),
    put: (key, text, expected) => alive(() => store.put(key, text, expected)),
    delete: (key, version) => alive(() => store.delete(key, version)),
    list: (prefix) => alive(() => store.list(prefix)),
    setAside: (key, version) => alive(() => store.setAside(key, version)),
    ...(watch && {
      watch: (key, changed, lost) => watch(key, () => death.aborted || changed(), lost),
    }),
  };
}

function mortalUserAgent(userAgent: UserAgent, alive: Alive): UserAgent {
  const { hold } = userAgent;
  return {
    ...userAgent,
    reserve: (wanted, signal) => alive(() => userAgent.reserve(wanted, signal)),
    present: (request) => alive(() => userAgent.present(request)),
    receive: (request) => alive(() => userAgent.receive(request)),
    release: (redirectUri) => alive(() => userAgent.release(redirectUri)),
    ...(hold && { hold: (redirectUri, signal) => alive(() => hold(redirectUri, signal)) }),
  };
}
