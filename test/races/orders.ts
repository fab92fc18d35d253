// What the processes of a race are told, and what they answer.
import type { RedisPlace } from '../support/redisPlace.ts';

/** What a member is told. */
export type Order =
  /** Asks for a token, so many milliseconds from now by its own clock. */
  | { readonly do: 'token'; readonly ahead: number }
  /** Logs in, opening its browser. */
  | { readonly do: 'login' }
  /** Ends its login, or signs out. */
  | { readonly do: 'cancel' | 'logout' }
  /** Asks the resource; answers with the status. */
  | { readonly do: 'call' };

/** How it went: that a token is there, or the code of the failure. Never a token. */
export interface Answered {
  readonly ended: string;
}

/** A member has opened a page in front of its person: the parent plays the person. */
export interface Opened {
  readonly opened: string;
}

/** A member waits for a login that another one has under way. */
export interface Joined {
  readonly joined: true;
}

/** Whether the home of a member tells of changes. */
export type Telling = 'tells' | 'cannot tell' | 'fails to tell';

/** Where the processes of a race keep their records. A URL holds a password. */
export type Home =
  | { readonly kind: 'file'; readonly folder: string }
  | {
      readonly kind: 'postgres';
      readonly url: string;
      readonly table: string;
      /** Where to listen, if a pooler stands before the server. */
      readonly direct?: string;
    }
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string }
  | {
      readonly kind: 'redis servers';
      readonly place: RedisPlace;
      readonly prefix: string;
      readonly replicas: number;
    };

/** How a member is set up: the first that it is told, since everybody sees the arguments of a process. */
export interface Member {
  readonly resource: string;
  readonly home: Home;
  /** Milliseconds that its clock is wrong. */
  readonly skew?: number;
  /** What is done at which point: see `points`. */
  readonly at?: { readonly point: Point; readonly do: 'die' | 'stop' };
  readonly requestTimeout?: number;
  /** Its person has a browser: each page that is opened is told to the parent. Otherwise it follows redirects itself. */
  readonly hasBrowser?: true;
  readonly telling?: Telling;
}

/** Numbered points of a refresh, in the order in which they are passed. */
export const points = [
  'before the intent is written',
  'after the intent is written',
  'after the answer came',
  'before the outcome is written',
  'after the outcome is written',
  'after the intent is gone',
] as const;
export type Point = (typeof points)[number];
