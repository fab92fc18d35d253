// Who wants to know of changes, by key: what every home that can tell of them needs.

export class Watchers {
  readonly #watchers = new Map<string, Set<() => void>>();

  /** @returns ends it. */
  add(key: string, changed: () => void): () => void {
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers);
    // Its own function, so that whoever watches twice is told twice, and ends once.
    const watcher = (): void => changed();
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(key) === watchers) this.#watchers.delete(key);
    };
  }

  get isEmpty(): boolean {
    return this.#watchers.size === 0;
  }

  /** Tells those who watch this key; after whoever changed it has gone on. */
  tell(key: string): void {
    const watchers = this.#watchers.get(key);
    if (watchers) queueMicrotask(() => tellAll(watchers));
  }

  /** Tells everybody: when it is not known what has changed. */
  tellAll(): void {
    for (const watchers of this.#watchers.values()) queueMicrotask(() => tellAll(watchers));
  }
}

function tellAll(watchers: ReadonlySet<() => void>): void {
  for (const watcher of [...watchers]) {
    if (watchers.has(watcher)) watcher();
  }
}
