// Who wants to know of changes, by key: what every home that can tell of them needs.

interface Watcher {
  changed(): void;
  lost(): void;
  isOver: boolean;
}

/** All who watch a home. Nobody is called before whoever caused it has gone on. */
export class Watchers {
  readonly #watchers = new Map<string, Set<Watcher>>();
  #canTell: boolean;

  /** @param canTell false for a home that has to subscribe first: see `resume`. */
  constructor(canTell = true) {
    this.#canTell = canTell;
  }

  /** As `watch` of a store. @returns ends it. */
  add(key: string, changed: () => void, lost: () => void = () => {}): () => void {
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers);
    // Its own object, so that whoever watches twice is told twice, and ends once.
    const watcher: Watcher = { changed, lost, isOver: false };
    watchers.add(watcher);
    if (!this.#canTell) soon([watcher], 'lost');
    return () => {
      watcher.isOver = true;
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(key) === watchers) this.#watchers.delete(key);
    };
  }

  get isEmpty(): boolean {
    return this.#watchers.size === 0;
  }

  /** Tells those who watch this key. */
  tell(key: string): void {
    soon([...(this.#watchers.get(key) ?? [])], 'changed');
  }

  /** Tells everybody: when it is not known what has changed. */
  tellAll(): void {
    soon(this.#all, 'changed');
  }

  /** From now on changes are not heard of: everybody is told that, once. */
  lose(): void {
    if (this.#canTell) soon(this.#all, 'lost');
    this.#canTell = false;
  }

  /** Changes are heard of again. What has changed meanwhile is not known, so everybody is told. */
  resume(): void {
    this.#canTell = true;
    this.tellAll();
  }

  get #all(): readonly Watcher[] {
    return [...this.#watchers.values()].flatMap((watchers) => [...watchers]);
  }
}

function soon(watchers: readonly Watcher[], what: 'changed' | 'lost'): void {
  queueMicrotask(() => {
    for (const watcher of watchers) if (!watcher.isOver) watcher[what]();
  });
}
