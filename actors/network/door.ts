// The contract of the one door to the network: what goes out, what comes in, within limits.

/** What a request is for: names it in progress lines and traces, and decides what is followed and read. */
export type Purpose =
  | 'probe'
  | 'resource-metadata'
  | 'server-metadata'
  | 'registration'
  | 'token'
  | 'revocation';

export interface DoorRequest {
  readonly purpose: Purpose;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The protected resource of the session: plain http and loopback are allowed only for its like. */
  readonly resource: string;
  readonly signal: AbortSignal;
}

/** An answer that kept the limits: read whole, decoded, capped. Its meaning is still to be judged. */
export interface DoorAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Media type in lower case without parameters; '' when there is none. */
  readonly mediaType: string;
  readonly text: string;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

/**
 * Sends one request.
 * @throws AuthError `address_refused`, `redirect_refused`, `response_too_large`, `timed_out`, `unreachable`,
 *   `cancelled`, `response_invalid`.
 */
export type Door = (request: DoorRequest) => Promise<DoorAnswer>;

/** What the door tells about each exchange: no header, no body, no query. */
export interface ExchangeFacts {
  readonly purpose: Purpose | 'resource';
  readonly method: string;
  /** Origin and path only. */
  readonly url: string;
  /** Absent when no answer came. */
  readonly status?: number;
}
