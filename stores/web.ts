// Records in a browser: IndexedDB, where each operation is one transaction among all tabs and workers of an origin.
import { AuthError, failure, type Recovery } from '../contract/errors.ts';
import { object, optional, type Shape } from '../protocol/options.ts';
import { someName } from './options.ts';
import type { Store, Stored } from './store.ts';
import { Watchers } from './watchers.ts';

/** How `webStore` is set up. */
export interface WebOptions {
  /** Names the database; `authchart` unless said otherwise. Other names share nothing. */
  readonly name?: string;
}

const webShape: Shape<WebOptions> = { name: optional(someName) };

/** Of the database's shape. A browser refuses to open a newer one. */
const SHAPE = 1;

/** How long a database may take to open, in milliseconds: it waits for a deletion that another page holds up. */
const PATIENCE = 10_000;

/**
 * Records that all pages and workers of an origin share. Nothing is opened before the first operation.
 * What is set aside is moved to the object store `aside`.
 *
 * Every script of the origin can read the records: `encryptedStore` around this home is of use only with a key that
 * they cannot get at. Browsers may delete them when space is short, unless `navigator.storage.persist()` was granted.
 *
 * Operations fail with `store_failed` (no room, blocked storage, a page that is not from https), which holds nothing of
 * what the browser said but the name of the error, or with `record_newer`: a newer version has changed
 * the database, which is left alone; reload the page.
 * @see https://www.w3.org/TR/IndexedDB/
 */
export function webStore(options: WebOptions = {}): Store {
  object(webShape)(options, '');
  const { name = 'authchart' } = options;
  const database = new Database(name);
  const changes = new Changes(name);
  const take = async (key: string, version: string, isKept: boolean): Promise<boolean> => {
    const isTaken = await database.within('readwrite', async ({ records, aside }) => {
      const found = await answered<Stored | undefined>(records.get(key));
      if (found?.version !== version) return false;
      if (isKept) aside.add({ key, ...found });
      records.delete(key);
      return true;
    });
    if (isTaken) changes.tell(key);
    return isTaken;
  };

  return {
    get: (key) => database.within('readonly', ({ records }) => answered(records.get(key))),
    async put(key, text, expected) {
      const written = await database.within('readwrite', async ({ records }) => {
        const found = await answered<Stored | undefined>(records.get(key));
        if (found?.version !== expected) return undefined;
        const version = crypto.randomUUID();
        records.put({ version, text } satisfies Stored, key);
        return version;
      });
      if (written !== undefined) changes.tell(key);
      return written;
    },
    delete: (key, version) => take(key, version, false),
    list: (prefix) =>
      database.within('readonly', async ({ records }) => {
        // All keys are text: whatever it finds, it was put there by `put`.
        return (await answered(records.getAllKeys(startingWith(prefix)))) as string[];
      }),
    watch: (key, changed, lost) => changes.add(key, changed, lost),
    async setAside(key, version) {
      await take(key, version, true);
    },
  };
}

/** IndexedDB compares text by its code units, so that this holds for halves of surrogate pairs too. */
function startingWith(prefix: string): IDBKeyRange {
  const stem = prefix.replace(/\uffff+$/, '');
  if (stem === '') return IDBKeyRange.lowerBound(prefix);
  const next = stem.slice(0, -1) + String.fromCharCode(stem.charCodeAt(stem.length - 1) + 1);
  return IDBKeyRange.bound(prefix, next, false, true);
}

// The database.

const TABLES = ['records', 'aside'] as const;
type Tables = Readonly<Record<(typeof TABLES)[number], IDBObjectStore>>;

/** One connection, made when first needed, and made again after it was lost. */
class Database {
  readonly #name: string;
  #connection: Promise<IDBDatabase> | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** Runs one transaction; `work` may wait for its requests and for nothing else. */
  async within<T>(mode: IDBTransactionMode, work: (tables: Tables) => Promise<T>): Promise<T> {
    try {
      return await transact(await this.#connect(), mode, work);
    } catch (thrown) {
      throw failed(thrown);
    }
  }

  #connect(): Promise<IDBDatabase> {
    if (this.#connection) return this.#connection;
    const lost = (): void => {
      if (this.#connection === connection) this.#connection = undefined;
    };
    const connection = open(this.#name, lost);
    connection.catch(lost);
    this.#connection = connection;
    return connection;
  }
}

async function open(name: string, lost: () => void): Promise<IDBDatabase> {
  // Browsers give random UUIDs to secure contexts only.
  if (!globalThis.indexedDB || !globalThis.crypto?.randomUUID) throw storeFailed(...insecure);
  const request = indexedDB.open(name, SHAPE);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('records');
    request.result.createObjectStore('aside', { autoIncrement: true });
  };
  const opened = answered(request);
  const database = await inTime(opened, PATIENCE).catch((thrown: unknown) => {
    opened.then((late) => late.close()).catch(() => undefined);
    throw thrown;
  });
  // A sibling wants to change or delete the database: it must not wait for us.
  database.onversionchange = () => {
    lost();
    database.close();
  };
  // The browser has closed it: a person has deleted what this site has stored.
  database.onclose = lost;
  return database;
}

async function transact<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (tables: Tables) => Promise<T>,
): Promise<T> {
  // Strict: a refresh token that was rotated must outlive a power cut.
  const transaction = database.transaction(TABLES, mode, { durability: 'strict' });
  const over = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException('', 'AbortError'));
  });
  const tables = { records: transaction.objectStore('records'), aside: transaction.objectStore('aside') };
  const [result] = await Promise.all([work(tables), over]);
  return result;
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inTime<T>(work: Promise<T>, patience: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('', 'TimeoutError')), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

// Failures, in words of ours.

type Advice = readonly [what: string, recovery: Recovery];

const insecure: Advice = ['they need IndexedDB, and a page that comes from https or localhost', 'fix-config'];
const advice: ReadonlyMap<string, Advice> = new Map<string, Advice>([
  ['QuotaExceededError', ['there is no room left, free some space', 'retry-later']],
  ['SecurityError', ['storage is blocked for this page, allow it in the browser', 'fix-config']],
  ['NotFoundError', ['the database was made by something else, choose another name', 'fix-config']],
  ['TimeoutError', ['another page does not let go of the database, close it', 'retry-later']],
]);

function failed(thrown: unknown): AuthError {
  if (thrown instanceof AuthError) return thrown;
  const name = thrown instanceof DOMException ? thrown.name : '';
  if (name === 'VersionError') {
    const message =
      'The records in this browser were changed by a newer version of authchart; reload the page, they were left alone.';
    return new AuthError(failure('record_newer', 'storing', message));
  }
  const [what, recovery] = advice.get(name) ?? ['try again, or reload the page', 'retry-later'];
  return storeFailed(name === '' ? what : `${what} (${name})`, recovery);
}

function storeFailed(what: string, recovery: Recovery): AuthError {
  const message = `The records in this browser are out of reach: ${what}.`;
  return new AuthError(failure('store_failed', 'storing', message, { recovery }));
}

// Changes.

/** Tells other tabs and workers the keys of what has changed, which hold no secret, and hears theirs. */
class Changes {
  readonly #watchers = new Watchers(false);
  readonly #name: string;
  #channel: BroadcastChannel | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** As `watch` of a store. @returns ends it. */
  add(key: string, changed: () => void, lost?: () => void): () => void {
    this.#open();
    return this.#watchers.add(key, changed, lost);
  }

  /** Once it is stored. A channel does not hear what it says itself. */
  tell(key: string): void {
    this.#watchers.tell(key);
    this.#open()?.postMessage(key);
  }

  /** Where it is blocked, or where there are no records to tell of (a page that a server renders), there is none. */
  #open(): BroadcastChannel | undefined {
    if (this.#channel || !globalThis.indexedDB) return this.#channel;
    try {
      this.#channel = new BroadcastChannel(`authchart ${this.#name}`);
    } catch {
      return undefined;
    }
    // In Node, where somebody has brought an IndexedDB along, a channel would keep the process alive.
    if ('unref' in this.#channel && typeof this.#channel.unref === 'function') this.#channel.unref();
    this.#channel.onmessage = ({ data }) => {
      if (typeof data === 'string') this.#watchers.tell(data);
    };
    // A page that a browser has kept aside, and shows again, has heard nothing meanwhile.
    globalThis.addEventListener?.('pageshow', ({ persisted }) => {
      if (persisted) this.#watchers.tellAll();
    });
    this.#watchers.resume();
    return this.#channel;
  }
}
