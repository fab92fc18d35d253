// The host's own code, as an engine uses it: guarded, so that its faults reach `onDefect` and nobody else.
import { sleep as systemSleep } from '../actors/tools/sleep.ts';
import { memoryStore } from '../stores/memory.ts';
import { defectTeller, onlooker } from './defects.ts';
import type { EngineOptions } from './engineOptions.ts';
import { guardedNow, guardedSleep } from './guardedClock.ts';
import { guardedFetch } from './guardedFetch.ts';
import { guardedStore } from './guardedStore.ts';
import { guardedUserAgent, noUserAgent } from './guardedUserAgent.ts';
import { UnderWay } from './underWay.ts';

/** The parts of the options that are code, with their defaults. */
export type HostCode = ReturnType<typeof hostCodeOf>;

/** Guards what the host has given, and fills in what it has not. */
export function hostCodeOf(options: EngineOptions) {
  const { onProgress, onTrace, inspect, store, userAgent, now, sleep } = options;
  const onDefect = defectTeller(options.onDefect);
  const underWay = new UnderWay();
  return {
    onDefect,
    underWay,
    onProgress: underWay.told(onlooker(onProgress, onDefect)),
    onTrace: onTrace && underWay.told(onlooker(onTrace, onDefect)),
    inspect: underWay.told(onlooker(inspect, onDefect)),
    store: underWay.store(store ? guardedStore(store, onDefect) : memoryStore()),
    userAgent: userAgent ? guardedUserAgent(userAgent, onDefect) : noUserAgent,
    /** Whether the host sends itself: then it says where names lead to, as `nodeFetch` does. */
    hasOwnFetch: options.fetch !== undefined,
    fetch: underWay.fetch(
      options.fetch ? guardedFetch(options.fetch, onDefect) : globalThis.fetch.bind(globalThis),
    ),
    now: now ? guardedNow(now, onDefect) : Date.now,
    sleep: sleep ? guardedSleep(sleep, onDefect) : systemSleep,
  };
}
