// What a host says to an engine when it makes one.
import type { InspectionEvent } from 'xstate';
import type { ClientOptions, Policy } from '../actors/tools/hostOptions.ts';
import type { Sleep } from '../actors/tools/sleep.ts';
import type { UserAgent } from '../actors/userAgents/userAgent.ts';
import type { TraceFact } from '../contract/trace.ts';
import type { Interaction } from '../machines/context.ts';
import type { Store } from '../stores/store.ts';
import type { Progress } from './observe.ts';
import type { Fetch } from './sessionSurface.ts';

/**
 * What the host decides, and what it allows beyond the specification. Times are in milliseconds: above 0, and at most
 * 2147483647 (about 24 days), which is the longest that timers can wait.
 */
export interface EnginePolicy extends Policy {
  /**
   * Whether only `login()` may send a person to the authorization server (`ask`), or a challenge of the resource too
   * (`auto`). Default `ask` (AUTHZ-11).
   */
  readonly interaction?: Interaction;
  /** How long a server may take for one answer, in milliseconds. Default 10 seconds. */
  readonly requestTimeout?: number;
  /**
   * How long a session may be unused before its chart is put to rest, in milliseconds. Default 10 minutes.
   * It starts again from the store when it is used. One that is subscribed to, or whose `actor` was taken, goes on.
   */
  readonly idleAfter?: number;
}

/**
 * What `createAuthEngine` is given. Every option is judged before any traffic. A name that is not an option is refused,
 * so that one with a mistake in it is not overlooked (HOST-2).
 */
export interface EngineOptions {
  /** Who the client is, and how it gets grants. */
  readonly client: ClientOptions;
  /**
   * How a person gets to the authorization server. Needed unless `client.grant` is given: other grants need no browser
   * of the host's.
   */
  readonly userAgent?: UserAgent;
  /** Where records live. Default: in memory, gone with the process. */
  readonly store?: Store;
  /** What the host decides, and what it allows beyond the specification. Default: what the specification says. */
  readonly policy?: EnginePolicy;
  /** Told of each state that is entered and each request that is made, as it happens. Holds no secret. */
  readonly onProgress?: (progress: Progress) => void;
  /** Told of each step of each session's chart, and of each request: to record a run, or to watch it. Holds no secret. */
  readonly onTrace?: (fact: TraceFact) => void;
  /**
   * Told of faults in the code of the host: whatever its store, its user agent or a callback of its own throws that is
   * no AuthError, and of a defect inside authchart. It is given the error whole, which may hold a secret, and nobody
   * else is: the operation fails with an AuthError that repeats nothing of it, and a callback that only looks on
   * (`onProgress`, `onTrace`, `inspect`, a subscriber) changes nothing. Default: the error is dropped.
   */
  readonly onDefect?: (error: unknown) => void;
  /** XState inspection of every session's actor. Holds no secret. */
  readonly inspect?: (event: InspectionEvent) => void;
  /**
   * Instead of the global `fetch`, which is taken once, when the engine is made. What it rejects with counts as a failure of
   * the network, and not as a fault. Default: the global `fetch`.
   */
  readonly fetch?: Fetch;
  /** The time in epoch milliseconds. Default: the clock of the system. */
  readonly now?: () => number;
  /** Waits: give it together with `now`. Default: the timers of the system. */
  readonly sleep?: Sleep;
}
