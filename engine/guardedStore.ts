// The host's store, guarded: its faults are told to the host, and are failures of the store to everybody else.
import { AuthError, failure } from '../contract/errors.ts';
import type { Store, Stored } from '../stores/store.ts';
import { hearRejection, onlooker, type TellDefect } from './defects.ts';

/**
 * The same store. What an operation throws that is no AuthError, and what it returns that the contract does not know,
 * is told as a defect and becomes an AuthError `store_failed`.
 */
export function guardedStore(store: Store, tell: TellDefect): Store {
  const run = async <Result>(
    work: () => Promise<Result>,
    isOfContract: (result: unknown) => boolean = () => true,
  ): Promise<Result> => {
    try {
      const result = await work();
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
    ...(store.watch && { watch: (...of) => watchGuarded(store, tell, of) }),
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
