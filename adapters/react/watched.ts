// A session as components watch it: one subscription for all of them, the page of its login, and how its last action ended.
import { type Failure, toFailure } from '../../contract/errors.ts';
import type { AuthSnapshot } from '../../engine/sessionChart.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { type AuthState, firstState, nextState } from './state.ts';

const known = new WeakMap<Session, WatchedSession>();

/** The same one for all who watch this session. Making it starts nothing. */
export function watchedOf(session: Session): WatchedSession {
  const watched = known.get(session) ?? new WatchedSession(session);
  known.set(session, watched);
  return watched;
}

/** What came of an action, and what the chart knew then: with the next change it is no news any more. */
interface Thrown {
  readonly failure: Failure;
  readonly chart: readonly unknown[];
}

/** A session, and all that components see of it. */
export class WatchedSession {
  readonly session: Session;
  readonly #listeners = new Set<() => void>();
  #state = firstState;
  /** Whether the chart was started: until then nothing is asked of it, since asking would start it. */
  #isStarted = false;
  #unsubscribe: (() => void) | undefined;
  /** The login that waits for the person. */
  #page: { readonly key: string; readonly url?: string } | undefined;
  #acting = 0;
  /** How many actions were called. */
  #called = 0;
  #thrown: Thrown | undefined;

  constructor(session: Session) {
    this.session = session;
  }

  /** For `useSyncExternalStore`: the first who subscribes starts the chart. */
  readonly subscribe = (listener: () => void): (() => void) => {
    // Its own function, so that whoever subscribes twice ends once.
    const own = (): void => listener();
    this.#listeners.add(own);
    this.#unsubscribe ??= this.session.subscribe((snapshot) => this.#look(snapshot));
    this.#isStarted = true;
    this.#look(this.session.snapshot);
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size > 0) return;
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
      this.#page = undefined;
    };
  };

  /** For `useSyncExternalStore`. */
  readonly state = (): AuthState => {
    // Nobody has told what happened since the last component went.
    if (this.#isStarted && !this.#unsubscribe) this.#look(this.session.snapshot);
    return this.#state;
  };

  /**
   * Does what a person asked for. It never rejects: what went wrong is shown.
   * @returns whether it has succeeded.
   */
  async act(work: () => Promise<void>, signal?: AbortSignal): Promise<boolean> {
    this.#acting += 1;
    this.#called += 1;
    const called = this.#called;
    this.#thrown = undefined;
    this.#lookAgain();
    try {
      await work();
      return true;
    } catch (error) {
      // Whoever gave up waiting knows it; and whoever signs out is not told that this has ended a login.
      if (signal?.aborted !== true && called === this.#called) this.#thrown = this.#thrownNow(error);
      return false;
    } finally {
      this.#acting -= 1;
      this.#lookAgain();
    }
  }

  #thrownNow(error: unknown): Thrown {
    return { failure: toFailure(error, 'authorizing'), chart: outcomeIn(this.session.snapshot) };
  }

  #lookAgain(): void {
    if (this.#unsubscribe) this.#look(this.session.snapshot);
  }

  #look(snapshot: AuthSnapshot): void {
    if (this.#unsubscribe) this.#findPage(snapshot);
    const outcome = outcomeIn(snapshot);
    if (this.#thrown?.chart.some((one, at) => one !== outcome[at])) this.#thrown = undefined;
    const last = this.#state;
    this.#state = nextState(last, snapshot, {
      url: this.#page?.url,
      isActing: this.#acting > 0,
      thrown: this.#thrown?.failure,
    });
    if (this.#state !== last) for (const listener of [...this.#listeners]) listener();
  }

  /** Where the login has another page than before, looks it up; one whose login has ended is dropped at once. */
  #findPage(snapshot: AuthSnapshot): void {
    const isAwaited = snapshot.status === 'active' && snapshot.hasTag('needsUser');
    const key = isAwaited ? snapshot.context.pending?.key : undefined;
    if (key === this.#page?.key) return;
    this.#page = key === undefined ? undefined : { key };
    if (key !== undefined) void this.#readPage(key);
  }

  async #readPage(key: string): Promise<void> {
    try {
      const url = await this.session.loginUrl();
      if (this.#page?.key !== key || url === undefined) return;
      this.#page = { key, url };
    } catch (error) {
      if (this.#page?.key === key) this.#thrown = this.#thrownNow(error);
    }
    this.#lookAgain();
  }
}

/** What an action can end with. */
const outcomeIn = ({ context: { failure, refusal, grant } }: AuthSnapshot): readonly unknown[] => [
  failure,
  refusal,
  grant?.version,
];
