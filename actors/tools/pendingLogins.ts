// Who waits in this engine for the answer to which login: so that an answer that came another way reaches them.

interface Login {
  /** Ends the waiting of each chart that waits: two of one engine may wait for one login. */
  readonly heard: Set<() => void>;
  readonly over: Promise<void>;
  readonly end: () => void;
}

/** Logins under way in this engine, by the key of their pending request. */
export class PendingLogins {
  readonly #logins = new Map<string, Login>();

  /** Ends when an answer was stored with the request; the login counts as under way until `end`, or the signal. */
  heard(key: string, signal: AbortSignal): Promise<void> {
    const login = this.#logins.get(key) ?? begun();
    this.#logins.set(key, login);
    const { promise, resolve } = settleable();
    login.heard.add(resolve);
    const leave = (): void => {
      login.heard.delete(resolve);
      if (login.heard.size === 0 && this.#logins.get(key) === login) this.end(key);
    };
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    return promise;
  }

  /** Tells whoever waits for this answer; gives what ends when they are done with it, or nothing when nobody waits. */
  tell(key: string): { readonly over: Promise<void> } | undefined {
    const login = this.#logins.get(key);
    for (const heard of login?.heard ?? []) heard();
    return login && { over: login.over };
  }

  /** The login has a grant, or will have none. */
  end(key: string): void {
    this.#logins.get(key)?.end();
    this.#logins.delete(key);
  }
}

function begun(): Login {
  const { promise: over, resolve: end } = settleable();
  return { heard: new Set(), over, end };
}

function settleable(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
