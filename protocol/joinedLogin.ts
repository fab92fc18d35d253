// Logins that several engines share: which one serves, who may end it, and when it is taken over (AUTHZ-12).
import { includesAll } from './scopes.ts';

/** The client that a login is made for. */
interface LoginClient {
  readonly clientId: string;
  readonly kind: 'pre-registered' | 'metadata-document' | 'dynamic';
}

/** What a login brings, and where. */
interface LoginTerms {
  readonly issuer: string;
  /** The resource that its tokens are for, as the server is asked for it. */
  readonly resource: string;
  readonly scopes: readonly string[];
}

/** A login that is under way. */
export interface LoginUnderWay extends LoginTerms {
  readonly client: LoginClient;
  /** When its request expires. Epoch milliseconds. */
  readonly expiresAt: number;
  /** Whether this engine leads the person, and not another one. */
  readonly isHeldHere: boolean;
}

/** A login that is wanted; the client is null where there is none yet. */
export interface WantedLogin extends LoginTerms {
  readonly client: LoginClient | null;
}

/**
 * Whether a login that is under way is still open, and brings all that is wanted: then it is joined (C06).
 * @param now epoch milliseconds.
 */
export function servesLogin(current: LoginUnderWay, wanted: WantedLogin, now: number): boolean {
  return (
    current.expiresAt > now &&
    current.issuer === wanted.issuer &&
    current.resource === wanted.resource &&
    isOfClient(current, wanted.client) &&
    includesAll(current.scopes, wanted.scopes)
  );
}

/**
 * Siblings on ports of their own have a client each, and a login is finished with the client that it was made for.
 * Of ours, another client is one that its server has forgotten.
 */
function isOfClient({ client, isHeldHere }: LoginUnderWay, ours: LoginClient | null): boolean {
  if (ours === null || client.clientId === ours.clientId) return true;
  return !isHeldHere && client.kind === 'dynamic' && ours.kind === 'dynamic';
}

/** A login that somebody wants to end without a grant. */
export interface EndingLogin {
  readonly isHeldHere: boolean;
  /** Its request, which may be gone. */
  readonly request: { readonly isAnswered: boolean; readonly expiresAt: number } | undefined;
}

/**
 * Whether this engine may end a login for all who wait for it: its own, and one whose answer has come or whose time is over.
 * @param now epoch milliseconds.
 */
export function mayEndLogin({ isHeldHere, request }: EndingLogin, now: number): boolean {
  return isHeldHere || request === undefined || request.isAnswered || request.expiresAt <= now;
}

/** A login of another engine, as it is seen by one that waits for it. Times are in milliseconds. */
export interface WatchedLogin {
  /** Its code is being exchanged, or was. */
  readonly isSpent: boolean;
  /** The process that exchanges the code has ended for certain. */
  readonly isOfEnded: boolean;
  readonly isAnswered: boolean;
  /** Another chart of this engine waits for the person. */
  readonly isAttended: boolean;
  /** How long its request has stood still. */
  readonly still: number;
  /** How long somebody who exchanges a code may be silent. */
  readonly leaseTerm: number;
}

/**
 * What to do about a login that is waited for.
 * - `wait`: somebody is at it, or its answer has come, and the chart hears of it.
 * - `break off`: its holder has begun to exchange the code, and has ended, or is not heard of any more.
 * - `ask`: it waits for the person; who leads them has to be found out.
 */
export function judgeWatched(login: WatchedLogin): 'wait' | 'break off' | 'ask' {
  if (login.isSpent) return !login.isOfEnded && login.still < login.leaseTerm ? 'wait' : 'break off';
  return login.isAnswered || login.isAttended ? 'wait' : 'ask';
}

/**
 * Logins that are asked for within so many milliseconds are asked for at once: one page is opened for all of them. Later,
 * where nothing shows whether the holder is still there, whoever asks is shown the page again.
 */
export const AT_ONCE = 3_000;
/**
 * A holder that does not answer a question for so many milliseconds is gone. Where a home does not tell of changes, the
 * holder looks at most 5 seconds later.
 */
export const ANSWERED_WITHIN = 6_000;
/** A holder that has answered is asked again after so many milliseconds: it may be gone since. */
export const ASK_EVERY = 15_000;

/** A login whose redirect URI does not show who holds it. Times are in milliseconds. */
export interface UnshownHolder {
  /** Nobody: its holder has said that it goes, or its process has ended. */
  readonly holder: 'nobody' | 'this engine' | 'another engine';
  /** Its holder is a page that leads itself to the server: it is gone with that, or leads only who is in front of it. */
  readonly isLeft: boolean;
  /** A person asked for it here: a mere request opens no second page. */
  readonly isAsked: boolean;
  /** How old the login was when it was joined here. */
  readonly age: number;
  /** How long the holder has not answered the question whether it is still there; undefined: it is not asked. */
  readonly unanswered: number | undefined;
  /** How long ago the holder has answered; undefined: it was not asked yet. */
  readonly answered: number | undefined;
}

/**
 * What to do about a login without a port (C06).
 * - `lead`: this engine leads the person from now on.
 * - `show`: the person asked later, and is shown the page again; it stays its holder's.
 * - `ask`: the holder is asked whether it is still there.
 * - `wait`: it is its holder's.
 */
export function judgeUnshown(login: UnshownHolder): 'lead' | 'show' | 'ask' | 'wait' {
  if (login.holder !== 'another engine') return 'lead';
  if (!login.isAsked) return 'wait';
  if (login.isLeft) return 'lead';
  if (login.age >= AT_ONCE) return 'show';
  if (login.unanswered !== undefined) return login.unanswered < ANSWERED_WITHIN ? 'wait' : 'lead';
  return login.answered === undefined || login.answered >= ASK_EVERY ? 'ask' : 'wait';
}

/** A login that another engine listens for, on the port of its redirect URI. Times are in milliseconds. */
export interface ListenedLogin {
  /** That engine has taken it over from one that is gone. */
  readonly isInherited: boolean;
  /** A person asked for it here. */
  readonly isAsked: boolean;
  /** How old the login was when it was joined here. */
  readonly age: number;
  /** How long it has been waited for here. */
  readonly waited: number;
}

/**
 * Whether the person who asks is led from here, and the answer goes to the engine that listens: it has perhaps led nobody
 * anywhere, and the page of the engine before it may be closed. Those who waited before it was taken over have that page.
 */
export function isShownBesideListener({ isInherited, isAsked, age, waited }: ListenedLogin): boolean {
  return isInherited && isAsked && age >= AT_ONCE && waited === 0;
}
