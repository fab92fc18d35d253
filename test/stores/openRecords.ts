// A store in memory with typed records over it, to look at from both sides.
import { memoryStore } from '../../stores/memory.ts';
import { Records } from '../../stores/records.ts';

/** The object of a JSON text. */
export type Json = Record<string, unknown>;

/** Whether it is an object of JSON, and no array. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fresh and empty. */
export function open() {
  const store = memoryStore();
  const setAside: string[] = [];
  const records = new Records(store, (key) => setAside.push(key));
  const textOf = async (key: string): Promise<Json> => JSON.parse((await store.get(key))?.text ?? 'null');
  return { store, records, setAside, textOf };
}

/** A binding record with each of its servers changed. */
export function withBound(value: Json, change: object): Json {
  const servers = Object.entries(value['servers'] as Json).map(([issuer, bound]) => [
    issuer,
    { ...(bound as Json), ...change },
  ]);
  return { ...value, servers: Object.fromEntries(servers) };
}
