// What a component shows of a session: a few facts of its chart, the same object for as long as none of them changes.
import { AuthError, type Failure } from '../../contract/errors.ts';
import type { AuthSnapshot } from '../../engine/sessionChart.ts';

/** The phase of the chart that a session is in: `idle`, `authorizing`, `authorized`, `failed` and so on. */
export type AuthStatus = PhaseIn<AuthSnapshot['value']>;

type PhaseIn<Value> = Value extends string ? Value : keyof Value & string;

/** What a component shows of a session. */
export interface AuthState {
  /** The phase of the chart. Decide on the three flags below; this is to be shown, or for what they do not tell. */
  readonly status: AuthStatus;
  /** Something is under way: what the store remembers is looked up, a login, a renewal, a sign-out. Also while a person is awaited. */
  readonly isBusy: boolean;
  /** The person has to do something at the authorization server now, or in another tab. */
  readonly needsUser: boolean;
  /** There is a grant, which requests can use: somebody is logged in. */
  readonly canSend: boolean;
  /**
   * The page of the login that waits for the person: to be shown as a link where no window could be opened. It holds the
   * login's `state`, so show it to this person only, and keep it out of logs.
   */
  readonly url: string | undefined;
  /** What the server has granted. */
  readonly scopes: readonly string[];
  /** What the resource has asked for beyond that; `stepUp` asks the person for it. */
  readonly missingScopes: readonly string[];
  /** Why the last action, login, renewal or step-up did not succeed, with the `recovery` that helps. */
  readonly error: AuthError | undefined;
}

/** What is shown before anything is known: on the server, and at the first rendering of a page. */
export const firstState: AuthState = {
  status: 'recovering',
  isBusy: true,
  needsUser: false,
  canSend: false,
  url: undefined,
  scopes: [],
  missingScopes: [],
  error: undefined,
};

/** What is known beside the chart. */
export interface BesideChart {
  /** The page of the login, once it was looked up. */
  readonly url: string | undefined;
  /** An action was called, and has not ended. */
  readonly isActing: boolean;
  /** What the last action ended with, for as long as it is news. */
  readonly thrown: Failure | undefined;
}

/** @returns `last` itself where nothing is different, so that nothing renders again for it; else what is not, as it was. */
export function nextState(last: AuthState, snapshot: AuthSnapshot, beside: BesideChart): AuthState {
  const { grant, refusal, failure } = snapshot.context;
  const granted = grant?.granted ?? [];
  const isRunning = snapshot.status === 'active';
  const next: AuthState = {
    status: statusOf(snapshot),
    isBusy: beside.isActing || (isRunning && snapshot.hasTag('busy')),
    needsUser: isRunning && snapshot.hasTag('needsUser'),
    canSend: isRunning && snapshot.hasTag('canSend'),
    url: beside.url,
    scopes: sameOr(last.scopes, granted),
    missingScopes: sameOr(
      last.missingScopes,
      askedOf(last, snapshot).filter((scope) => !granted.includes(scope)),
    ),
    error: errorOf(last.error, beside.thrown ?? failure ?? refusal ?? undefined),
  };
  const isSame = (Object.keys(next) as (keyof AuthState)[]).every((name) => next[name] === last[name]);
  return isSame ? last : next;
}

/** What the resource has asked for, also while the person is asked, and when they said no: they can be asked again. */
function askedOf(last: AuthState, snapshot: AuthSnapshot): readonly string[] {
  const { grant, refusal } = snapshot.context;
  if (refusal?.scopes) return refusal.scopes;
  return grant && (refusal || snapshot.hasTag('busy')) ? last.missingScopes : [];
}

function statusOf({ value }: AuthSnapshot): AuthStatus {
  return typeof value === 'string' ? value : (Object.keys(value)[0] as AuthStatus);
}

/** Effects that depend on it run when it has another content, and not when something else has changed. */
const sameOr = (last: readonly string[], next: readonly string[]): readonly string[] =>
  last.join(' ') === next.join(' ') ? last : next;

function errorOf(last: AuthError | undefined, failure: Failure | undefined): AuthError | undefined {
  const next = failure && new AuthError(failure);
  const text = (error: AuthError | undefined): string => JSON.stringify(error?.toFailure() ?? null);
  return text(last) === text(next) ? last : next;
}
