// IndexedDB in memory, as far as records need it: databases with versions, transactions that end whole or not at all.

type Tables = Map<string, Map<unknown, unknown>>;

interface Database {
  version: number;
  tables: Tables;
  /** Open connections. */
  readonly connections: Set<Connection>;
}

/** A request that is answered soon, and not at once. */
class Request {
  result: unknown;
  error: unknown = null;
  onsuccess?: () => void;
  onerror?: () => void;
  onupgradeneeded?: () => void;
}

/** A range of keys, by code units. */
export class KeyRange {
  readonly #from: string;
  readonly #to: string | undefined;

  private constructor(from: string, to?: string) {
    this.#from = from;
    this.#to = to;
  }

  static lowerBound(from: string): KeyRange {
    return new KeyRange(from);
  }

  static bound(from: string, to: string, isFromOut: boolean, isToOut: boolean): KeyRange {
    if (from > to || isFromOut || !isToOut) throw new DOMException('', 'DataError');
    return new KeyRange(from, to);
  }

  has(key: unknown): boolean {
    return typeof key === 'string' && key >= this.#from && (this.#to === undefined || key < this.#to);
  }
}

/** An object store within a transaction: what it does is seen by nobody else before that is over. */
class Table {
  readonly #rows: Map<unknown, unknown>;
  readonly #transaction: Transaction;

  constructor(rows: Map<unknown, unknown>, transaction: Transaction) {
    this.#rows = rows;
    this.#transaction = transaction;
  }

  get(key: unknown): Request {
    return this.#transaction.answer(() => structuredClone(this.#rows.get(key)));
  }

  put(value: unknown, key: unknown): Request {
    return this.#write(() => this.#rows.set(key, structuredClone(value)));
  }

  add(value: unknown): Request {
    return this.#write(() => this.#rows.set(this.#rows.size + 1, structuredClone(value)));
  }

  delete(key: unknown): Request {
    return this.#write(() => this.#rows.delete(key));
  }

  getAllKeys(range: KeyRange): Request {
    return this.#transaction.answer(() => [...this.#rows.keys()].filter((key) => range.has(key)).sort());
  }

  #write(work: () => unknown): Request {
    if (this.#transaction.mode !== 'readwrite') throw new DOMException('', 'ReadOnlyError');
    return this.#transaction.answer(work);
  }
}

class Transaction {
  readonly mode: string;
  error: unknown = null;
  oncomplete?: () => void;
  onabort?: () => void;
  readonly #world: FakeIndexedDb;
  readonly #work: (() => void)[] = [];
  readonly #tables: Tables;

  constructor(world: FakeIndexedDb, database: Database, names: readonly string[], mode: string) {
    this.mode = mode;
    this.#world = world;
    this.#tables = new Map(names.map((name) => [name, new Map(database.tables.get(name))]));
    void this.#run(database);
  }

  objectStore(name: string): Table {
    const rows = this.#tables.get(name);
    if (!rows) throw new DOMException('', 'NotFoundError');
    return new Table(rows, this);
  }

  answer(work: () => unknown): Request {
    const request = new Request();
    this.#work.push(() => {
      request.result = work();
      request.onsuccess?.();
    });
    return request;
  }

  /** One after the other, in the order of their beginning. */
  async #run(database: Database): Promise<void> {
    await this.#world.inTurn(async () => {
      for (const [name, rows] of this.#tables) {
        rows.clear();
        for (const [key, value] of database.tables.get(name) ?? []) rows.set(key, value);
      }
      // What waits for a request may ask for more, and for nothing else.
      for (let idle = 0; idle < 3; idle += 1) {
        for (let work = this.#work.shift(); work; work = this.#work.shift()) {
          work();
          idle = 0;
          await Promise.resolve();
        }
        await new Promise(setImmediate);
      }
      const fault = this.mode === 'readwrite' ? this.#world.fault : undefined;
      if (fault === undefined) for (const [name, rows] of this.#tables) database.tables.set(name, rows);
      else this.error = new DOMException('', fault);
      (fault === undefined ? this.oncomplete : this.onabort)?.();
    });
  }
}

/** A connection to a database, which others may ask to let go. */
export class Connection {
  onversionchange?: () => void;
  onclose?: () => void;
  isClosed = false;
  readonly #world: FakeIndexedDb;
  readonly #database: Database;

  constructor(world: FakeIndexedDb, database: Database) {
    this.#world = world;
    this.#database = database;
    database.connections.add(this);
    world.connections.push(this);
  }

  transaction(names: readonly string[], mode: string, options: { readonly durability: string }): Transaction {
    if (this.isClosed) throw new DOMException('', 'InvalidStateError');
    if (options.durability !== 'strict') throw new TypeError('Records have to last.');
    const known = names.every((name) => this.#database.tables.has(name));
    if (!known) throw new DOMException('', 'NotFoundError');
    return new Transaction(this.#world, this.#database, names, mode);
  }

  createObjectStore(name: string): void {
    this.#database.tables.set(name, new Map());
  }

  close(): void {
    this.isClosed = true;
    this.#database.connections.delete(this);
  }
}

/** All databases of an origin. Give `open` of it in place of the platform's. */
export class FakeIndexedDb {
  /** Every connection that was made, in order. */
  readonly connections: Connection[] = [];
  /** What the next transactions that write end with: the name of a `DOMException`. */
  fault: string | undefined;
  /** What `open` fails with. */
  refusal: string | undefined;
  /** The time that it takes to open, in milliseconds. */
  delay = 0;
  readonly #databases = new Map<string, Database>();
  #turn: Promise<unknown> = Promise.resolve();

  readonly open = (name: string, version: number): Request => {
    const request = new Request();
    setTimeout(() => {
      const before = this.#databases.get(name);
      const refusal = this.refusal ?? (before && before.version > version ? 'VersionError' : undefined);
      if (refusal !== undefined) {
        request.error = new DOMException('', refusal);
        return request.onerror?.();
      }
      const database = before ?? { version, tables: new Map(), connections: new Set<Connection>() };
      this.#databases.set(name, database);
      request.result = new Connection(this, database);
      if (!before) request.onupgradeneeded?.();
      return request.onsuccess?.();
    }, this.delay);
    return request;
  };

  /** The rows of a table, as they are. */
  rows(name: string, table: string): readonly unknown[] {
    return [...(this.#databases.get(name)?.tables.get(table)?.values() ?? [])];
  }

  /** A database of another shape, which somebody has made. */
  make(name: string, version: number, tables: readonly string[]): void {
    const empty = tables.map((table) => [table, new Map()] as const);
    this.#databases.set(name, { version, tables: new Map(empty), connections: new Set() });
  }

  /** A sibling wants to delete the database: who lets go in time is not in its way. */
  delete(name: string): void {
    const database = this.#databases.get(name);
    for (const one of [...(database?.connections ?? [])]) one.onversionchange?.();
    if (database?.connections.size === 0) this.#databases.delete(name);
  }

  inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
