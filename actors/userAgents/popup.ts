// The user agent of pages that stay open, and show the authorization server in a second window.
import { refuse } from '../../contract/errors.ts';
import { must, object, optional, type Shape } from '../../protocol/options.ts';
import { anyText, redirectUri } from '../../protocol/optionValues.ts';
import { hostUserAgent } from './host.ts';
import type { UserAgent } from './userAgent.ts';

/** The window that `popupUserAgent` opens, and where it gets the response. */
export interface PopupOptions {
  /** A page of the same origin, which calls `completeLogin` with `close`. */
  readonly redirectUri: string;
  /** Width of the window, in CSS pixels. Default 480. */
  readonly width?: number;
  /** Height of the window, in CSS pixels. Default 720. */
  readonly height?: number;
  /**
   * What the window says while the engine looks for the authorization server. It is shown as text, never read as
   * HTML. Default: "Looking for the login page of …" in English, with the name that `open` was given.
   */
  readonly waitingText?: string;
}

/** What `popupUserAgent` gives: the user agent, and `open` for the click of the person. */
export interface PopupUserAgent extends UserAgent {
  /**
   * Opens the window, with a line of text in it. Call it in the click that asks for the login: browsers block
   * windows that open later, and finding the authorization server takes a moment. A window that is still open is
   * used again: one that shows no server yet gets the new text; one that shows the server of a login to the same
   * `name` only comes to the front, and the login leads it on. Where a server has cut the connection to its window,
   * that cannot be found, and another one is opened.
   * @param name What the person logs in to, for the line of text: a URL or a name. Shown as text, never read as HTML.
   */
  open(name?: string): void;
  /** Closes the window that `open` has opened, unless it has been led to an authorization server. */
  dismiss(): void;
}

const size = must('a number of pixels, above 0', (value) => Number.isFinite(value) && Number(value) > 0);

/** Judges for the options of `popupUserAgent`. */
export const popupShape: Shape<PopupOptions> = {
  redirectUri,
  width: optional(size),
  height: optional(size),
  waitingText: optional(anyText),
};

/**
 * Shows the authorization server in a window of its own, while the page stays open.
 *
 * The page at the redirect URI receives the response, in that window, and leaves it in the store. Give the engines of
 * both pages a store that they share (`webStore`). What is loaded in the window cannot reach the page that opened it.
 * A page cannot always learn that a person has closed the window: some servers cut the connection between the two.
 * So offer the person to cancel (`session.cancel()`) and to see the window again (`session.login()`).
 *
 * @throws AuthError `config_invalid` for an option that cannot be used.
 * Its methods throw as those of `hostUserAgent` do, and `user_agent_failed` also when the browser blocked the window.
 * @example
 * import { createAuthEngine } from 'authchart';
 * import { popupUserAgent, webStore } from 'authchart/browser';
 * const userAgent = popupUserAgent({ redirectUri: `${location.origin}/callback` });
 * const engine = createAuthEngine({ client: { name: 'Notes' }, store: webStore(), userAgent });
 * const session = engine.session({ resource: 'https://mcp.example.com/mcp' });
 * document.querySelector('button')?.addEventListener('click', () => {
 *   userAgent.open('mcp.example.com');
 *   void session.login();
 * });
 * @see OAuth 2.1 draft 13 §4.1.1, HTML Standard §7.3.2.1 (opener)
 */
export function popupUserAgent(options: PopupOptions): PopupUserAgent {
  object(popupShape)(options, '');
  const { redirectUri: at, width = 480, height = 720 } = options;
  let popup: Window | null = null;
  /** Whether the window has been led to an authorization server. */
  let led = false;
  /** What the person logs in to there. */
  let named: string | undefined;

  const open = (name?: string): void => {
    if (led && popup && !popup.closed && name === named) {
      popup.focus();
      return;
    }
    named = name;
    if (led || !popup || popup.closed) {
      popup = window.open('about:blank', '_blank', `popup,width=${width},height=${height}`);
      led = false;
      // Cut before anything of another origin is loaded there.
      if (popup) popup.opener = null;
    }
    const opened = popup;
    if (!opened) return;
    const text = options.waitingText ?? waitingTextOf(name);
    write(opened, text);
    // Some browsers load about:blank a moment later, and what was written is gone.
    opened.addEventListener('load', () => led || write(opened, text), { once: true });
    opened.focus();
  };

  const show = (url: string): void => {
    if (!popup || popup.closed) open(named);
    if (!popup) blocked();
    led = true;
    popup.location.replace(url);
    popup.focus();
  };

  const dismiss = (): void => {
    if (led) return;
    popup?.close();
    popup = null;
  };

  return {
    ...hostUserAgent({ redirectUri: at, present: ({ url }) => show(url) }),
    name: 'popup',
    open,
    dismiss,
  };
}

function waitingTextOf(name: string | undefined): string {
  return name === undefined ? 'Looking for the login page …' : `Looking for the login page of ${name} …`;
}

/** Only as text: the name may come from anywhere. Styles are set one by one, which a page's CSP never forbids. */
function write({ document }: Window, text: string): void {
  document.title = text;
  document.documentElement.style.colorScheme = 'light dark';
  document.body.style.font = '1rem/1.5 system-ui, sans-serif';
  document.body.style.margin = '2rem';
  document.body.style.overflowWrap = 'anywhere';
  document.body.textContent = text;
}

function blocked(): never {
  return refuse(
    'user_agent_failed',
    'authorizing',
    'The browser blocked the window for the login; call open() of the user agent in the click that asks for it.',
  );
}
