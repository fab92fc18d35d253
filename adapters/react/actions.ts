// What the buttons of a component do: they never reject, and take the event of a click in the place of options.
import type { PopupUserAgent } from '../../actors/userAgents/popup.ts';
import type { Fetch, LoginOptions, LogoutOptions } from '../../engine/sessionSurface.ts';
import type { WatchedSession } from './watched.ts';

/** The window of `popupUserAgent`. */
export type PopupWindow = Pick<PopupUserAgent, 'open' | 'dismiss'>;

/** The event of a click, as React passes it to a handler. Nothing of it is read. */
export interface Clicked {
  readonly nativeEvent: object;
}

/**
 * What a person can ask for. Each is the same function in every rendering. None rejects: what went wrong is shown as `error`.
 * They resolve to whether they have succeeded, when the person has finished.
 */
export interface AuthActions {
  /** Logs in, as `session.login` does; asked again while the person is awaited, it shows the same page again. */
  readonly login: (options?: LoginOptions | Clicked) => Promise<boolean>;
  /** Asks the person for `missingScopes`, beside those that were granted. */
  readonly stepUp: () => Promise<boolean>;
  /** Tries again after an error, and leads to a login where that is needed. It does nothing where nothing has failed. */
  readonly retry: () => Promise<boolean>;
  /** Ends the login or step-up that is under way here; a grant from before stays. */
  readonly cancel: () => Promise<boolean>;
  /** Signs out, as `session.logout` does. */
  readonly logout: (options?: LogoutOptions | Clicked) => Promise<boolean>;
  /** `session.fetch`: it rejects as that does. */
  readonly fetch: Fetch;
}

/** The actions for a session. @param popup its window is opened in the click for what may lead to a login. */
export function actionsOf(watched: WatchedSession, popup: PopupWindow | undefined): AuthActions {
  const { session } = watched;

  const inWindow = async (work: () => Promise<void>, signal?: AbortSignal): Promise<boolean> => {
    const isDone = await watched.act(() => {
      popup?.open(session.id.resource);
      return work();
    }, signal);
    // A window that shows a server stays.
    popup?.dismiss();
    return isDone;
  };
  const logIn = (options: LoginOptions = {}): Promise<boolean> =>
    inWindow(() => session.login(options), options.signal);

  return {
    login: (options) => logIn(optionsIn<LoginOptions>(options)),
    stepUp: () => logIn({ scopes: watched.state().missingScopes }),
    retry: () => inWindow(() => session.retry()),
    cancel: () => watched.act(() => session.cancel()),
    logout(options) {
      const known = optionsIn<LogoutOptions>(options);
      return watched.act(() => session.logout(known), known?.signal);
    },
    fetch: (input, init) => session.fetch(input, init),
  };
}

/**
 * Handlers are called with whatever the host has at hand: the event of a click, of React or of the page, null, a text. None
 * of it is options.
 */
function optionsIn<Options extends object>(given: Options | Clicked | null | undefined): Options | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  return 'nativeEvent' in given || 'currentTarget' in given || Array.isArray(given) ? undefined : given;
}
