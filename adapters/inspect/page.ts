// A receiver in a page: the page of Stately or one of the host, in a window or a frame. Only its origin gets messages.
import { refuse } from '../../contract/errors.ts';
import { urlOf } from '../../protocol/url.ts';
import type { Outbox, Sender } from './outbox.ts';

/** The page that Stately hosts. The messages go from window to window, and not over the network. */
export const statelyPage = 'https://stately.ai/inspect';

/** The message of a receiver that is ready, and the message that it gets at the end. */
const CONNECTED = '@statelyai.connected';
const DISCONNECTED = { type: '@statelyai.disconnected' };
/** The window name that the library of Stately uses. All inspectors of one page share the window. */
const WINDOW = 'xstateinspector';

/** The window that messages are posted to. */
export interface Receiver {
  readonly closed?: boolean;
  postMessage(message: object, targetOrigin: string): void;
}

/** An `iframe`, or something that has these members of it. */
export interface Frame {
  src: string;
  readonly contentWindow: Receiver | null;
}

/** A page that shows the charts. */
export interface PageTarget {
  /** `statelyPage`, or a page that uses `createBrowserReceiver` of `@statelyai/inspect`. */
  readonly page: string | URL;
  /** An `iframe` of this page to show it in. Default: a new window. */
  readonly frame?: Frame;
}

/**
 * Opens the page at once, since browsers allow new windows only in a click. While it is blocked or closed the messages
 * wait, and the oldest are lost when there are too many.
 * @throws AuthError `config_invalid` when the page is not an http or https URL, or this is no page itself.
 */
export function pageSender({ page, frame }: PageTarget, outbox: Outbox): Sender {
  const url = judged(String(page));
  const receiver = open(url, frame);
  const ending = new AbortController();
  let isListening = false;

  const flush = (): void => {
    const to = receiver();
    if (!isListening || !to || to.closed) return;
    for (let next = outbox.take(); next; next = outbox.take()) to.postMessage(next, url.origin);
  };
  // A page that was loaded again sends this again.
  const onMessage = ({ source, origin, data }: MessageEvent<unknown>): void => {
    if (source === null || source !== receiver() || origin !== url.origin || typeOf(data) !== CONNECTED)
      return;
    isListening = true;
    outbox.repeatRunning();
    flush();
  };
  window.addEventListener('message', onMessage, { signal: ending.signal });

  return {
    flush,
    async close() {
      flush();
      ending.abort();
      if (isListening) receiver()?.postMessage(DISCONNECTED, url.origin);
      isListening = false;
    },
  };
}

/** @returns a function that gives the window of the page. That of a frame may change. */
function open(url: URL, frame: Frame | undefined): () => Receiver | null {
  if (frame) {
    frame.src = url.href;
    return () => frame.contentWindow;
  }
  const opened = window.open(url, WINDOW);
  return () => opened;
}

function judged(page: string): URL {
  const no = (message: string): never => refuse('config_invalid', 'configuring', message);
  if (typeof window === 'undefined')
    return no(
      'An inspector page needs a browser, and there is none here. Give `server` or `receive` instead.',
    );
  const url = urlOf(page, window.location.href);
  if (!url || !/^https?:$/.test(url.protocol))
    return no('The page of an inspector must be an https or http URL.');
  return url;
}

const typeOf = (data: unknown): unknown =>
  typeof data === 'object' && data !== null && 'type' in data ? data.type : undefined;
