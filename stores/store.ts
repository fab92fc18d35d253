// The contract of every home for records: versioned text, compare-and-swap, nothing guessed.

/** A record as it was read. The version is opaque, and never the same for two writes (also after a delete). */
export interface Stored {
  readonly version: string;
  readonly text: string;
}

/** The processes that share a home which only one machine can reach. */
export interface Processes {
  /** This process, as the others are told of it: at most 200 characters, and no secret. It never changes. */
  readonly own: string;
  /** Whether the process of that name has ended for certain. False wherever there is a doubt: it may be stopped, or elsewhere. */
  hasEnded(name: string): boolean;
}

/**
 * Where records and secrets live. Keys are text of at most 4 KiB, values are text of at most 1 MiB.
 * Every operation is atomic for its record, also between processes that share the home.
 * Operations fail with an `AuthError` of code `store_failed` (the home is out of reach, full, read-only).
 */
export interface Store {
  /** The record, or nothing. */
  get(key: string): Promise<Stored | undefined>;
  /**
   * Writes when the record is still at `expected` (`undefined`: when there is none).
   * @returns the new version, or nothing when somebody else wrote in between: read again.
   */
  put(key: string, text: string, expected: string | undefined): Promise<string | undefined>;
  /** Deletes this version. False when the record has moved on, or is gone. */
  delete(key: string, version: string): Promise<boolean>;
  /** Keys that start so, in no order: for people and for sign-out, never on the way of a request. */
  list(prefix: string): Promise<readonly string[]>;
  /**
   * Calls `changed` soon after the record may have been written or deleted, here or by another process. One call too
   * many costs a look at the record. A home that can never tell leaves `watch` out; one that cannot tell just now may
   * throw.
   * @param lost is called, once, when the home cannot tell any more (its subscription was dropped), and soon when it
   *   cannot tell yet. The record may change unheard from then on, until the home calls `changed` again: it does so as
   *   soon as it can tell again, since nobody knows what was missed.
   * @returns ends it: neither is called any more. May be called twice.
   */
  watch?(key: string, changed: () => void, lost?: () => void): () => void;
  /**
   * Tells whether a process that has something under way here has ended: then nobody waits for it. A home that cannot tell
   * for certain leaves it out, and whoever waits does so for as long as the process may take.
   */
  readonly processes?: Processes;
  /** Moves an unreadable version out of the way, and keeps it for a person to look at. */
  setAside(key: string, version: string): Promise<void>;
}
