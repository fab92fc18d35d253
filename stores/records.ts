// Typed access to the records of a store: the key says what kind of record it is of.
import * as z from 'zod/mini';
import { AuthError, refuse } from '../contract/errors.ts';
import { readObject } from '../protocol/json.ts';
import { Changes, type Looks, type Versions } from './changes.ts';
import { isKey, type Key, kindOf, type RecordKind } from './recordKeys.ts';
import { type RecordValues, schemas } from './recordSchemas.ts';
import type { Store } from './store.ts';
import { type JsonObject, withUnknown } from './unknownMembers.ts';

export { type Key, keys, type RecordKind } from './recordKeys.ts';
export {
  type BindingRecord,
  type BoundRecord,
  boundAt,
  type ClientRecord,
  type DeviceRecord,
  type GrantRecord,
  grantKeysOf,
  type LoginRecord,
  type ManagementRecord,
  type PendingRecord,
  type RegistrationRecord,
  type SpendRecord,
} from './recordSchemas.ts';

/** A record as it was read. */
export interface Versioned<Value> {
  readonly version: string;
  readonly value: Value;
  /** The same as it is stored, with members that this version does not know: give it back when you write. */
  readonly stored: JsonObject;
}

/** How often a lost race is run again before it is reported. */
export const RACES = 8;

/** For who has lost so many races. @throws AuthError `store_conflict` */
export function refuseConflict(): never {
  return refuse(
    'store_conflict',
    'storing',
    'The store is written to from too many sides at once; try again.',
  );
}

/** Typed access to a store. Corrupt records are set aside and count as absent; newer ones are left alone. */
export class Records {
  readonly #store: Store;
  readonly #onSetAside: (key: string) => void;
  readonly #changes: Changes;

  /**
   * @param onSetAside told the key of each corrupt record.
   * @param looks how `changed` waits.
   */
  constructor(store: Store, onSetAside: (key: string) => void = () => {}, looks: Looks = {}) {
    this.#store = store;
    this.#onSetAside = onSetAside;
    this.#changes = new Changes(store, (at) => this.#get(at), looks);
  }

  /** Whether the home tells of changes, and need not be looked at for them. */
  get isTold(): boolean {
    return this.#store.watch !== undefined;
  }

  /**
   * The record, or nothing.
   * @throws AuthError `record_newer`, `store_failed`; `internal` for a key of no kind
   */
  async read<Of extends RecordKind>(at: Key<Of>): Promise<Versioned<RecordValues[Of]> | undefined> {
    const of = kindOf(at);
    const record = await this.#get(at);
    if (!record) return undefined;
    const stored = readObject(record.text) ?? {};
    if (typeof stored['v'] === 'number' && stored['v'] > 1) refuseNewer(at);
    const parsed = z.safeParse(schemas[of], stored);
    if (parsed.success) return { version: record.version, value: parsed.data as RecordValues[Of], stored };
    await this.#store.setAside(at, record.version);
    this.#changes.tell(at);
    this.#onSetAside(at);
    return undefined;
  }

  async #get(at: Key): ReturnType<Store['get']> {
    try {
      return await this.#store.get(at);
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== 'record_corrupt') throw error;
      this.#onSetAside(at); // The home did it already.
      return undefined;
    }
  }

  /**
   * Writes over what was read.
   * @param before as `read` gave it; `undefined`: writes over nothing. Members that this version does not know are kept.
   * @returns the new version, or nothing when somebody else was faster.
   * @throws AuthError `store_failed`; `internal` for a key of no kind
   */
  async write<Of extends RecordKind>(
    at: Key<Of>,
    value: RecordValues[Of],
    before: Versioned<RecordValues[Of]> | undefined,
  ): Promise<string | undefined> {
    return (await this.#write(at, value, before))?.version;
  }

  async #write<Of extends RecordKind>(
    at: Key<Of>,
    value: RecordValues[Of],
    before: Versioned<RecordValues[Of]> | undefined,
  ): Promise<Versioned<RecordValues[Of]> | undefined> {
    const schema = schemas[kindOf(at)];
    const stored = before ? withUnknown(schema, before.stored, { ...value }) : { ...value };
    const version = await this.#store.put(at, JSON.stringify(stored), before?.version);
    if (version === undefined) return undefined;
    this.#changes.tell(at);
    return { version, value, stored };
  }

  /**
   * Reads, changes and writes until nobody came in between.
   * @param change returns the new value, or nothing to leave it as it is.
   * @param known what was read before: it is not read again, unless somebody has written since.
   * @returns what is there now.
   * @throws AuthError `store_conflict`, and what `read` and `write` throw
   */
  async update<Of extends RecordKind>(
    at: Key<Of>,
    change: (value: RecordValues[Of] | undefined) => RecordValues[Of] | undefined,
    known?: { readonly seen: Versioned<RecordValues[Of]> | undefined },
  ): Promise<Versioned<RecordValues[Of]> | undefined> {
    for (let race = 0; race < RACES; race += 1) {
      const before = known && race === 0 ? known.seen : await this.read(at);
      const value = change(before?.value);
      if (!value) return before;
      const written = await this.#write(at, value, before);
      if (written) return written;
    }
    return refuseConflict();
  }

  /** Deletes this version; false when the record has moved on. */
  async remove(at: Key, version: string): Promise<boolean> {
    const isRemoved = await this.#store.delete(at, version);
    if (isRemoved) this.#changes.tell(at);
    return isRemoved;
  }

  /** Deletes whatever is there: for what a person wants forgotten. */
  async forget(at: Key): Promise<void> {
    for (let race = 0; race < RACES; race += 1) {
      const stored = await this.#get(at);
      if (!stored || (await this.remove(at, stored.version))) return;
    }
    refuse('store_conflict', 'storing', 'A record to be deleted is written to again and again; try again.');
  }

  /**
   * The versions of these records now, for `changed`. Take them before you read: what changes in between is heard of.
   * One that cannot be read has a version too, that no other has: so nobody asks in vain again and again.
   */
  versions(at: Iterable<Key>): Promise<Versions> {
    return this.#changes.versions(at);
  }

  /**
   * Ends when one of these records may not be at the version any more at which it was seen, or with the signal. It never
   * fails, and it always ends after a change: at once after one that was made through this object, soon where the home
   * tells, and after at most 5 seconds where it does not (1 second where it does and is out of order).
   */
  changed(seen: Versions, signal: AbortSignal): Promise<void> {
    return this.#changes.until(seen, signal);
  }

  /** Keys of all bindings: one for each session that ever logged in. */
  async bindings(): Promise<readonly Key<'binding'>[]> {
    const found = await this.#store.list('binding:');
    return found.filter((key) => isKey('binding', key));
  }
}

function refuseNewer(at: Key): never {
  refuse(
    'record_newer',
    'storing',
    `The record ${at} was written by a newer version of authchart; update this one, the record was left alone.`,
  );
}
