// What a host sees of the engine.
import type { URL } from '../contract/platform.ts';
import type { AuthMachine } from '../machines/authMachine.ts';
import type { AuthActor } from './sessionChart.ts';
import type { Session } from './sessionSurface.ts';

/** Which session is meant. */
export interface SessionOptions {
  /** URL of the protected resource: https, or http on loopback for development. */
  readonly resource: string | URL;
  /** Whose grant it is, in the host's own terms. */
  readonly subject?: string;
  /** Tells apart several grants of one subject for one resource. */
  readonly label?: string;
}

/**
 * For `engine.complete`: the response may belong to anybody's login. Give it only where every response comes from a
 * source that you trust as much as the person: otherwise somebody could have another person finish a login of theirs.
 * @see RFC 9700 §4.7
 */
export const anySubject: unique symbol = Symbol('anySubject');

/** What `engine.complete` may be told. */
export interface CompleteOptions {
  /**
   * Whose browser the response came with. Left out: nobody's in particular, and only a login without a subject is finished
   * (AUTHZ-13). `anySubject` finishes any login.
   * @see RFC 9700 §4.7
   */
  readonly subject?: string | typeof anySubject;
}

/** What an app sets up once: it knows who the client is, where records live, and how a person is reached. */
export interface Engine {
  /**
   * The session of this resource, subject and label; the same one for all who ask.
   * @throws AuthError `config_invalid`; `engine_disposed`.
   */
  session(options: SessionOptions): Session;
  /**
   * A session of a chart that the host has invoked or spawned itself (`engine.machine`): its requests, its login URL, and
   * all else that a session can do (HOST-1). The chart stays the host's: it is never put to rest or stopped from here.
   * @throws AuthError `config_invalid` when it is not a chart of this library, or has stopped.
   */
  sessionOf(actor: AuthActor): Session;
  /**
   * Finishes a pending authorization, started here or by another process with the same store.
   * @param callbackUrl the whole URL that the authorization server sent the person back to.
   * @throws AuthError `response_not_ours` for an unknown or finished login, or that of somebody else; `login_pending` when
   *   the person has to open another page (`session.loginUrl()`), since the server does not know the client any more; what the
   *   chart ended with.
   */
  complete(callbackUrl: string | URL, options?: CompleteOptions): Promise<Session>;
  /** The chart with its actors bound, to invoke or spawn in a chart of the host's own. */
  readonly machine: AuthMachine;
  /**
   * Ends everything that is in flight. A refresh is waited for, since its answer may be the only one: at most seven times
   * `policy.requestTimeout`. Whatever else has begun gets 5 seconds. After that nothing is sent, stored or told any more; a
   * chart that the host runs itself is refused both, with `engine_disposed`. What is stored stays. It never rejects.
   */
  dispose(): Promise<void>;
}
