// The requests that wait for a response, found by their `state`.
import { sameText } from '../../protocol/authorizationResponse.ts';
import { OVER } from '../../stores/over.ts';
import { orCancelled } from '../tools/waiting.ts';

/** The requests that wait for a response. Each one is known by its `state`. */
export interface Inbox {
  /** From now on a response with this state is kept for `receive`, until the signal. */
  expect(state: string, signal: AbortSignal): void;
  /** Stops expecting this state, unless somebody receives it. */
  forget(state: string): void;
  /** Passes a response on; false when nobody waits for it, or the state has a response already. */
  deliver(state: string, url: string): boolean;
  /**
   * Waits for the response with this state.
   * @throws AuthError `cancelled` when the signal comes before the response.
   */
  receive(state: string, signal: AbortSignal): Promise<string>;
  /** Marks a request as one whose login was counted before; true the first time, false for none. */
  claim(state: string): boolean;
  /** How many requests there are. One whose response nobody has received yet counts, too. */
  size(): number;
  /** How many calls of `receive` wait. */
  receiving(): number;
}

interface Entry {
  readonly state: string;
  readonly answer: Promise<string>;
  readonly settle: (url: string) => void;
  /** Takes the listener off the signal that `expect` was given. */
  readonly gone: AbortController;
  answered: boolean;
  claimed: boolean;
  receivers: number;
}

function makeEntry(state: string): Entry {
  let settle: (url: string) => void = () => {};
  const answer = new Promise<string>((resolve) => {
    settle = resolve;
  });
  return {
    state,
    answer,
    settle,
    gone: new AbortController(),
    answered: false,
    claimed: false,
    receivers: 0,
  };
}

/**
 * Makes an inbox without requests.
 * @param changed Called after each change of `size` or `receiving`; `ended` says that a request was removed.
 */
export function createInbox(changed: (ended: boolean) => void = () => {}): Inbox {
  const entries = new Set<Entry>();

  function find(state: string): Entry | undefined {
    let found: Entry | undefined;
    // Looks at all of them, so that the time does not tell which one matched.
    for (const entry of entries) if (sameText(entry.state, state)) found = entry;
    return found;
  }

  function add(state: string): Entry {
    const entry = makeEntry(state);
    entries.add(entry);
    changed(false);
    return entry;
  }

  function drop(entry: Entry): void {
    if (entry.receivers > 0 || !entries.delete(entry)) return;
    entry.gone.abort(OVER);
    changed(true);
  }

  return {
    expect(state, signal) {
      if (find(state) !== undefined) return;
      const entry = add(state);
      signal.addEventListener('abort', () => drop(entry), { signal: entry.gone.signal });
      if (signal.aborted) drop(entry);
    },
    forget(state) {
      const entry = find(state);
      if (entry !== undefined) drop(entry);
    },
    deliver(state, url) {
      const entry = find(state);
      if (entry === undefined || entry.answered) return false;
      entry.answered = true;
      entry.settle(url);
      return true;
    },
    async receive(state, signal) {
      const entry = find(state) ?? add(state);
      entry.receivers += 1;
      changed(false);
      try {
        return await orCancelled(entry.answer, signal);
      } finally {
        entry.receivers -= 1;
        changed(false);
        drop(entry);
      }
    },
    claim(state) {
      const entry = find(state);
      if (entry === undefined || entry.claimed) return false;
      entry.claimed = true;
      return true;
    },
    size: () => entries.size,
    receiving: () => [...entries].reduce((sum, entry) => sum + entry.receivers, 0),
  };
}
