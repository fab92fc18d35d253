// The host's store, guarded: its faults are told to the host, and are failures of the store to everybody else.
import { AuthError, failure } from '../contract/errors.ts';
import type { Processes, Store, Stored } from '../stores/store.ts';
import { hearRejection, onlooker, type TellDefect } from './defects.ts';

/** How long one operation of a store may take, in milliseconds: longer than our own wait for a lock that a crash left behind. */
const PATIENCE = 30_000;

/**
 * The same store. What an operation throws that is no AuthError, and what it returns that the contract does not know,
 * is told as a defect and becomes an AuthError `store_failed`; so does one that does not end.
 * @param patience how long an operation may take, in milliseconds.
 */
export function guardedStore(store: Store, tell: TellDefect, patience = PATIENCE): Store {
  const run = async <Result>(
    work: () => Promise<Result>,
    isOfContract: (result: unknown) => boolean = () => true,
  ): Promise<Result> => {
    try {
      const result = await inTime(work(), patience);
      if (isOfContract(result)) return result;
    } catch (thrown) {
      throw failed(thrown, tell);
    }
    throw failed(outOfContract(), tell);
  };
  return {
    get: (key) => run(() => store.get(key), isStoredOrNothing),
    put: (key, text, expected) => run(() => store.put(key, text, expected), isTextOrNothing),
    delete: (key, version) => run(() => store.delete(key, version), isBoolean),
    list: (prefix) => run(() => store.list(prefix), Array.isArray),
    setAside: (key, version) => run(() => store.setAside(key, version)),
    ...(store.processes && { processes: processesGuarded(store.processes, tell) }),
    ...(store.watch && { watch: (...of) => watchGuarded(store, tell, of) }),
  };
}

/** What it says counts only where it is certain. */
function processesGuarded(processes: Processes, tell: TellDefect): Processes {
  return {
    own: processes.own,
    hasEnded(name) {
      try {
        return processes.hasEnded(name) === true;
      } catch (thrown) {
        tell(thrown);
        return false;
      }
    },
  };
}

/** A home that cannot tell now may throw: whoever watches looks at the records instead. */
function watchGuarded(
  store: Store,
  tell: TellDefect,
  of: Parameters<NonNullable<Store['watch']>>,
): () => void {
  try {
    const end: unknown = store.watch?.(...of);
    if (typeof end === 'function') return onlooker(() => end(), tell);
    hearRejection(end, tell);
  } catch (thrown) {
    throw failed(thrown, tell);
  }
  throw failed(outOfContract(), tell);
}

/** @throws AuthError `store_failed` when the time is over: nobody knows then whether the operation was done. */
function inTime<Result>(work: Promise<Result>, patience: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      const message = `The store did not answer within ${patience / 1000} s; check that it can be reached, and try again.`;
      reject(new AuthError(failure('store_failed', 'storing', message)));
    };
    const timer = setTimeout(late, patience);
    // What a host's store returns may be no promise.
    Promise.resolve(work)
      .then(resolve, reject)
      .then(() => clearTimeout(timer));
  });
}

function failed(thrown: unknown, tell: TellDefect): AuthError {
  if (thrown instanceof AuthError) return thrown;
  tell(thrown);
  const message =
    'The store failed with an error of its own, which only `onDefect` is told; check the store, and try again.';
  return new AuthError(failure('store_failed', 'storing', message));
}

const outOfContract = (): TypeError =>
  new TypeError('The store returned what its contract does not know: see `Store`.');

const isBoolean = (result: unknown): boolean => typeof result === 'boolean';

const isTextOrNothing = (result: unknown): boolean => result === undefined || typeof result === 'string';

function isStoredOrNothing(result: unknown): boolean {
  if (result === undefined) return true;
  const { version, text }: Partial<Record<keyof Stored, unknown>> = Object(result);
  return typeof version === 'string' && typeof text === 'string';
}
