// `authchart/react`: a hook that shows a session, and the actions that its buttons need.
import { useMemo, useSyncExternalStore } from 'react';
import { refuse } from '../contract/errors.ts';
import type { Session } from '../engine/sessionSurface.ts';
import { type AuthActions, actionsOf, type PopupWindow } from './react/actions.ts';
import { type AuthState, firstState } from './react/state.ts';
import { watchedOf } from './react/watched.ts';

export type { AuthActions, Clicked, PopupWindow } from './react/actions.ts';
export type { AuthState, AuthStatus } from './react/state.ts';

/** How `useAuth` reaches the person. */
export interface UseAuthOptions {
  /**
   * The user agent of the engine, where it is a `popupUserAgent`: its window is opened in the click, since browsers block
   * windows that open later.
   */
  readonly popup?: PopupWindow | undefined;
}

/** What a component shows of a session, and what its buttons do. */
export interface Auth extends AuthState, AuthActions {}

/**
 * Shows a session: the component renders again when something changes that it can see. Rendering starts nothing; the
 * mounted component starts the chart, which looks what the store remembers. No login begins before `login` is called.
 *
 * Make the engine and the session outside of components, or with `useMemo`. Any number of components may use one session:
 * they share one subscription, also under StrictMode. On a server the first state is rendered, and no chart starts. What its
 * buttons do never rejects: what went wrong is in `error`, an AuthError with `code` and `recovery`.
 * @param session Where the host's own chart is used: what `engine.sessionOf` has returned once.
 * @throws AuthError `config_invalid` when it is given no session.
 * @example
 * ```tsx
 * import type { Session } from 'authchart';
 * import { useAuth } from 'authchart/react';
 *
 * export function Account({ session }: { readonly session: Session }) {
 *   const { canSend, isBusy, error, login, logout } = useAuth(session);
 *   if (canSend) return <button type="button" onClick={logout}>Sign out</button>;
 *   return (
 *     <>
 *       <button type="button" disabled={isBusy} onClick={login}>Log in</button>
 *       {error && <p role="alert">{error.message}</p>}
 *     </>
 *   );
 * }
 * ```
 * @see https://react.dev/reference/react/useSyncExternalStore
 */
export function useAuth(session: Session, { popup }: UseAuthOptions = {}): Auth {
  if (typeof session?.subscribe !== 'function') refuseOther();
  const watched = watchedOf(session);
  const state = useSyncExternalStore(watched.subscribe, watched.state, () => firstState);
  const actions = useMemo(() => actionsOf(watched, popup), [watched, popup]);
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}

function refuseOther(): never {
  return refuse(
    'config_invalid',
    'configuring',
    'useAuth wants a session; give it what engine.session({ resource }) returns.',
  );
}
