// A receiver in a page: Stately's own, or one of the host's, in a window or a frame. What is sent goes to its origin only.
import { refuse } from '../../contract/errors.ts';
import { urlOf } from '../../protocol/url.ts';
import type { Line, Outbox } from './outbox.ts';

/** The page that Stately hosts. Messages go from window to window, and not over the network. */
export const statelyPage = 'https://stately.ai/inspect';

/** What a receiver says once it listens, and what it hears at the end. */
const CONNECTED = '@statelyai.connected';
const DISCONNECTED = { type: '@statelyai.disconnected' };
/** The name that Stately's library gives its window: inspectors of one page share it. */
const WINDOW = 'xstateinspector';

interface Receiver {
  readonly closed?: boolean;
  postMessage(message: object, targetOrigin: string): void;
}

/** What of an `iframe` is needed. */
export interface Frame {
  src: string;
  readonly contentWindow: Receiver | null;
}

export interface PageTarget {
  /** `statelyPage`, or a page that uses `createBrowserReceiver` of `@statelyai/inspect`. */
  readonly page: string | URL;
  /** Where it is shown: an `iframe` of this page. Default: a window of its own. */
  readonly frame?: Frame;
}

/**
 * Opens the page at once, in the click that asks for it: browsers block windows that open later. Where it is blocked, or
 * closed, the messages wait, and the oldest give way.
 * @throws AuthError `config_invalid`
 */
export function lineToPage({ page, frame }: PageTarget, outbox: Outbox): Line {
  const url = judged(String(page));
  const receiver = open(url, frame);
  const ending = new AbortController();
  let isListening = false;

  const flush = (): void => {
    const to = receiver();
    if (!isListening || !to || to.closed) return;
    for (let next = outbox.take(); next; next = outbox.take()) to.postMessage(next, url.origin);
  };
  // Said again by a page that was loaded again.
  const hear = ({ source, origin, data }: MessageEvent<unknown>): void => {
    if (source === null || source !== receiver() || origin !== url.origin || typeOf(data) !== CONNECTED)
      return;
    isListening = true;
    outbox.startAnew();
    flush();
  };
  window.addEventListener('message', hear, { signal: ending.signal });

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

/** @returns who is there at the moment: a frame may get another page. */
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
    return no('There is no window here to show an inspector in: give `server` or `receive` instead.');
  const url = urlOf(page, window.location.href);
  if (!url || !/^https?:$/.test(url.protocol))
    return no('The page of an inspector must be an https or http URL.');
  return url;
}

const typeOf = (data: unknown): unknown =>
  typeof data === 'object' && data !== null && 'type' in data ? data.type : undefined;
