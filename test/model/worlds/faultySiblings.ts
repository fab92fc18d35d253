// Engines that misbehave towards their siblings in one way each: what the rules about joined logins are there to notice.
import { memoryStore, type Store } from '../../../index.ts';
import type { EngineFault } from './process.ts';

const storeOf = (store: Store | undefined): Store => {
  if (!store) throw new Error('There is no home to come between.');
  return store;
};

/** Each engine keeps to itself which login is under way. */
const loginsApart: EngineFault = (options) => {
  const shared = storeOf(options.store);
  const own = memoryStore();
  const homeOf = (key: string): Store => (key.startsWith('login:') ? own : shared);
  const { watch } = shared;
  const store: Store = {
    ...shared,
    get: (key) => homeOf(key).get(key),
    put: (key, text, expected) => homeOf(key).put(key, text, expected),
    delete: (key, version) => homeOf(key).delete(key, version),
    ...(watch && {
      watch: (key, changed, lost) => (homeOf(key).watch ?? watch)(key, changed, lost),
    }),
  };
  return { ...options, store };
};

/** Siblings are told another reason than the one that a login ended for. */
const otherReason: EngineFault = (options) => {
  const shared = storeOf(options.store);
  const store: Store = {
    ...shared,
    put(key, text, expected) {
      if (!key.startsWith('login:')) return shared.put(key, text, expected);
      const { ended, ...login } = JSON.parse(text);
      const told = ended && { ended: { ...ended, code: 'scope_not_allowed' } };
      return shared.put(key, JSON.stringify({ ...login, ...told }), expected);
    },
  };
  return { ...options, store };
};

/** Looks at what siblings do come too late, and a home tells nothing. */
const rareLooks: EngineFault = (options) => {
  const { watch: _, ...store } = storeOf(options.store);
  const { sleep = async () => {} } = options;
  return { ...options, store, sleep: (time, signal) => sleep(time <= 5_000 ? time + 30_000 : time, signal) };
};

/** Whoever gives a login up takes its request away, whoever holds it. */
const requestsTaken: EngineFault = (options) => {
  const store = storeOf(options.store);
  const take = async (): Promise<void> => {
    for (const key of await store.list('pending:')) {
      const stored = await store.get(key);
      if (stored) await store.delete(key, stored.version);
    }
  };
  return {
    ...options,
    inspect(event) {
      if (event.type !== '@xstate.snapshot' || !('value' in event.snapshot)) return;
      if (JSON.stringify(event.snapshot.value).includes('abandoning')) void take();
    },
  };
};

/** What an engine has read of a grant is what it goes on with. */
const grantsKept: EngineFault = (options) => {
  const { watch: _, ...shared } = storeOf(options.store);
  const known = new Map<string, Awaited<ReturnType<Store['get']>>>();
  const store: Store = {
    ...shared,
    async get(key) {
      if (!key.startsWith('grant:')) return shared.get(key);
      const found = known.get(key) ?? (await shared.get(key));
      if (found) known.set(key, found);
      return found;
    },
  };
  return { ...options, store };
};

/** Each with the rule that has to notice, by what it says or by its requirement. */
export const siblingFaults: readonly (readonly [name: string, fault: EngineFault, noticed: RegExp])[] = [
  ['logins are not joined', loginsApart, /AUTHZ-12.*a second page was opened/s],
  ['siblings are told another reason', otherReason, /AUTHZ-12.*one ended with .*scope_not_allowed/s],
  ['siblings are looked at too rarely', rareLooks, /AUTHZ-12.*that had joined it waits on/s],
  ['a grant is read once', grantsKept, /TOK-13.*an older token|TOK-4.*that was replaced/s],
  ['who leaves a login takes its request away', requestsTaken, /AUTHZ-12.*its request is gone/s],
];
