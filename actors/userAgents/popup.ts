// The user agent of pages that stay, and show the authorization server in a window of its own.
import { refuse } from '../../contract/errors.ts';
import { hostUserAgent } from './host.ts';
import type { UserAgent } from './userAgent.ts';

export interface PopupOptions {
  /** A page of the same origin, which calls `completeLogin` with `close`. */
  readonly redirectUri: string;
  /** Size of the window, in CSS pixels. Default 480 by 720. */
  readonly width?: number;
  readonly height?: number;
}

export interface PopupUserAgent extends UserAgent {
  /**
   * Opens the window, still empty. Call it in the click that asks for the login: browsers block windows that open
   * later, and finding the server takes a moment.
   */
  open(): void;
}

/**
 * The answer comes back through the store, where the page in the window leaves it: give both pages' engines one that they
 * share (`webStore`). The window cannot reach the page that opened it, whatever is loaded there. Nobody can tell for sure
 * whether a person has closed it (servers may cut the tie), so offer them to cancel (`user.cancel`) or to show it again
 * (`login()`). Methods throw as those of `hostUserAgent` do; `user_agent_failed` also when the window was blocked.
 * @see OAuth 2.1 draft 13 §4.1.1, HTML Standard §7.3.2.1 (opener)
 */
export function popupUserAgent({ redirectUri, width = 480, height = 720 }: PopupOptions): PopupUserAgent {
  let popup: Window | null = null;
  const open = (): void => {
    popup = window.open('about:blank', '_blank', `popup,width=${width},height=${height}`);
    // Before anything foreign is in there.
    if (popup) popup.opener = null;
  };
  const show = (url: string): void => {
    if (!popup || popup.closed) open();
    if (!popup) blocked();
    popup.location.replace(url);
    popup.focus();
  };
  return { ...hostUserAgent({ redirectUri, present: ({ url }) => show(url) }), name: 'popup', open };
}

function blocked(): never {
  return refuse(
    'user_agent_failed',
    'authorizing',
    'The browser blocked the window for the login; call open() of the user agent in the click that asks for it.',
  );
}
