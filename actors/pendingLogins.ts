// Who waits in this engine for the answer to which login: so that an answer that came another way reaches them.

interface Login {
  readonly heard: () => void;
  readonly over: Promise<void>;
  readonly end: () => void;
}

/** Logins under way in this engine, by the key of their pending request. */
export class PendingLogins {
  readonly #logins = new Map<string, Login>();

  /** Ends when an answer was stored with the request; the login counts as under way until `end`, or the signal. */
  heard(key: string, signal: AbortSignal): Promise<void> {
    const before = this.#logins.get(key);
    const { promise, resolve } = settleable();
    const { promise: over, resolve: end } = before
      ? { promise: before.over, resolve: before.end }
      : settleable();
    this.#logins.set(key, { heard: resolve, over, end });
    if (signal.aborted) this.end(key);
    signal.addEventListener('abort', () => this.end(key), { once: true });
    return promise;
  }

  /** Tells whoever waits for this answer; gives what ends when they are done with it, or nothing when nobody waits. */
  tell(key: string): { readonly over: Promise<void> } | undefined {
    const login = this.#logins.get(key);
    login?.heard();
    return login && { over: login.over };
  }

  /** The login has a grant, or will have none. */
  end(key: string): void {
    this.#logins.get(key)?.end();
    this.#logins.delete(key);
  }
}

function settleable(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
