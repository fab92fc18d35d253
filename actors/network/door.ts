// The contract of the one door to the network: what a request has, what an answer has, and which errors there are.
import type { AbortSignal, Headers } from '../../contract/platform.ts';
import type { Purpose } from '../../contract/purpose.ts';

export type { Purpose } from '../../contract/purpose.ts';

/** A request to an authorization server, or for metadata. */
export interface DoorRequest {
  readonly purpose: Purpose;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The protected resource of the session. Plain http and loopback are allowed only where it uses them itself. */
  readonly resource: string;
  readonly signal: AbortSignal;
}

/** An answer that was read whole, within the limits, and decoded. Its content is not checked yet. */
export interface DoorAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The media type in lower case without parameters; '' when there is none. */
  readonly mediaType: string;
  readonly text: string;
  /** The URL that answered, after redirects. */
  readonly url: string;
}

/**
 * Sends one request.
 * @throws AuthError `address_refused`, `redirect_refused`, `response_too_large`, `timed_out`, `unreachable`,
 *   `certificate_untrusted`, `certificate_invalid`, `cancelled`, `response_invalid`.
 */
export type Door = (request: DoorRequest) => Promise<DoorAnswer>;

/** What the door reports about each exchange: no header, no body, no query. */
export interface ExchangeFacts {
  readonly purpose: Purpose | 'resource';
  readonly method: string;
  /** The origin and path only. */
  readonly url: string;
  /** Absent when no answer came. */
  readonly status?: number;
}
